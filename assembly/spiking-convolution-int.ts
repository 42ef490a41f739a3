// A convolution of stored int8 codes driven by spikes, in int16 lanes.
//
// Sums of codes are exact, so their order does not matter and the result is that of the float32 kernel, as
// long as no lane can overflow: the caller sees to that. Sums stand as [row, column, lane] with margins left
// and right, so that every spike adds whole rows of its kernel without a branch that could be mispredicted;
// what lands in the margins is never read. Weights stand as [input channel, kernel y from below, kernel x from right to left, lane].

/**
 * out[s, c, y, x] = worth · Σ count · w + bias[c].
 *
 * @param counts - 0, or how often every event stands, uint8
 * @param starts - by input: where its sums begin and where its weights begin, in vectors, two uint16
 * @param rows - by input: kernel rows that reach an output, uint8
 * @param fanOut - by input, int32
 * @param plan - int32: unused, vectors a run, runs a row, from run to run in sums and in weights,
 * from row to row in sums and in weights, vectors of all sums; then for reading out: first vector, height,
 * width, vectors a column, from row to row, lane vectors a group, channels a group, groups
 * @param work - by segment: spikes (each as often as it counts), and synapses they crossed; two int32
 */
export function spikeConvolutionI8(
  events: usize, counts: usize, ends: usize, segments: i32, weights: usize, starts: usize, rows: usize,
  fanOut: usize, plan: usize, sums: usize, worth: f32, bias: usize, out: usize, outBytes: usize, work: usize,
): void {
  const sumBytes = <usize>load<i32>(plan, 28) << 4;
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    for (let byte: usize = 0; byte < sumBytes; byte += 16) v128.store(sums + byte, i64x2.splat(0));
    const first = counts ? counts + ((at - events) >> 2) : 0;
    const isDense = load<i32>(plan, 8) == 1;
    if (isDense) {
      if (counts) scatterRuns(at, end, first, weights, starts, rows, fanOut, plan, sums, work, true);
      else scatterRuns(at, end, first, weights, starts, rows, fanOut, plan, sums, work, false);
    } else scatterGaps(at, end, first, weights, starts, rows, fanOut, plan, sums, work);
    at = end;
    work += 8;
    readOut(sums, plan, worth, bias, out);
    out += outBytes;
  }
}

// @ts-ignore: decorator
@inline
function addCodes(sum: usize, weight: usize, count: v128, isCounted: bool, offset: usize): void {
  const w = v128.load(weight + offset);
  v128.store(sum + offset, i16x8.add(v128.load(sum + offset), isCounted ? i16x8.mul(w, count) : w));
}

/** Kernel rows are one run of memory each: stride 1, one group. */
// @ts-ignore: decorator
@inline
function scatterRuns(
  at: usize, end: usize, counts: usize, weights: usize, starts: usize, rows: usize, fanOut: usize, plan: usize,
  sums: usize, work: usize, isCounted: bool,
): void {
  const vectors = load<i32>(plan, 4);
  const quads = vectors >> 2, rest = vectors & 3;
  const runBytes = <usize>vectors << 4;
  const sumGap = (<usize>load<i32>(plan, 20) << 4) - runBytes;
  const weightGap = (<usize>load<i32>(plan, 24) << 4) - runBytes;
  let spikes: i32 = 0, synapses: i32 = 0;
  for (; at < end; at += 4) {
    const i = <usize>load<u32>(at);
    const start = load<u32>(starts + (i << 2));
    let sum = sums + (<usize>(start & 0xffff) << 4);
    let weight = weights + (<usize>(start >> 16) << 4);
    let n: i32 = 1;
    if (isCounted) n = <i32>load<u8>(counts++);
    spikes += n;
    synapses += n * load<i32>(fanOut + (i << 2));
    const count = i16x8.splat(<i16>n);
    for (let row = <i32>load<u8>(rows + i); row > 0; row--) {
      for (let quad = quads; quad > 0; quad--) {
        addCodes(sum, weight, count, isCounted, 0);
        addCodes(sum, weight, count, isCounted, 16);
        addCodes(sum, weight, count, isCounted, 32);
        addCodes(sum, weight, count, isCounted, 48);
        sum += 64;
        weight += 64;
      }
      if (rest & 2) {
        addCodes(sum, weight, count, isCounted, 0);
        addCodes(sum, weight, count, isCounted, 16);
        sum += 32;
        weight += 32;
      }
      if (rest & 1) {
        addCodes(sum, weight, count, isCounted, 0);
        sum += 16;
        weight += 16;
      }
      sum += sumGap;
      weight += weightGap;
    }
  }
  store<i32>(work, spikes);
  store<i32>(work, synapses, 4);
}

/** Strides and groups: a run for every output of a kernel row. Only outputs on the grid of the stride are reached. */
function scatterGaps(
  at: usize, end: usize, counts: usize, weights: usize, starts: usize, rows: usize, fanOut: usize, plan: usize,
  sums: usize, work: usize,
): void {
  const runBytes = <usize>load<i32>(plan, 4) << 4;
  const runs = load<i32>(plan, 8);
  const sumRun = <usize>load<i32>(plan, 12) << 4;
  const weightRun = <usize>load<i32>(plan, 16) << 4;
  const sumStep = <usize>load<i32>(plan, 20) << 4;
  const weightStep = <usize>load<i32>(plan, 24) << 4;
  let spikes: i32 = 0, synapses: i32 = 0;
  for (; at < end; at += 4) {
    const i = <usize>load<u32>(at);
    const start = load<u32>(starts + (i << 2));
    let sumRow = sums + (<usize>(start & 0xffff) << 4);
    let weightRow = weights + (<usize>(start >> 16) << 4);
    const n = counts ? <i32>load<u8>(counts++) : 1;
    spikes += n;
    synapses += n * load<i32>(fanOut + (i << 2));
    const count = i16x8.splat(<i16>n);
    for (let row = <i32>load<u8>(rows + i); row > 0; row--) {
      let sum = sumRow, weight = weightRow;
      for (let run = runs; run > 0; run--) {
        for (let byte: usize = 0; byte < runBytes; byte += 16) addCodes(sum + byte, weight + byte, count, true, 0);
        sum += sumRun;
        weight += weightRun;
      }
      sumRow += sumStep;
      weightRow += weightStep;
    }
  }
  store<i32>(work, spikes);
  store<i32>(work, synapses, 4);
}

/** [row, column, lane] → [channel, row, column] as float32. */
function readOut(sums: usize, plan: usize, worth: f32, bias: usize, out: usize): void {
  const height = load<i32>(plan, 36), width = load<i32>(plan, 40);
  const columnBytes = <usize>load<i32>(plan, 44) << 4;
  const rowBytes = <usize>load<i32>(plan, 48) << 4;
  const groupBytes = <usize>load<i32>(plan, 52) << 4;
  const channels = load<i32>(plan, 56), groups = load<i32>(plan, 60);
  const planeBytes = <usize>(height * width) << 2;
  const origin = sums + (<usize>load<i32>(plan, 32) << 4);
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
