// A layer of plain neurons over all steps of all images: v ← leak · v + current; a spike where
// v ≥ threshold; then v − threshold, or 0.
//
// Sixteen neurons at a time go through all steps in registers and leave bits; the bits of a step then
// become its list. Under a held current most neurons never fire, and where their potential ends is known
// beforehand: those that can neither fire nor widen the bounds sleep, and the others are moved together.

/**
 * Writes spike lists as `events` and `ends`, ascending within a step.
 *
 * @param neurons - padded to 16; padding lanes begin with a NaN potential, so they stay silent
 * @param stepBytes - from a step's current to the next one's; 0 for a held current
 * @param bits - scratch: a row of ⌈neurons / 64⌉ zeroed words of 8 bytes a step
 * @param names - scratch for held currents: five rows of neurons; 0 if nobody is to sleep. Sleep takes
 * 0 ≤ leak ≤ 1, so that potentials go one way from the first step to the last
 * @param leakAll - leak^steps; @param reach - 1 + leak + … + leak^(steps − 1)
 * @param margin - of |initial| + reach · |current|: more than all roundings together
 * @param flags - by sixteen neurons: who fired on some image, who fired at every step of some image; two
 * uint16 of bits, added to in place
 * @param bounds - 0, or 4 lanes of the lowest and 4 of the highest potential before reset, widened in place
 * @returns the number of spikes
 */
export function neuronSteps(
  current: usize, imageBytes: usize, stepBytes: usize, images: i32, steps: i32, neurons: i32,
  bits: usize, names: usize, initial: usize, thresholds: usize, leak: f32, leakAll: f32, reach: f32, margin: f32,
  isZeroReset: bool, events: usize, ends: usize, flags: usize, bounds: usize,
): i32 {
  const neuronBytes = <usize>neurons << 2;
  const moved = names + neuronBytes;
  let rowBytes = <usize>((neurons + 63) >> 6) << 3;
  let at = events;
  for (let image: i32 = 0; image < images; image++) {
    if (names) {
      const awake = listAwake(
        current, neuronBytes, names, initial, thresholds, leak, leakAll, reach, margin, bounds,
      );
      move(names, awake, neuronBytes, current, thresholds, initial);
      rowBytes = <usize>((awake + 63) >> 6) << 3;
      // Rows are shorter now: what stood in the last word, where blocks do not fill it, is from before.
      if (awake & 63) for (let step: i32 = 1; step <= steps; step++) store<u64>(bits + <usize>step * rowBytes - 8, 0);
      runAll(
        moved, 0, steps, awake, bits, rowBytes, moved + 2 * neuronBytes, moved + neuronBytes, leak, isZeroReset,
        moved + 3 * neuronBytes, bounds,
      );
      addFlags(names, awake, moved + 3 * neuronBytes, flags);
    } else {
      runAll(
        current, stepBytes, steps, neurons, bits, rowBytes, initial, thresholds, leak, isZeroReset, flags, bounds,
      );
    }
    for (let step: i32 = 0; step < steps; step++) {
      const row = bits + <usize>step * rowBytes;
      at = names ? listNamedBits(row, rowBytes, names, at) : listBits(row, rowBytes, at);
      store<i32>(ends, <i32>((at - events) >> 2));
      ends += 4;
    }
    current += imageBytes;
  }
  return <i32>((at - events) >> 2);
}

/** List the neurons that may fire or widen the bounds; returns how many. NaN decides for waking. */
function listAwake(
  current: usize, neuronBytes: usize, names: usize, initial: usize, thresholds: usize,
  leak: f32, leakAll: f32, reach: f32, margin: f32, bounds: usize,
): i32 {
  // Without bounds there are none to widen.
  const low = bounds ? v128.load(bounds) : f32x4.splat(-f32.POSITIVE_INFINITY);
  const high = bounds ? v128.load(bounds, 16) : f32x4.splat(f32.POSITIVE_INFINITY);
  const perStep = f32x4.splat(leak), perImage = f32x4.splat(leakAll), times = f32x4.splat(reach);
  const share = f32x4.splat(margin);
  // Roundings among the smallest numbers are not in proportion to anything.
  const least = f32x4.splat(1e-30);
  let to = names;
  for (let byte: usize = 0; byte < neuronBytes; byte += 16) {
    const z = v128.load(current + byte), v = v128.load(initial + byte);
    const first = f32x4.add(f32x4.mul(perStep, v), z);
    const last = f32x4.add(f32x4.mul(perImage, v), f32x4.mul(times, z));
    const size = f32x4.add(f32x4.abs(v), f32x4.mul(times, f32x4.abs(z)));
    const off = f32x4.add(f32x4.mul(share, size), least);
    const highest = f32x4.add(f32x4.pmax(first, last), off);
    const lowest = f32x4.sub(f32x4.pmin(first, last), off);
    const sleeps = v128.and(
      f32x4.lt(highest, v128.load(thresholds + byte)),
      v128.and(f32x4.le(highest, high), f32x4.ge(lowest, low)),
    );
    const wakes = i32x4.bitmask(v128.andnot(f32x4.eq(v, v), sleeps));
    if (wakes == 0) continue;
    const i = <i32>(byte >> 2);
    store<i32>(to, i);
    to += <usize>(wakes & 1) << 2;
    store<i32>(to, i + 1);
    to += <usize>(wakes & 2) << 1;
    store<i32>(to, i + 2);
    to += <usize>(wakes & 4);
    store<i32>(to, i + 3);
    to += <usize>(wakes & 8) >> 1;
  }
  return <i32>((to - names) >> 2);
}

