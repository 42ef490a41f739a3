// Spiking layers. A segment is one step of one image: its spikes are the indices in `events` up to
// its end in `ends`, beginning where the segment before it ends. Sums are plain float32 additions in
// the order of the list in both builds, so results never depend on build, batch or tile.

// A lane block is padded to 16 outputs; rows of weights stand by input, in tiles of 32 outputs
// (the last one of 16 if that is all that is left): see src/kernels/spike-dense.ts.

/** out[s, o] = worth · Σ w[i, o] (· x) + bias[o]. `values` is 0 for spikes, else x of every event. */
export function spikeDenseF32(
  events: usize, values: usize, ends: usize, segments: i32,
  weights: usize, inputs: i32, outputs: i32, worth: f32, bias: usize, out: usize,
): void {
  let column: i32 = 0;
  for (; column + 32 <= outputs; column += 32) {
    if (values) wideF32(events, values, ends, segments, weights, worth, bias, out, outputs, true);
    else wideF32(events, values, ends, segments, weights, worth, bias, out, outputs, false);
    weights += <usize>inputs << 7;
    bias += 128;
    out += 128;
  }
  if (column == outputs) return;
  if (values) narrowF32(events, values, ends, segments, weights, worth, bias, out, outputs, true);
  else narrowF32(events, values, ends, segments, weights, worth, bias, out, outputs, false);
}

// @ts-ignore: decorator
@inline
function finish(out: usize, sum: v128, worth: v128, bias: usize): void {
  v128.store(out, f32x4.add(f32x4.mul(sum, worth), v128.load(bias)));
}

// @ts-ignore: decorator
@inline
function term(row: usize, x: v128, isGraded: bool): v128 {
  return isGraded ? f32x4.mul(v128.load(row), x) : v128.load(row);
}

// @ts-ignore: decorator
@inline
function wideF32(
  events: usize, values: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isGraded: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 7);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : factor;
      a0 = f32x4.add(a0, term(row, x, isGraded));
      a1 = f32x4.add(a1, term(row + 16, x, isGraded));
      a2 = f32x4.add(a2, term(row + 32, x, isGraded));
      a3 = f32x4.add(a3, term(row + 48, x, isGraded));
      a4 = f32x4.add(a4, term(row + 64, x, isGraded));
      a5 = f32x4.add(a5, term(row + 80, x, isGraded));
      a6 = f32x4.add(a6, term(row + 96, x, isGraded));
      a7 = f32x4.add(a7, term(row + 112, x, isGraded));
    }
    finish(out, a0, factor, bias);
    finish(out + 16, a1, factor, bias + 16);
    finish(out + 32, a2, factor, bias + 32);
    finish(out + 48, a3, factor, bias + 48);
    finish(out + 64, a4, factor, bias + 64);
    finish(out + 80, a5, factor, bias + 80);
    finish(out + 96, a6, factor, bias + 96);
    finish(out + 112, a7, factor, bias + 112);
    out += <usize>outputs << 2;
  }
}

// @ts-ignore: decorator
@inline
function narrowF32(
  events: usize, values: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isGraded: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 6);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : factor;
      a0 = f32x4.add(a0, term(row, x, isGraded));
      a1 = f32x4.add(a1, term(row + 16, x, isGraded));
      a2 = f32x4.add(a2, term(row + 32, x, isGraded));
      a3 = f32x4.add(a3, term(row + 48, x, isGraded));
    }
    finish(out, a0, factor, bias);
    finish(out + 16, a1, factor, bias + 16);
    finish(out + 32, a2, factor, bias + 32);
    finish(out + 48, a3, factor, bias + 48);
    out += <usize>outputs << 2;
  }
}

// 255 codes of −128 … 127 fit in an int16 lane; longer lists are summed in pieces. The float32 twin
// is exact up to 2^24, so both agree on every list of fewer than 131,072 spikes.
const piece: i32 = 255;

/**
 * As spikeDenseF32 for stored int8 codes: a quarter of the bytes, twice the lanes.
 *
 * @param counts - 0, or how often every event stands, uint8; @param most - the largest of them
 */
