// A convolution of stored int8 codes driven by spikes, in int16 lanes.
//
// Sums of codes are exact, so their order does not matter and the result is that of the float32 kernel, as
// long as no lane can overflow: the caller sees to that. Steps of many spikes gather (gather-convolution.ts),
// steps of few scatter: every spike adds rows of its kernel to sums that stand as [row, column, lane], with
// margins left and right, so that there is no branch that could be mispredicted; what lands in the margins
// is never read. Weights stand as [input channel, kernel y from below, kernel x from right to left, lane].

import { gatherSegment } from "./gather-convolution";

/**
 * out[s, c, y, x] = worth · Σ w + bias[c].
 *
 * @param costs - by event: how many spikes it counts as (0 or 1), and how many synapses it crosses; two int32
 * @param plan - of scattering: src/kernels/scatter-plan.ts
 * @param gathering - 0, or the plan of gathering: src/kernels/gather-plan.ts
 * @param leastGathered - spikes from which on a segment is gathered
 * @param work - by segment: spikes and crossed synapses, two int32
 */
export function spikeConvolutionI8(
  events: usize, ends: usize, segments: i32, costs: usize, plan: usize, gathering: usize, leastGathered: i32,
  sums: usize, worth: f32, bias: usize, out: usize, outBytes: usize, work: usize,
): void {
  const leastBytes = <usize>leastGathered << 2;
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    if (gathering != 0 && end - at >= leastBytes) {
      store<u64>(work, gatherSegment(at, end, costs, gathering, sums));
      readOut(sums, gathering + 76, worth, bias, out);
    } else {
      store<u64>(work, scatterSegment(at, end, costs, plan, sums));
      readOut(sums, plan + 40, worth, bias, out);
    }
    at = end;
    work += 8;
    out += outBytes;
  }
}

/** Returns both costs, added at once as halves of a word. */
function scatterSegment(at: usize, end: usize, costs: usize, plan: usize, sums: usize): u64 {
  let cost: u64 = 0;
  const sumBytes = <usize>load<i32>(plan, 36) << 4;
  for (let byte: usize = 0; byte < sumBytes; byte += 16) v128.store(sums + byte, i64x2.splat(0));
  const weights = <usize>load<u32>(plan), starts = <usize>load<u32>(plan, 4), rows = <usize>load<u32>(plan, 8);
  const vectors = load<i32>(plan, 12);
  const runs = load<i32>(plan, 16);
  const sumRun = <usize>load<i32>(plan, 20) << 4;
  const weightRun = <usize>load<i32>(plan, 24) << 4;
  const sumStep = <usize>load<i32>(plan, 28) << 4;
  const weightStep = <usize>load<i32>(plan, 32) << 4;
  for (; at < end; at += 4) {
    const i = <usize>load<u32>(at);
    cost += load<u64>(costs + (i << 3));
    const start = load<u32>(starts + (i << 2));
    const row = <i32>load<u8>(rows + i);
    const sum = sums + (<usize>(start & 0xffff) << 4);
    const weight = weights + (<usize>(start >> 16) << 4);
    if (runs == 1) addRuns(sum, weight, row, vectors, sumStep, weightStep);
    else addGaps(sum, weight, row, vectors, runs, sumRun, weightRun, sumStep, weightStep);
  }
  return cost;
}

// @ts-ignore: decorator
@inline
function addCodes(sum: usize, weight: usize, offset: usize): void {
  v128.store(sum + offset, i16x8.add(v128.load(sum + offset), v128.load(weight + offset)));
}

/** Kernel rows are one run of memory each: stride 1, one group. */
// @ts-ignore: decorator
@inline
function addRuns(sum: usize, weight: usize, row: i32, vectors: i32, sumStep: usize, weightStep: usize): void {
  const quads = vectors >> 2, rest = vectors & 3;
  const runBytes = <usize>vectors << 4;
  for (; row > 0; row--) {
    for (let quad = quads; quad > 0; quad--) {
      addCodes(sum, weight, 0);
      addCodes(sum, weight, 16);
      addCodes(sum, weight, 32);
      addCodes(sum, weight, 48);
      sum += 64;
      weight += 64;
    }
    if (rest & 2) {
      addCodes(sum, weight, 0);
      addCodes(sum, weight, 16);
      sum += 32;
      weight += 32;
    }
    if (rest & 1) {
      addCodes(sum, weight, 0);
      sum += 16;
      weight += 16;
    }
    sum += sumStep - runBytes;
    weight += weightStep - runBytes;
  }
}

