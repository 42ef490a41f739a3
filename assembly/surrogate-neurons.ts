// Layers of neurons for training: forward with everything that the way back needs, and the way back.
//
// Rows are steps · images, the images of a step side by side, `stride` values each. The forward arithmetic is
// src/neuron/step-neuron.ts (as in neuron-dynamics.ts); what the backward one computes is written down in
// src/kernels/surrogate-neurons.ts. Four neurons at a time; the last ones of a row that is no multiple of four are
// written under a mask, and what a load takes of the next row goes back unchanged.

// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, mask: v128, isWhole: bool): void {
  v128.store(to, isWhole ? value : v128.bitselect(value, v128.load(to), mask));
}

function maskOf(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}

// @ts-ignore: decorator
@inline
function exceeds(v: v128, threshold: v128, isStrict: bool): v128 {
  return isStrict ? f32x4.gt(v, threshold) : f32x4.ge(v, threshold);
}

function charge(rule: i32, v: v128, u: v128, membrane: v128, gain: v128, rest: v128): v128 {
  if (rule == 0) return f32x4.add(f32x4.mul(membrane, v), f32x4.mul(gain, u));
  if (rule == 1) return f32x4.add(v, f32x4.mul(membrane, f32x4.add(f32x4.sub(rest, v), u)));
  if (rule == 2) return f32x4.add(v, f32x4.div(f32x4.sub(u, f32x4.sub(v, rest)), membrane));
  return f32x4.add(f32x4.sub(v, f32x4.div(f32x4.sub(v, rest), membrane)), u);
}

/**
 * @param currentStepBytes - from a step's current to the next one's; 0 for a held current
 * @param parameters - rows of `stride`: threshold, membrane, currentGain, restPotential, resetPotential, synapse,
 * adaptationStrength, adaptationLeak
 * @param rules - synapse, charge, isStrict, reset, resetTime, isAdaptive, emitsPotential
 * @param state - [3, images, stride]: potential, synaptic current, adaptation; read and written
 * @param charged - potentials before any reset; may be the current
 * @param outputs - spikes as 0 and 1, or potentials
 * @param synapses - 0, or where synaptic currents go
 * @param adaptations - 0, or where adaptations go, as they were when the step began
 */
export function surrogateForward(
  current: usize, currentStepBytes: usize, images: i32, steps: i32, size: i32, stride: i32, parameters: usize,
  rules: usize, state: usize, charged: usize, outputs: usize, synapses: usize, adaptations: usize,
): void {
  const rowBytes = <usize>stride << 2, stateBytes = <usize>images * rowBytes, whole = <usize>(size & ~3) << 2;
  const mask = maskOf(size & 3);
  for (let image: i32 = 0; image < images; image++) {
    let row = <usize>image * rowBytes;
    let from = current + row;
    const own = state + row;
    for (let step: i32 = 0; step < steps; step++) {
      for (let at: usize = 0; at < whole; at += 16) {
        forwardLanes(
          from + at, parameters + at, rowBytes, rules, own + at, stateBytes, charged + row + at, outputs + row + at,
          synapses ? synapses + row + at : 0, adaptations ? adaptations + row + at : 0, mask, true,
        );
      }
      if (size & 3) {
        forwardLanes(
          from + whole, parameters + whole, rowBytes, rules, own + whole, stateBytes, charged + row + whole,
          outputs + row + whole, synapses ? synapses + row + whole : 0,
          adaptations ? adaptations + row + whole : 0, mask, false,
        );
      }
      row += stateBytes;
      from += currentStepBytes;
    }
  }
}

