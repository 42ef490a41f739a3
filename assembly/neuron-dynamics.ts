// Neurons of every form, over all steps of all images. The arithmetic is src/neuron/step-neuron.ts, four
// neurons at a time, every lane rounding as the scalar equation does; rules are numbers in the order in
// which src/neuron/dynamics.ts lists their names. The rules are the same for a whole layer, so branches
// on them are always predicted.

import { listCounts } from "./list-counts";

/**
 * Writes spike lists as `events` and `ends`, each neuron as often as it fired.
 *
 * @param neurons - padded to 16; thresholds and potentials of padding are NaN, so it stays silent
 * @param stepBytes - from a step's current to the next one's; 0 for a held current
 * @param parameters - threshold, membrane, currentGain, restPotential, resetPotential, minimumPotential,
 * synapse, adaptationStrength, adaptationLeak
 * @param state - per image: potential, synaptic current, adaptation (spikes so far, of neurons with a budget), steps of rest left; read and written
 * @param rules - synapse, charge, isStrict, reset, resetTime, isResetRepeated, isAdaptive, maximumSpikes,
 * refractorySteps, spikeBudget
 * @param counts - scratch: a byte a step and neuron
 * @param potentials - 0, or where potentials go, [images, steps, neurons]; then nothing fires
 * @returns the number of spikes
 */
export function neuronDynamics(
  current: usize, imageBytes: usize, stepBytes: usize, images: i32, steps: i32, neurons: i32,
  parameters: usize, state: usize, rules: usize, counts: usize, potentials: usize,
  events: usize, ends: usize, mostSpikes: usize, bounds: usize,
): i32 {
  const rowBytes = <usize>neurons << 2;
  let at = events;
  for (let image: i32 = 0; image < images; image++) {
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      runLanes(
        current + offset, stepBytes, steps, parameters + offset, state + offset, rowBytes, rules,
        counts + (offset >> 2), potentials ? potentials + offset : 0, mostSpikes + offset, bounds,
      );
    }
    for (let step: i32 = 0; step < steps; step++) {
      if (!potentials) at = listCounts(counts + <usize>step * <usize>neurons, neurons, at);
      store<i32>(ends, <i32>((at - events) >> 2));
      ends += 4;
    }
    current += imageBytes;
    state += 4 * rowBytes;
    if (potentials) potentials += <usize>steps * rowBytes;
  }
  return <i32>((at - events) >> 2);
}

// @ts-ignore: decorator
@inline
function exceeds(v: v128, threshold: v128, isStrict: bool): v128 {
  return isStrict ? f32x4.gt(v, threshold) : f32x4.ge(v, threshold);
}

// @ts-ignore: decorator
@inline
function choose(yes: v128, no: v128, mask: v128): v128 {
  return v128.bitselect(yes, no, mask);
}

function charge(rule: i32, v: v128, u: v128, membrane: v128, gain: v128, rest: v128): v128 {
  if (rule == 0) return f32x4.add(f32x4.mul(membrane, v), f32x4.mul(gain, u));
  if (rule == 1) return f32x4.add(v, f32x4.mul(membrane, f32x4.add(f32x4.sub(rest, v), u)));
  if (rule == 2) return f32x4.add(v, f32x4.div(f32x4.sub(u, f32x4.sub(v, rest)), membrane));
  return f32x4.add(f32x4.sub(v, f32x4.div(f32x4.sub(v, rest), membrane)), u);
}