export function spikeDenseI8(
  events: usize, counts: usize, most: i32, ends: usize, segments: i32,
  weights: usize, inputs: i32, outputs: i32, worth: f32, bias: usize, out: usize,
): void {
  const pieceBytes = <usize>(piece / most) << 2;
  let column: i32 = 0;
  for (; column + 32 <= outputs; column += 32) {
    if (counts) wideI8(events, counts, pieceBytes, ends, segments, weights, worth, bias, out, outputs, true);
    else wideI8(events, counts, pieceBytes, ends, segments, weights, worth, bias, out, outputs, false);
    weights += <usize>inputs << 5;
    bias += 128;
    out += 128;
  }
  if (column == outputs) return;
  if (counts) narrowI8(events, counts, pieceBytes, ends, segments, weights, worth, bias, out, outputs, true);
  else narrowI8(events, counts, pieceBytes, ends, segments, weights, worth, bias, out, outputs, false);
}

// @ts-ignore: decorator
@inline
function codes(row: usize, count: v128, isCounted: bool): v128 {
  return isCounted ? i16x8.mul(v128.load_ext<i8>(row), count) : v128.load_ext<i8>(row);
}

// @ts-ignore: decorator
@inline
function finishI32(out: usize, sum: v128, worth: v128, bias: usize): void {
  finish(out, f32x4.convert_i32x4_s(sum), worth, bias);
}

// @ts-ignore: decorator
@inline
function wideI8(
  events: usize, counts: usize, pieceBytes: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isCounted: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
    while (at < end) {
      const stop = min(end, at + pieceBytes);
      let a0 = i16x8.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (; at < stop; at += 4) {
        const row = tile + (<usize>load<u32>(at) << 5);
        const count = isCounted ? i16x8.splat(<i16>load<u8>(counts + ((at - events) >> 2))) : a0;
        a0 = i16x8.add(a0, codes(row, count, isCounted));
        a1 = i16x8.add(a1, codes(row + 8, count, isCounted));
        a2 = i16x8.add(a2, codes(row + 16, count, isCounted));
        a3 = i16x8.add(a3, codes(row + 24, count, isCounted));
      }
      s0 = i32x4.add(s0, i32x4.extend_low_i16x8_s(a0));
      s1 = i32x4.add(s1, i32x4.extend_high_i16x8_s(a0));
      s2 = i32x4.add(s2, i32x4.extend_low_i16x8_s(a1));
      s3 = i32x4.add(s3, i32x4.extend_high_i16x8_s(a1));
      s4 = i32x4.add(s4, i32x4.extend_low_i16x8_s(a2));
      s5 = i32x4.add(s5, i32x4.extend_high_i16x8_s(a2));
      s6 = i32x4.add(s6, i32x4.extend_low_i16x8_s(a3));
      s7 = i32x4.add(s7, i32x4.extend_high_i16x8_s(a3));
    }
    finishI32(out, s0, factor, bias);
    finishI32(out + 16, s1, factor, bias + 16);
    finishI32(out + 32, s2, factor, bias + 32);
    finishI32(out + 48, s3, factor, bias + 48);
    finishI32(out + 64, s4, factor, bias + 64);
    finishI32(out + 80, s5, factor, bias + 80);
    finishI32(out + 96, s6, factor, bias + 96);
    finishI32(out + 112, s7, factor, bias + 112);
    out += <usize>outputs << 2;
  }
}

// @ts-ignore: decorator
@inline
function narrowI8(
  events: usize, counts: usize, pieceBytes: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isCounted: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    while (at < end) {
      const stop = min(end, at + pieceBytes);
      let a0 = i16x8.splat(0), a1 = a0;
      for (; at < stop; at += 4) {
        const row = tile + (<usize>load<u32>(at) << 4);
        const count = isCounted ? i16x8.splat(<i16>load<u8>(counts + ((at - events) >> 2))) : a0;
        a0 = i16x8.add(a0, codes(row, count, isCounted));
        a1 = i16x8.add(a1, codes(row + 8, count, isCounted));
      }
      s0 = i32x4.add(s0, i32x4.extend_low_i16x8_s(a0));
      s1 = i32x4.add(s1, i32x4.extend_high_i16x8_s(a0));
      s2 = i32x4.add(s2, i32x4.extend_low_i16x8_s(a1));
      s3 = i32x4.add(s3, i32x4.extend_high_i16x8_s(a1));
    }
    finishI32(out, s0, factor, bias);
    finishI32(out + 16, s1, factor, bias + 16);
    finishI32(out + 32, s2, factor, bias + 32);
    finishI32(out + 48, s3, factor, bias + 48);
    out += <usize>outputs << 2;
  }
}