/** Strides and groups: a run for every output of a kernel row. Only outputs on the grid of the stride are reached. */
// @ts-ignore: decorator
@inline
function addGaps(
  sumRow: usize, weightRow: usize, row: i32, vectors: i32, runs: i32, sumRun: usize, weightRun: usize,
  sumStep: usize, weightStep: usize,
): void {
  const runBytes = <usize>vectors << 4;
  for (; row > 0; row--) {
    let sum = sumRow, weight = weightRow;
    for (let run = runs; run > 0; run--) {
      for (let byte: usize = 0; byte < runBytes; byte += 16) addCodes(sum + byte, weight + byte, 0);
      sum += sumRun;
      weight += weightRun;
    }
    sumRow += sumStep;
    weightRow += weightStep;
  }
}

/**
 * [row, column, lane] → [channel, row, column] as float32.
 *
 * @param plan - int32: first vector, height, width, vectors a column and a row, lane vectors a group, channels
 * a group, groups
 */
function readOut(sums: usize, plan: usize, worth: f32, bias: usize, out: usize): void {
  const height = load<i32>(plan, 4), width = load<i32>(plan, 8);
  const columnBytes = <usize>load<i32>(plan, 12) << 4;
  const rowBytes = <usize>load<i32>(plan, 16) << 4;
  const groupBytes = <usize>load<i32>(plan, 20) << 4;
  const channels = load<i32>(plan, 24), groups = load<i32>(plan, 28);
  const planeBytes = <usize>(height * width) << 2;
  const origin = sums + (<usize>load<i32>(plan) << 4);
  const factor = f32x4.splat(worth);
  for (let g: i32 = 0; g < groups; g++) {
    for (let c: i32 = 0; c < channels; c += 8) {
      const from = origin + <usize>g * groupBytes + (<usize>c << 1);
      const left = min(8, channels - c);
      for (let y: i32 = 0; y < height; y++) {
        let column = from + <usize>y * rowBytes;
        let to = out + (<usize>(y * width) << 2);
        let x: i32 = 0;
        if (width >= 4) {
          while (x < width) {
            if (x + 4 > width) {
              // The last columns overlap those before: written twice, with the same values.
              const back = <usize>(x + 4 - width);
              column -= back * columnBytes;
              to -= back << 2;
            }
            const r0 = v128.load(column), r1 = v128.load(column + columnBytes);
            const r2 = v128.load(column + 2 * columnBytes), r3 = v128.load(column + 3 * columnBytes);
            const a = i16x8.shuffle(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11), b = i16x8.shuffle(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
            const d = i16x8.shuffle(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11), e = i16x8.shuffle(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
            // Pairs of positions, by channel: a holds channels 0 to 3 of positions 0 and 1, d of 2 and 3.
            const ad = i32x4.shuffle(a, d, 0, 4, 1, 5), adHigh = i32x4.shuffle(a, d, 2, 6, 3, 7);
            const be = i32x4.shuffle(b, e, 0, 4, 1, 5), beHigh = i32x4.shuffle(b, e, 2, 6, 3, 7);
            put(to, i32x4.extend_low_i16x8_s(ad), factor, bias);
            if (left > 1) put(to + planeBytes, i32x4.extend_high_i16x8_s(ad), factor, bias + 4);
            if (left > 2) put(to + 2 * planeBytes, i32x4.extend_low_i16x8_s(adHigh), factor, bias + 8);
            if (left > 3) put(to + 3 * planeBytes, i32x4.extend_high_i16x8_s(adHigh), factor, bias + 12);
            if (left > 4) put(to + 4 * planeBytes, i32x4.extend_low_i16x8_s(be), factor, bias + 16);
            if (left > 5) put(to + 5 * planeBytes, i32x4.extend_high_i16x8_s(be), factor, bias + 20);
            if (left > 6) put(to + 6 * planeBytes, i32x4.extend_low_i16x8_s(beHigh), factor, bias + 24);
            if (left > 7) put(to + 7 * planeBytes, i32x4.extend_high_i16x8_s(beHigh), factor, bias + 28);
            column += 4 * columnBytes;
            to += 16;
            x += 4;
          }
        }
        for (; x < width; x++) {
          for (let k: i32 = 0; k < left; k++) {
            const sum = <f32>(<i32>load<i16>(column + (<usize>k << 1)));
            store<f32>(to + <usize>k * planeBytes, sum * worth + load<f32>(bias + (<usize>k << 2)));
          }
          column += columnBytes;
          to += 4;
        }
      }
      out += <usize>left * planeBytes;
      bias += <usize>left << 2;
    }
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, sums: v128, factor: v128, bias: usize): void {
  v128.store(to, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), factor), v128.load32_splat(bias)));
}
