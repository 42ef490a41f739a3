// A layer of plain neurons over all steps of all images: v ← leak · v + current; a spike where
// v ≥ threshold; then v − threshold, or 0. Sixteen neurons at a time go through all steps in registers and
// leave bits; the bits of a step then become its list.

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
 * @param bounds - 0, or 4 lanes of the lowest and 4 of the highest potential before reset, widened in place
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
      if (isZeroReset) {
        if (bounds) runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, true, true, true);
        else runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, 0, true, true, false);
      } else if (leak != 1) {
        if (bounds) runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, true, false, true);
        else runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, 0, true, false, false);
      } else if (stepBytes == 0 && isSilent(from, steps, start, limits)) {
        driftBlock(from, steps, to, rowBytes, start, bounds);
      } else if (bounds) {
        runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, false, false, true);
      } else runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, 0, false, false, false);
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
  if (!bounds) {
    for (; steps > 0; steps--, bits += rowBytes) store<u16>(bits, 0);
    return;
  }
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
  isBounded: bool,
): void {
  const factor = f32x4.splat(leak);
  let low = factor, high = factor;
  if (isBounded) {
    low = v128.load(bounds);
    high = v128.load(bounds, 16);
  }
  let v0 = v128.load(initial), v1 = v128.load(initial, 16);
  let v2 = v128.load(initial, 32), v3 = v128.load(initial, 48);
  let some: i32 = 0, all: i32 = -1;
  for (let step: i32 = 0; step < steps; step++) {
    v0 = f32x4.add(isLeaky ? f32x4.mul(factor, v0) : v0, v128.load(input));
    v1 = f32x4.add(isLeaky ? f32x4.mul(factor, v1) : v1, v128.load(input, 16));
    v2 = f32x4.add(isLeaky ? f32x4.mul(factor, v2) : v2, v128.load(input, 32));
    v3 = f32x4.add(isLeaky ? f32x4.mul(factor, v3) : v3, v128.load(input, 48));
    if (isBounded) {
      low = f32x4.pmin(f32x4.pmin(f32x4.pmin(f32x4.pmin(low, v0), v1), v2), v3);
      high = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(high, v0), v1), v2), v3);
    }
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
  if (isBounded) {
    v128.store(bounds, low);
    v128.store(bounds, high, 16);
  }
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