/** Four neurons of one image over all steps. */
function runLanes(
  input: usize, stepBytes: usize, steps: i32, parameters: usize, state: usize, rowBytes: usize, rules: usize,
  counts: usize, potentials: usize, mostSpikes: usize, bounds: usize,
): void {
  const synapseRule = load<i32>(rules), chargeRule = load<i32>(rules, 4);
  const isStrict = load<i32>(rules, 8) != 0;
  const reset = load<i32>(rules, 12), resetTime = load<i32>(rules, 16);
  const isRepeated = load<i32>(rules, 20) != 0, isAdaptive = load<i32>(rules, 24) != 0;
  const maximumSpikes = load<i32>(rules, 28), refractorySteps = load<i32>(rules, 32);
  const spikeBudget = load<i32>(rules, 36), budget = f32x4.splat(<f32>spikeBudget);
  const base = v128.load(parameters);
  const membrane = v128.load(parameters + rowBytes);
  const gain = v128.load(parameters + 2 * rowBytes);
  const rest = v128.load(parameters + 3 * rowBytes);
  const resetPotential = v128.load(parameters + 4 * rowBytes);
  const minimum = v128.load(parameters + 5 * rowBytes);
  const synapse = v128.load(parameters + 6 * rowBytes);
  const strength = v128.load(parameters + 7 * rowBytes);
  const adaptationLeak = v128.load(parameters + 8 * rowBytes);
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  const most = f32x4.splat(<f32>maximumSpikes), pause = f32x4.splat(<f32>refractorySteps);
  let v = v128.load(state), c = v128.load(state + rowBytes);
  let a = v128.load(state + 2 * rowBytes), left = v128.load(state + 3 * rowBytes);
  let low = v128.load(bounds), high = v128.load(bounds, 16), total = zero;
  for (let step: i32 = 0; step < steps; step++) {
    let u = v128.load(input);
    input += stepBytes;
    if (synapseRule == 1) {
      c = f32x4.add(f32x4.mul(synapse, c), u);
      u = c;
    } else if (synapseRule == 2) {
      c = f32x4.mul(synapse, f32x4.add(c, u));
      u = c;
    } else if (synapseRule == 3) {
      u = f32x4.add(c, u);
      c = f32x4.sub(u, f32x4.mul(synapse, u));
    }
    const old = v;
    const resting = f32x4.gt(left, zero);
    left = f32x4.sub(left, v128.and(resting, one));
    const late = resetTime == 0 ? zero : exceeds(v, base, isStrict);
    if (resetTime == 1) v = choose(resetPotential, v, late);
    v = charge(chargeRule, v, u, membrane, gain, rest);
    if (resetTime == 2) v = choose(reset == 1 ? f32x4.sub(v, base) : resetPotential, v, late);
    const charged = choose(old, v, resting);
    low = f32x4.pmin(low, charged);
    high = f32x4.pmax(high, charged);
    if (potentials) {
      v = choose(minimum, v, f32x4.lt(v, minimum));
      v128.store(potentials, v);
      potentials += rowBytes;
      continue;
    }
    const theta = isAdaptive ? f32x4.add(base, f32x4.mul(strength, a)) : base;
    let fired = v128.andnot(exceeds(v, theta, isStrict), resting);
    if (spikeBudget) fired = v128.and(fired, f32x4.lt(a, budget));
    let n = v128.and(fired, one);
    if (maximumSpikes > 1) {
      const quotient = f32x4.floor(f32x4.div(v, theta));
      const several = v128.and(fired, f32x4.gt(quotient, one));
      n = choose(f32x4.min(most, quotient), n, several);
    }
    if (spikeBudget) {
      n = f32x4.min(n, f32x4.sub(budget, a));
      a = f32x4.add(a, n);
    }
    if (resetTime == 0) {
      if (reset == 1) v = choose(f32x4.sub(v, f32x4.mul(n, base)), v, fired);
      else if (reset == 2) v = choose(resetPotential, v, fired);
    }
    if (isRepeated) {
      const again = f32x4.sub(n, v128.and(late, one));
      v = f32x4.sub(v, f32x4.mul(again, reset == 1 ? base : v));
    }
    if (isAdaptive) a = f32x4.add(f32x4.mul(adaptationLeak, a), n);
    left = choose(pause, left, fired);
    v = choose(minimum, v, f32x4.lt(v, minimum));
    v = choose(old, v, resting);
    total = f32x4.add(total, n);
    const whole = i32x4.trunc_sat_f32x4_s(n);
    const packed = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(whole, whole), whole);
    v128.store32_lane(counts, packed, 0);
    counts += rowBytes >> 2;
  }
  v128.store(state, v);
  v128.store(state + rowBytes, c);
  v128.store(state + 2 * rowBytes, a);
  v128.store(state + 3 * rowBytes, left);
  v128.store(bounds, low);
  v128.store(bounds, high, 16);
  v128.store(mostSpikes, i32x4.max_s(v128.load(mostSpikes), i32x4.trunc_sat_f32x4_s(total)));
}