// @ts-ignore: decorator
@inline
function forwardLanes(
  current: usize, parameters: usize, rowBytes: usize, rules: usize, state: usize, stateBytes: usize, charged: usize,
  outputs: usize, synapses: usize, adaptations: usize, mask: v128, isWhole: bool,
): void {
  const synapseRule = load<i32>(rules), isStrict = load<i32>(rules, 8) != 0;
  const reset = load<i32>(rules, 12), resetTime = load<i32>(rules, 16);
  const base = v128.load(parameters), synapse = v128.load(parameters + 5 * rowBytes);
  const resetPotential = v128.load(parameters + 4 * rowBytes);
  let u = v128.load(current), v = v128.load(state);
  if (synapseRule != 0) {
    let c = v128.load(state + stateBytes);
    if (synapseRule == 1) {
      c = f32x4.add(f32x4.mul(synapse, c), u);
      u = c;
    } else if (synapseRule == 2) {
      c = f32x4.mul(synapse, f32x4.add(c, u));
      u = c;
    } else {
      u = f32x4.add(c, u);
      c = f32x4.sub(u, f32x4.mul(synapse, u));
    }
    put(state + stateBytes, c, mask, isWhole);
    if (synapses) put(synapses, c, mask, isWhole);
  }
  const late = resetTime == 0 ? f32x4.splat(0) : exceeds(v, base, isStrict);
  if (resetTime == 1) v = v128.bitselect(resetPotential, v, late);
  v = charge(
    load<i32>(rules, 4), v, u, v128.load(parameters + rowBytes), v128.load(parameters + 2 * rowBytes),
    v128.load(parameters + 3 * rowBytes),
  );
  if (resetTime == 2) v = v128.bitselect(f32x4.sub(v, base), v, late);
  put(charged, v, mask, isWhole);
  if (load<i32>(rules, 24) != 0) {
    put(outputs, v, mask, isWhole);
    put(state, v, mask, isWhole);
    return;
  }
  let theta = base;
  const isAdaptive = load<i32>(rules, 20) != 0;
  let a = v;
  if (isAdaptive) {
    a = v128.load(state + 2 * stateBytes);
    theta = f32x4.add(base, f32x4.mul(v128.load(parameters + 6 * rowBytes), a));
    if (adaptations) put(adaptations, a, mask, isWhole);
  }
  const fired = exceeds(v, theta, isStrict);
  const spikes = v128.and(fired, f32x4.splat(1));
  if (resetTime == 0) {
    if (reset == 1) v = f32x4.sub(v, v128.and(fired, base));
    else if (reset == 2) v = v128.bitselect(resetPotential, v, fired);
  }
  if (isAdaptive) {
    a = f32x4.add(f32x4.mul(v128.load(parameters + 7 * rowBytes), a), spikes);
    put(state + 2 * stateBytes, a, mask, isWhole);
  }
  put(outputs, spikes, mask, isWhole);
  put(state, v, mask, isWhole);
}

/** exp of numbers from −87 to 0, to about 1e-7 of itself. */
function exponential(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let sum = f32x4.splat(1.0 / 720);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}

// @ts-ignore: decorator
@inline
function slopeAt(kind: i32, x: v128, k: f32): v128 {
  const one = f32x4.splat(1), slope = f32x4.splat(k);
  if (kind == 0) {
    const y = f32x4.mul(f32x4.splat(<f32>(Math.PI / 2) * k), x);
    return f32x4.div(f32x4.splat(k / 2), f32x4.add(one, f32x4.mul(y, y)));
  }
  const size = f32x4.abs(x);
  if (kind == 1) {
    const q = f32x4.add(f32x4.mul(slope, size), one);
    return f32x4.div(one, f32x4.mul(q, q));
  }
  if (kind == 2) {
    const e = exponential(f32x4.pmax(f32x4.splat(-87), f32x4.neg(f32x4.mul(slope, size))));
    const q = f32x4.add(one, e);
    return f32x4.div(f32x4.mul(slope, e), f32x4.mul(q, q));
  }
  if (kind == 3) return f32x4.mul(slope, f32x4.pmax(f32x4.splat(0), f32x4.sub(one, f32x4.mul(slope, size))));
  if (kind == 4) {
    const q = f32x4.add(size, one);
    return f32x4.div(slope, f32x4.mul(q, q));
  }
  return one;
}

/**
 * @param rows - addresses: dOutputs, charged, outputs, synapses, adaptations, start, dCurrent (0 where there are none)
 * @param from, to - the steps of this call, among those that lie at the addresses
 * @param dCurrentStepBytes - from a step's dCurrent to the one's before; 0 where those of all steps are summed up
 * @param parameters - rows of `stride`: threshold, keep, gain, restPotential, resetPotential, synapse, synapseKeep,
 * adaptationStrength, adaptationLeak
 * @param rules - reset, isLate, isAdaptive, emitsPotential, isDetached, hasSynapse, isDecayedAfterAdding, surrogate,
 * truncation (0: none), firstStep, isMembraneLearnt, isLearnt (if not, `sums` stay as they are)
 * @param carry - [3, images, stride]: of the next step's charged potential, synaptic current and adaptation
 * @param sums - rows of `stride`, added to: of threshold, keep, gain, synapse, adaptationStrength, adaptationLeak
 */