/**
 * A layer of neurons over all steps of all images: v ← leak · v + current; a spike where
 * v ≥ threshold; then v − threshold, or 0. Writes spike lists as `events` and `ends`.
 *
 * Sixteen neurons at a time go through all steps in registers and leave bits; the bits of a step
 * then become its list.
 *
 * @param neurons - padded to 16; padding lanes begin with a NaN potential, so they stay silent
 * @param stepBytes - from a step's current to the next one's; 0 for a held current
 * @param bits - scratch: a row of ⌈neurons / 64⌉ zeroed words of 8 bytes a step
 * @param flags - by sixteen neurons: who fired on some image, who fired at every step of some image; two
 * uint16 of bits, added to in place
 * @param bounds - 4 lanes of the lowest and 4 of the highest potential before reset, widened in place
 * @returns the number of spikes
 */
export function neuronSteps(
  current: usize, imageBytes: usize, stepBytes: usize, images: i32, steps: i32, neurons: i32,
  bits: usize, initial: usize, thresholds: usize, leak: f32, isZeroReset: bool,
  events: usize, ends: usize, flags: usize, bounds: usize,
): i32 {
  const rowBytes = <usize>((neurons + 63) >> 6) << 3;
  let at = events;
  for (let image: i32 = 0; image < images; image++) {
    let input = current;
    for (let first: i32 = 0; first < neurons; first += 16) {
      const offset = <usize>first << 2;
      const from = input + offset, start = initial + offset, limits = thresholds + offset;
      const to = bits + (<usize>first >> 3), seen = flags + (<usize>first >> 2);
      if (isZeroReset) runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, true, true);
      else if (leak != 1) runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, true, false);
      else if (stepBytes == 0 && isSilent(from, steps, start, limits)) driftBlock(from, steps, to, rowBytes, start, bounds);
      else runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, false, false);
    }
    for (let step: i32 = 0; step < steps; step++) {
      at = listBits(bits + <usize>step * rowBytes, rowBytes, at);
      store<i32>(ends, <i32>((at - events) >> 2));
      ends += 4;
    }
    current += imageBytes;
  }
  return <i32>((at - events) >> 2);
}

/**
 * Whether sixteen IF neurons under held currents surely do not fire in all steps: v₀ + 1.001 T z < θ. The
 * last thousandth is for rounding, which is far less for any T that fits in memory.
 */
// @ts-ignore: decorator
@inline
function isSilent(current: usize, steps: i32, initial: usize, thresholds: usize): bool {
  const time = f32x4.splat(<f32>steps * 1.001);
  let silent = i32x4.splat(-1);
  for (let offset: usize = 0; offset < 64; offset += 16) {
    const z = v128.load(current + offset), v = v128.load(initial + offset), threshold = v128.load(thresholds + offset);
    const rise = f32x4.mul(f32x4.pmax(z, f32x4.splat(0)), time);
    // Padding begins at NaN. A NaN current is not silent: it would pass on to later steps only.
    const low = v128.or(f32x4.lt(f32x4.add(v, rise), threshold), f32x4.ne(v, v));
    silent = v128.and(silent, v128.and(low, f32x4.eq(z, z)));
  }
  return i32x4.all_true(silent);
}

