// Price of a byte by the size of the memory it lies in: linear in log size between a profile's rows,
// the first row's price below it and the last row's above it.

import type { EnergyProfile, MemoryPrice } from "./profile.ts";

/** pJ to read a byte from a memory of `sizeBytes`; 0 when the profile leaves memory out. */
export function readPjPerByte(profile: EnergyProfile, sizeBytes: number): number {
  return interpolate(profile.memory, sizeBytes, (row) => row.readPjPerByte);
}

/** pJ to write a byte to a memory of `sizeBytes`; 0 when the profile leaves memory out. */
export function writePjPerByte(profile: EnergyProfile, sizeBytes: number): number {
  return interpolate(profile.memory, sizeBytes, (row) => row.writePjPerByte);
}

function interpolate(
  rows: EnergyProfile["memory"],
  sizeBytes: number,
  price: (row: MemoryPrice) => number,
): number {
  if (rows === null) return 0;
  const above = rows.findIndex((row) => sizeBytes <= row.sizeBytes);
  if (above === -1) return price(rows[rows.length - 1]);
  if (above === 0) return price(rows[0]);
  const [low, high] = [rows[above - 1], rows[above]];
  const share = Math.log(sizeBytes / low.sizeBytes) / Math.log(high.sizeBytes / low.sizeBytes);
  return price(low) + share * (price(high) - price(low));
}
