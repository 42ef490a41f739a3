// IF and LIF neurons in integers, over all steps of all images: src/neuron/step-integer.ts, four at a time.

import { listCounts } from "./list-counts";

/**
 * Writes spike lists as `events` and `ends`. Currents are whole numbers in float32, below 2²⁴ and so exact.
 *
 * @param neurons - padded to 16; padding never fires, its thresholds being the highest
 * @param size - neurons without padding, which bounds leave out
 * @param parameters - int32 rows of neurons: threshold, leak in 4096ths, resetPotential, minimumPotential
 * @param state - int32 by image: potential, steps of rest left; read and written
 * @param rules - int32: reset (none, subtract, value), isStrict, refractorySteps, potential bits, wraps
 * @param counts - scratch: a byte a step and neuron
 * @returns the number of spikes
 */
export function neuronInteger(
  current: usize, imageBytes: usize, stepBytes: usize, images: i32, steps: i32, neurons: i32, size: i32,
  parameters: usize, state: usize, rules: usize, counts: usize,
  events: usize, ends: usize, mostSpikes: usize, bounds: usize,
): i32 {
  const rowBytes = <usize>neurons << 2;
  let at = events;
  for (let image: i32 = 0; image < images; image++) {
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      runIntegers(
        current + offset, stepBytes, steps, parameters + offset, state + offset, rowBytes, rules,
        counts + (offset >> 2), mostSpikes + offset, bounds, size - <i32>(offset >> 2),
      );
    }
    for (let step: i32 = 0; step < steps; step++) {
      at = listCounts(counts + <usize>step * <usize>neurons, neurons, at);
      store<i32>(ends, <i32>((at - events) >> 2));
      ends += 4;
    }
    current += imageBytes;
    state += 2 * rowBytes;
  }
  return <i32>((at - events) >> 2);
}

/** v · L / 4096 toward 0. */
// @ts-ignore: decorator
@inline
function decayed(v: v128, leak: v128): v128 {
  const low = towardZero(i64x2.extmul_low_i32x4_s(v, leak));
  const high = towardZero(i64x2.extmul_high_i32x4_s(v, leak));
  return i32x4.shuffle(low, high, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function towardZero(product: v128): v128 {
  const lift = v128.and(i64x2.shr_s(product, 63), i64x2.splat(4095));
  return i64x2.shr_s(i64x2.add(product, lift), 12);
}

/** a + b in the potential's bits. */
function addFitted(a: v128, b: v128, bits: i32, wraps: bool): v128 {
  const sum = i32x4.add(a, b);
  if (bits == 16 && wraps) return i32x4.shr_s(i32x4.shl(sum, 16), 16);
  if (wraps) return sum;
  // Both of one sign and the sum of the other: past the end on that side.
  const overflows = i32x4.shr_s(v128.and(v128.xor(a, sum), v128.xor(b, sum)), 31);
  const end = v128.xor(i32x4.shr_s(a, 31), i32x4.splat(0x7fffffff));
  const fitted = v128.bitselect(end, sum, overflows);
  if (bits == 32) return fitted;
  return i32x4.min_s(i32x4.max_s(fitted, i32x4.splat(-32768)), i32x4.splat(32767));
}

function runIntegers(
  input: usize, stepBytes: usize, steps: i32, parameters: usize, state: usize, rowBytes: usize, rules: usize,
  counts: usize, mostSpikes: usize, bounds: usize, lanes: i32,
): void {
  const isPadding = i32x4.ge_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes));
  const reset = load<i32>(rules), isStrict = load<i32>(rules, 4) != 0;
  const pause = i32x4.splat(load<i32>(rules, 8));
  const bits = load<i32>(rules, 12), wraps = load<i32>(rules, 16) != 0;
  const threshold = v128.load(parameters), leak = v128.load(parameters + rowBytes);
  const resetPotential = v128.load(parameters + 2 * rowBytes), minimum = v128.load(parameters + 3 * rowBytes);
  const one = i32x4.splat(1), zero = i32x4.splat(0);
  let v = v128.load(state), left = v128.load(state + rowBytes);
  let low = v128.load(bounds), high = v128.load(bounds, 16), total = zero;
  for (let step: i32 = 0; step < steps; step++) {
    const old = v;
    const resting = i32x4.gt_s(left, zero);
    left = i32x4.sub(left, v128.and(resting, one));
    v = addFitted(decayed(v, leak), i32x4.trunc_sat_f32x4_s(v128.load(input)), bits, wraps);
    input += stepBytes;
    // All bits set is NaN, which bounds leave out.
    const charged = v128.or(f32x4.convert_i32x4_s(v128.bitselect(old, v, resting)), isPadding);
    low = f32x4.pmin(low, charged);
    high = f32x4.pmax(high, charged);
    const fired = v128.andnot(isStrict ? i32x4.gt_s(v, threshold) : i32x4.ge_s(v, threshold), resting);
    if (reset == 1) v = v128.bitselect(addFitted(v, i32x4.neg(threshold), bits, wraps), v, fired);
    else if (reset == 2) v = v128.bitselect(resetPotential, v, fired);
    left = v128.bitselect(pause, left, fired);
    v = v128.bitselect(old, i32x4.max_s(v, minimum), resting);
    total = i32x4.sub(total, fired);
    const narrow = i16x8.narrow_i32x4_s(fired, fired);
    v128.store32_lane(counts, v128.and(i8x16.narrow_i16x8_s(narrow, narrow), i8x16.splat(1)), 0);
    counts += rowBytes >> 2;
  }
  v128.store(state, v);
  v128.store(state + rowBytes, left);
  v128.store(bounds, low);
  v128.store(bounds, high, 16);
  v128.store(mostSpikes, i32x4.max_s(v128.load(mostSpikes), total));
}