/** Fill the rows behind the names: current, threshold, initial potential, no flags; padded to 16. */
function move(names: usize, count: i32, rowBytes: usize, current: usize, thresholds: usize, initial: usize): void {
  let to = names + rowBytes;
  for (let k: i32 = 0; k < count; k++) {
    const from = <usize>load<u32>(names + (<usize>k << 2)) << 2;
    store<f32>(to, load<f32>(current + from));
    store<f32>(to + rowBytes, load<f32>(thresholds + from));
    store<f32>(to + 2 * rowBytes, load<f32>(initial + from));
    to += 4;
  }
  for (let k = count; k & 15; k++) {
    store<f32>(to + 2 * rowBytes, f32.NaN);
    to += 4;
  }
  const flags = names + 4 * rowBytes;
  for (let first: i32 = 0; first < count; first += 16) store<i32>(flags + (<usize>first >> 2), 0);
}

/** Give every named neuron the flags of its place. */
function addFlags(names: usize, count: i32, moved: usize, flags: usize): void {
  for (let k: i32 = 0; k < count; k++) {
    const name = load<i32>(names + (<usize>k << 2));
    const own = load<u32>(moved + (<usize>(k >> 4) << 2)) >> (k & 15);
    const word = flags + (<usize>(name >> 4) << 2);
    store<u32>(word, load<u32>(word) | ((own & 0x10001) << (name & 15)));
  }
}

function runAll(
  input: usize, stepBytes: usize, steps: i32, neurons: i32, bits: usize, rowBytes: usize, initial: usize,
  thresholds: usize, leak: f32, isZeroReset: bool, flags: usize, bounds: usize,
): void {
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
    } else if (bounds) {
      runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, bounds, false, false, true);
    } else runBlock(from, stepBytes, steps, to, rowBytes, start, limits, leak, seen, 0, false, false, false);
  }
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

// Four places a turn, whether there are so many or not: what is too much is written over by what follows,
// and few words have more, so that the end of the loop is seldom mispredicted.

/** Appends the places of set bits; returns where the list ends. Up to 3 entries behind it are written. */
function listBits(row: usize, rowBytes: usize, at: usize): usize {
  for (let byte: usize = 0; byte < rowBytes; byte += 8) {
    let word = load<u64>(row + byte);
    const first = <i32>(byte << 3);
    let to = at;
    at += <usize>popcnt(word) << 2;
    while (word != 0) {
      store<i32>(to, first + <i32>ctz(word));
      word &= word - 1;
      store<i32>(to, first + <i32>ctz(word), 4);
      word &= word - 1;
      store<i32>(to, first + <i32>ctz(word), 8);
      word &= word - 1;
      store<i32>(to, first + <i32>ctz(word), 12);
      word &= word - 1;
      to += 16;
    }
  }
  return at;
}

/** Appends the names at the places of set bits; there is one name more than bits. */
function listNamedBits(row: usize, rowBytes: usize, names: usize, at: usize): usize {
  for (let byte: usize = 0; byte < rowBytes; byte += 8) {
    let word = load<u64>(row + byte);
    let to = at;
    at += <usize>popcnt(word) << 2;
    while (word != 0) {
      store<i32>(to, load<i32>(names + (<usize>ctz(word) << 2)));
      word &= word - 1;
      store<i32>(to, load<i32>(names + (<usize>ctz(word) << 2)), 4);
      word &= word - 1;
      store<i32>(to, load<i32>(names + (<usize>ctz(word) << 2)), 8);
      word &= word - 1;
      store<i32>(to, load<i32>(names + (<usize>ctz(word) << 2)), 12);
      word &= word - 1;
      to += 16;
    }
    names += 256;
  }
  return at;
}