/** Sixteen neurons that do not fire: each only rises or only sinks, so its first and last potentials bound it. */
function driftBlock(input: usize, steps: i32, bits: usize, rowBytes: usize, initial: usize, bounds: usize): void {
  const z0 = v128.load(input), z1 = v128.load(input, 16), z2 = v128.load(input, 32), z3 = v128.load(input, 48);
  let v0 = f32x4.add(v128.load(initial), z0), v1 = f32x4.add(v128.load(initial, 16), z1);
  let v2 = f32x4.add(v128.load(initial, 32), z2), v3 = f32x4.add(v128.load(initial, 48), z3);
  widen(bounds, v0, v1, v2, v3);
  store<u16>(bits, 0);
  for (let step: i32 = 1; step < steps; step++) {
    v0 = f32x4.add(v0, z0);
    v1 = f32x4.add(v1, z1);
    v2 = f32x4.add(v2, z2);
    v3 = f32x4.add(v3, z3);
    bits += rowBytes;
    store<u16>(bits, 0);
  }
  widen(bounds, v0, v1, v2, v3);
}

// @ts-ignore: decorator
@inline
function widen(bounds: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(bounds, f32x4.pmin(f32x4.pmin(f32x4.pmin(f32x4.pmin(v128.load(bounds), v0), v1), v2), v3));
  v128.store(bounds, f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(v128.load(bounds, 16), v0), v1), v2), v3), 16);
}

/** Sixteen neurons of one image over all steps. */
// @ts-ignore: decorator
@inline
function runBlock(
  input: usize, stepBytes: usize, steps: i32, bits: usize, rowBytes: usize, initial: usize,
  thresholds: usize, leak: f32, flags: usize, bounds: usize, isLeaky: bool, isZeroReset: bool,
): void {
  const factor = f32x4.splat(leak);
  let low = v128.load(bounds), high = v128.load(bounds, 16);
  let v0 = v128.load(initial), v1 = v128.load(initial, 16);
  let v2 = v128.load(initial, 32), v3 = v128.load(initial, 48);
  let some: i32 = 0, all: i32 = -1;
  for (let step: i32 = 0; step < steps; step++) {
    v0 = f32x4.add(isLeaky ? f32x4.mul(factor, v0) : v0, v128.load(input));
    v1 = f32x4.add(isLeaky ? f32x4.mul(factor, v1) : v1, v128.load(input, 16));
    v2 = f32x4.add(isLeaky ? f32x4.mul(factor, v2) : v2, v128.load(input, 32));
    v3 = f32x4.add(isLeaky ? f32x4.mul(factor, v3) : v3, v128.load(input, 48));
    low = f32x4.pmin(f32x4.pmin(f32x4.pmin(f32x4.pmin(low, v0), v1), v2), v3);
    high = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(high, v0), v1), v2), v3);
    const s0 = f32x4.ge(v0, v128.load(thresholds));
    const s1 = f32x4.ge(v1, v128.load(thresholds, 16));
    const s2 = f32x4.ge(v2, v128.load(thresholds, 32));
    const s3 = f32x4.ge(v3, v128.load(thresholds, 48));
    v0 = isZeroReset ? v128.andnot(v0, s0) : f32x4.sub(v0, v128.and(s0, v128.load(thresholds)));
    v1 = isZeroReset ? v128.andnot(v1, s1) : f32x4.sub(v1, v128.and(s1, v128.load(thresholds, 16)));
    v2 = isZeroReset ? v128.andnot(v2, s2) : f32x4.sub(v2, v128.and(s2, v128.load(thresholds, 32)));
    v3 = isZeroReset ? v128.andnot(v3, s3) : f32x4.sub(v3, v128.and(s3, v128.load(thresholds, 48)));
    const fired = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(s0, s1), i16x8.narrow_i32x4_s(s2, s3)));
    some |= fired;
    all &= fired;
    store<u16>(bits, <u16>fired);
    bits += rowBytes;
    input += stepBytes;
  }
  v128.store(bounds, low);
  v128.store(bounds, high, 16);
  store<u16>(flags, <u16>(<i32>load<u16>(flags) | some));
  store<u16>(flags, <u16>(<i32>load<u16>(flags, 2) | all), 2);
}

/** Appends the places of set bits; returns where the list ends. */
function listBits(row: usize, rowBytes: usize, at: usize): usize {
  for (let byte: usize = 0; byte < rowBytes; byte += 8) {
    let word = load<u64>(row + byte);
    const first = <i32>(byte << 3);
    while (word != 0) {
      store<i32>(at, first + <i32>ctz(word));
      at += 4;
      word &= word - 1;
    }
  }
  return at;
}
