// A convolution of stored int8 codes that gathers: every column of outputs walks down the input's rows with the
// sums of a few output rows in registers, adding what spikes of the columns it sees weigh. No sum is loaded
// or stored but once.
//
// A step's spikes are first counted, [row, column, block of channels] in bytes, which orders them and merges
// those of one place: a byte's digits are the counts of the block's channels. Weights stand as [tile of lanes,
// value of the byte less 1, block, kernel x, output row that is finished first … last, lane]; an entry is an
// address therein, for the first column of outputs.

/**
 * Returns both costs, added at once as halves of a word.
 *
 * @param plan - int32, see src/kernels/gather-plan.ts
 */
export function gatherSegment(at: usize, end: usize, costs: usize, plan: usize, sums: usize): u64 {
  let cost: u64 = 0;
  const places = <usize>load<u32>(plan, 4), tally = <usize>load<u32>(plan, 8);
  for (; at < end; at += 4) {
    const i = <usize>load<u32>(at);
    cost += load<u64>(costs + (i << 3));
    const step = load<u32>(places + (i << 2));
    const place = tally + <usize>(step >> 8);
    store<u8>(place, <u8>(load<u8>(place) + step));
  }
  listEntries(plan, tally);
  const form = load<i32>(plan, 72);
  if (form == 3 * 8 + 4) sweep(plan, sums, 12, 4);
  else if (form == 3 * 8 + 2) sweep(plan, sums, 6, 2);
  else if (form == 3 * 8 + 1) sweep(plan, sums, 3, 1);
  else if (form == 5 * 8 + 2) sweep(plan, sums, 10, 2);
  else if (form == 5 * 8 + 1) sweep(plan, sums, 5, 1);
  else sweep(plan, sums, 7, 1);
  return cost;
}

/** Counts by place become lists of entries, row by row, with the address where every column's begin. */
function listEntries(plan: usize, tally: usize): void {
  const entryOf = <usize>load<u32>(plan, 12);
  let to = <usize>load<u32>(plan, 16), start = <usize>load<u32>(plan, 20);
  const rowBytes = <usize>load<u32>(plan, 24), rows = load<i32>(plan, 28);
  const columnBytes = <usize>load<u32>(plan, 32), levelBytes = load<u32>(plan, 36);
  for (let row = rows; row > 0; row--) {
    for (let first: usize = 0; first < rowBytes; first += 64) {
      const from = tally + first;
      let spiking = marks(from) | (marks(from + 16) << 16) | (marks(from + 32) << 32) | (marks(from + 48) << 48);
      if (first % columnBytes == 0) {
        for (let byte: usize = 0; byte < 64; byte += columnBytes) {
          store<u32>(start, <u32>to + (<u32>popcnt(spiking & ((<u64>1 << byte) - 1)) << 2));
          start += 4;
        }
      }
      if (spiking == 0) continue;
      while (spiking != 0) {
        const byte = first + <usize>ctz(spiking);
        const level = <u32>load<u8>(tally + byte) - 1;
        store<u32>(to, load<u32>(entryOf + (byte << 2)) + level * levelBytes);
        to += 4;
        spiking &= spiking - 1;
      }
      for (let byte: usize = 0; byte < 64; byte += 16) v128.store(from + byte, i64x2.splat(0));
    }
    store<u32>(start, <u32>to);
    start += 4;
    tally += rowBytes;
  }
}

/** Which of sixteen bytes are not 0, as bits. */
// @ts-ignore: decorator
@inline
function marks(from: usize): u64 {
  return <u64>(<u32>i8x16.bitmask(i8x16.ne(v128.load(from), i64x2.splat(0))));
}

/**
 * All columns of outputs.
 *
 * @param q - sums in registers, vectors; @param l - vectors of lanes of a tile: q / l output rows
 */
// @ts-ignore: decorator
@inline
function sweep(plan: usize, sums: usize, q: i32, l: i32): void {
  const rowBytes = <usize>load<u32>(plan, 24), rows = load<i32>(plan, 28);
  const startBytes = (rowBytes / <usize>load<u32>(plan, 32) + 1) << 2;
  const tapBytes = <usize>load<u32>(plan, 40), reach = <usize>load<u32>(plan, 44) << 2;
  const firstRow = load<i32>(plan, 48), width = load<i32>(plan, 52), height = load<i32>(plan, 56);
  const tileBytes = <usize>load<u32>(plan, 64), columnBytes = <usize>load<u32>(plan, 68) << 4;
  const pitch = <usize>width * columnBytes;
  let weights = <usize>load<u32>(plan);
  for (let tile = load<i32>(plan, 60); tile > 0; tile--) {
    let base = weights, starts = <usize>load<u32>(plan, 20);
    let top = sums + <usize>firstRow * pitch;
    for (let column = width; column > 0; column--) {
      let a0 = i16x8.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0;
      let a10 = a0, a11 = a0;
      let start = starts, sum = top;
      for (let y = firstRow; y < height; y++) {
        if (y - firstRow < rows) {
          const end = <usize>load<u32>(start + reach);
          for (let entry = <usize>load<u32>(start); entry < end; entry += 4) {
            const w = base + <usize>load<u32>(entry);
            a0 = i16x8.add(a0, v128.load(w));
            a1 = i16x8.add(a1, v128.load(w, 16));
            a2 = i16x8.add(a2, v128.load(w, 32));
            if (q > 3) a3 = i16x8.add(a3, v128.load(w, 48));
            if (q > 3) a4 = i16x8.add(a4, v128.load(w, 64));
            if (q > 5) a5 = i16x8.add(a5, v128.load(w, 80));
            if (q > 6) a6 = i16x8.add(a6, v128.load(w, 96));
            if (q > 7) a7 = i16x8.add(a7, v128.load(w, 112));
            if (q > 7) a8 = i16x8.add(a8, v128.load(w, 128));
            if (q > 7) a9 = i16x8.add(a9, v128.load(w, 144));
            if (q > 10) a10 = i16x8.add(a10, v128.load(w, 160));
            if (q > 10) a11 = i16x8.add(a11, v128.load(w, 176));
          }
          start += startBytes;
        }
        if (y >= 0) {
          v128.store(sum, a0);
          if (l > 1) v128.store(sum, a1, 16);
          if (l > 2) v128.store(sum, a2, 32);
          if (l > 2) v128.store(sum, a3, 48);
        }
        sum += pitch;
        // The row below is now the one that is finished first. Sums beyond q are and stay 0.
        const zero = i16x8.splat(0);
        if (l == 1) {
          a0 = a1;
          a1 = a2;
          a2 = q > 3 ? a3 : zero;
          if (q > 3) a3 = a4;
          if (q > 3) a4 = q > 5 ? a5 : zero;
          if (q > 5) a5 = a6;
          if (q > 6) a6 = zero;
        } else if (l == 2) {
          a0 = a2;
          a1 = a3;
          a2 = a4;
          a3 = a5;
          a4 = q > 6 ? a6 : zero;
          a5 = q > 6 ? a7 : zero;
          if (q > 6) a6 = a8;
          if (q > 6) a7 = a9;
          if (q > 6) a8 = zero;
          if (q > 6) a9 = zero;
        } else {
          a0 = a4;
          a1 = a5;
          a2 = a6;
          a3 = a7;
          a4 = a8;
          a5 = a9;
          a6 = a10;
          a7 = a11;
          a8 = zero;
          a9 = zero;
          a10 = zero;
          a11 = zero;
        }
      }
      base -= tapBytes;
      starts += 4;
      top += columnBytes;
    }
    weights += tileBytes;
    sums += <usize>l << 4;
  }
}