export function surrogateBackward(
  rows: usize, dCurrentStepBytes: usize, images: i32, from: i32, to: i32, size: i32, stride: i32, parameters: usize,
  rules: usize, slope: f32, carry: usize, sums: usize,
): void {
  const rowBytes = <usize>stride << 2, whole = <usize>(size & ~3) << 2;
  const mask = maskOf(size & 3);
  const isPlain =
    (load<i32>(rules, 4) | load<i32>(rules, 8) | load<i32>(rules, 12) | load<i32>(rules, 20) | load<i32>(rules, 32) |
      load<i32>(rules, 44)) == 0 && load<i32>(rules, 16) != 0;
  for (let image: i32 = 0; image < images; image++) {
    for (let step = to - 1; step >= from; step--) {
      const row = (<usize>step * <usize>images + <usize>image) * rowBytes;
      const end = <usize>image * rowBytes + <usize>step * dCurrentStepBytes;
      const own = <usize>image * rowBytes;
      let done: usize = 0;
      if (isPlain) {
        plainRow(rows, row, end, whole, dCurrentStepBytes == 0, parameters, rowBytes, rules, slope, carry + own);
        done = whole;
      }
      for (let at = done; at < whole; at += 16) {
        backwardLanes(
          rows, row + at, end + at, own + at, step, <usize>images * rowBytes, dCurrentStepBytes == 0, parameters + at,
          rowBytes, rules, slope, carry, sums + at, mask, true,
        );
      }
      if (size & 3) {
        backwardLanes(
          rows, row + whole, end + whole, own + whole, step, <usize>images * rowBytes, dCurrentStepBytes == 0,
          parameters + whole, rowBytes, rules, slope, carry, sums + whole, mask, false,
        );
      }
    }
  }
}

/** Whole vectors of a row where nothing is learnt, late, adaptive, synaptic or cut off, and resets count as given. */
function plainRow(
  rows: usize, row: usize, to: usize, bytes: usize, isSummed: bool, parameters: usize, rowBytes: usize, rules: usize,
  slope: f32, carry: usize,
): void {
  const dOutputs = load<usize>(rows) + row, charged = load<usize>(rows, 4) + row, outputs = load<usize>(rows, 8) + row;
  const dCurrent = load<usize>(rows, 24) + to, gain = parameters + 2 * rowBytes;
  const isToValue = load<i32>(rules) == 2;
  const kind = load<i32>(rules, 28);
  for (let at: usize = 0; at < bytes; at += 16) {
    let rest = f32x4.mul(v128.load(parameters + rowBytes + at), v128.load(carry + at));
    if (isToValue) rest = f32x4.mul(f32x4.sub(f32x4.splat(1), v128.load(outputs + at)), rest);
    const p = slopeAt(kind, f32x4.sub(v128.load(charged + at), v128.load(parameters + at)), slope);
    const dh = f32x4.add(f32x4.mul(p, v128.load(dOutputs + at)), rest);
    v128.store(carry + at, dh);
    let total = f32x4.mul(v128.load(gain + at), dh);
    if (isSummed) total = f32x4.add(total, v128.load(dCurrent + at));
    v128.store(dCurrent + at, total);
  }
}

// @ts-ignore: decorator
@inline
function learn(to: usize, value: v128, mask: v128, isWhole: bool, rules: usize): void {
  if (load<i32>(rules, 44) != 0) addTo(to, value, mask, isWhole);
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, value: v128, mask: v128, isWhole: bool): void {
  put(to, f32x4.add(v128.load(to), value), mask, isWhole);
}

