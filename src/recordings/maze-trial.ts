// One reach of a macaque (MC_Maze, DANDI 000128; Churchland et al. 2010) as a table: a row a millisecond, the hand's
// velocity and a column of 0 and 1 for every unit of the motor cortex. Data to decode, not to classify.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";

export interface MazeTrial {
  /** Units as columns; a spike a row at most. */
  readonly spikes: EventRecording;
  /** mm/s, x and y. Shape [milliseconds, 2]. */
  readonly velocities: Float64Array;
  readonly milliseconds: number;
}

const mostRows = 1_000_000;

/** @throws {FormatError} for tables without those columns, naming the row that is torn */
export function readMazeTrial(table: string, where: string): MazeTrial {
  const [head = "", ...rows] = table.trimEnd().split("\n");
  const names = head.trim().split(",");
  const velocity = ["hand_vel_x", "hand_vel_y"].map((name) => names.indexOf(name));
  const units = names.flatMap((name, column) => (name.startsWith("unit_") ? [column] : []));
  if (velocity.includes(-1) || units.length === 0 || units.length >= 2 ** 16)
    throw new FormatError(where, "must have columns hand_vel_x, hand_vel_y and unit_…", head.slice(0, 80));
  if (rows.length === 0 || rows.length > mostRows)
    throw new FormatError(where, `must have 1 to ${mostRows} rows`, rows.length);
  const velocities = new Float64Array(2 * rows.length);
  const [timeUs, unit]: [number[], number[]] = [[], []];
  for (const [ms, row] of rows.entries()) {
    const cells = row.trim().split(",").map(Number);
    if (cells.length !== names.length || cells.some((cell) => !Number.isFinite(cell)))
      throw new FormatError(`${where} row ${ms}`, `must be ${names.length} numbers`, row.slice(0, 60));
    for (const [i, column] of velocity.entries()) velocities[2 * ms + i] = cells[column];
    for (const [i, column] of units.entries()) {
      if (cells[column] === 0) continue;
      timeUs.push(1000 * ms);
      unit.push(i);
    }
  }
  const spikes: EventRecording = {
    width: units.length,
    height: 1,
    polarities: 1,
    timeUs: Uint32Array.from(timeUs),
    x: Uint16Array.from(unit),
    y: new Uint16Array(unit.length),
    polarity: new Uint8Array(unit.length),
  };
  return { spikes, velocities, milliseconds: rows.length };
}