// @ts-ignore: decorator
@inline
function backwardLanes(
  rows: usize, row: usize, to: usize, own: usize, step: i32, stepBytes: usize, isSummed: bool, parameters: usize,
  rowBytes: usize, rules: usize, slope: f32, carry: usize, sums: usize, mask: v128, isWhole: bool,
): void {
  const reset = load<i32>(rules), isLate = load<i32>(rules, 4) != 0, isAdaptive = load<i32>(rules, 8) != 0;
  const base = v128.load(parameters), keep = v128.load(parameters + rowBytes);
  const resetPotential = v128.load(parameters + 4 * rowBytes);
  const later = v128.load(carry + own), kept = f32x4.mul(keep, later);
  const charged = load<usize>(rows, 4), outputs = load<usize>(rows, 8);
  const h = v128.load(charged + row);
  let dh = v128.load(load<usize>(rows) + row);
  if (load<i32>(rules, 12) != 0) dh = f32x4.add(dh, kept);
  else {
    const isDetached = load<i32>(rules, 16) != 0;
    const s = v128.load(outputs + row);
    let theta = base, a = base, da = base, ds = dh;
    const strength = v128.load(parameters + 7 * rowBytes);
    if (isAdaptive) {
      a = v128.load(load<usize>(rows, 16) + row);
      da = v128.load(carry + 2 * stepBytes + own);
      theta = f32x4.add(base, f32x4.mul(strength, a));
      ds = f32x4.add(ds, da);
    }
    const p = slopeAt(load<i32>(rules, 28), f32x4.sub(h, theta), slope);
    let rest = kept;
    let dTheta = f32x4.splat(0);
    if (reset == 1) {
      const taken = isLate ? later : kept;
      if (!isDetached) ds = f32x4.sub(ds, f32x4.mul(base, taken));
      dTheta = f32x4.mul(s, taken);
    } else if (reset == 2) {
      if (!isDetached) ds = f32x4.add(ds, f32x4.mul(f32x4.sub(resetPotential, h), kept));
      rest = f32x4.mul(f32x4.sub(f32x4.splat(1), s), kept);
    }
    const crossed = f32x4.mul(p, ds);
    dh = f32x4.add(crossed, rest);
    learn(sums, f32x4.neg(f32x4.add(dTheta, crossed)), mask, isWhole, rules);
    if (isAdaptive) {
      learn(sums + 4 * rowBytes, f32x4.neg(f32x4.mul(crossed, a)), mask, isWhole, rules);
      learn(sums + 5 * rowBytes, f32x4.mul(da, a), mask, isWhole, rules);
      const share = f32x4.mul(v128.load(parameters + 8 * rowBytes), da);
      put(carry + 2 * stepBytes + own, f32x4.sub(share, f32x4.mul(strength, crossed)), mask, isWhole);
    }
  }
  const gain = v128.load(parameters + 2 * rowBytes);
  if (load<i32>(rules, 40) != 0) {
    let v = v128.load(load<usize>(rows, 20) + own);
    if (step > 0) {
      v = v128.load(charged + row - stepBytes);
      const before = v128.load(outputs + row - stepBytes);
      if (load<i32>(rules, 12) == 0 && !isLate) {
        if (reset == 1) v = f32x4.sub(v, f32x4.mul(before, base));
        else if (reset == 2) v = v128.bitselect(resetPotential, v, f32x4.gt(before, f32x4.splat(0)));
      }
    }
    const restPotential = v128.load(parameters + 3 * rowBytes);
    const above = f32x4.sub(v, restPotential);
    learn(sums + rowBytes, f32x4.mul(dh, above), mask, isWhole, rules);
    let u = f32x4.sub(f32x4.sub(h, restPotential), f32x4.mul(keep, above));
    if (isLate && reset == 1) u = f32x4.add(u, v128.and(f32x4.gt(v, base), base));
    learn(sums + 2 * rowBytes, f32x4.div(f32x4.mul(dh, u), gain), mask, isWhole, rules);
  }
  let total = f32x4.mul(gain, dh);
  if (load<i32>(rules, 20) != 0) {
    const synapse = v128.load(parameters + 5 * rowBytes);
    total = f32x4.add(total, v128.load(carry + stepBytes + own));
    const synapses = load<usize>(rows, 12);
    if (synapses) {
      const before = step > 0 ? v128.load(synapses + row - stepBytes) : v128.load(load<usize>(rows, 20) + stepBytes + own);
      learn(sums + 3 * rowBytes, f32x4.mul(total, before), mask, isWhole, rules);
    }
    put(carry + stepBytes + own, f32x4.mul(v128.load(parameters + 6 * rowBytes), total), mask, isWhole);
    if (load<i32>(rules, 24) != 0) total = f32x4.mul(synapse, total);
  }
  put(carry + own, dh, mask, isWhole);
  const dCurrent = load<usize>(rows, 24) + to;
  if (isSummed) total = f32x4.add(total, v128.load(dCurrent));
  put(dCurrent, total, mask, isWhole);
  const truncation = load<i32>(rules, 32);
  if (truncation > 0 && (load<i32>(rules, 36) + step) % truncation == 0) {
    const zero = f32x4.splat(0);
    if (isLate && reset == 1) {
      // The threshold of this step's reset is no state: its share is taken here, before the rest is cut off.
      const v = step > 0 ? v128.load(charged + row - stepBytes) : v128.load(load<usize>(rows, 20) + own);
      learn(sums, f32x4.neg(v128.and(f32x4.gt(v, base), dh)), mask, isWhole, rules);
    }
    put(carry + own, zero, mask, isWhole);
    put(carry + stepBytes + own, zero, mask, isWhole);
    put(carry + 2 * stepBytes + own, zero, mask, isWhole);
  }
}
