// Spike times of a layer of current-based LIF neurons, sixteen neurons at once.
//
//   p = Σ w P - resets,  q = Σ w Q + resets   over the groups so far (event-groups.ts),  c = threshold/tau
//   tau = 2 tauSynapse: p = b, q = a,  u(t)/tau = b/z - a/z²,          z = e^s
//   tau = tauSynapse:   p = A, q = B,  u(t)/tau = (sA - B)/e^s
//
// A neuron can only reach its threshold before the next group if p·N - q >= c·Q (c·P), because the left side
// is an upper bound of what u·z² (u·z) becomes and the right side a lower bound of the threshold's: one
// comparison a lane, and the rest of the work is done for the few lanes that pass. A neuron that has used up
// its spikes has a state from which the comparison never passes again.
//
// Sums are plain float32 in the order of the events, crossings are solved in float64: both builds and the
// scalar twin (src/kernels/event-forward.ts) have the same bits.

import { expF64, logF64 } from "./event-math";

/** Below this share of p, the distance to grazing is rounding noise; it also bounds the gradient. */
const leastSlope: f64 = 1.0 / 4096.0;
/** A crossing behind the next group by no more than rounding still comes before it, as that may hold the neuron back. */
const atOnce: f64 = 1.0 / 2097152.0;

/**
 * @param weights - [tile, input, 16]
 * @param state - scratch: 16 values of p, q and the spike counts, then the live neurons
 * @param ends - output: behind the last spike of every [tile, row], int32
 * @param spikes - output: time, z, slope x, and group · 16 + lane; 16 bytes each
 * @param capacity - spikes that there is room for
 * @returns number of spikes, or -1 where the next row might not find room
 */
export function eventForward(
  rows: i32, groupStarts: usize, groups: usize, events: usize, weights: usize, inputs: i32, outputs: i32,
  c: f64, tau: f64, cap: i32, isEqualTau: bool, state: usize, ends: usize, spikes: usize,
  capacity: i32,
): i32 {
  const first = spikes;
  const room = spikes + (<usize>capacity << 4);
  const threshold = <f32>c;
  const limitAt: usize = isEqualTau ? 0 : 4;
  for (let lane: i32 = 0; lane < outputs; lane += 16) {
    for (let row: i32 = 0; row < rows; row++) {
      const live = min(16, outputs - lane);
      if (spikes + (<usize>(live * cap) << 4) > room) return -1;
      const firstGroup = groups + (<usize>load<i32>(groupStarts + (<usize>row << 2)) << 5);
      const endGroup = groups + (<usize>load<i32>(groupStarts + (<usize>row << 2), 4) << 5);
      let p0 = f32x4.splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
      for (let byte: usize = 128; byte < 192; byte += 16) v128.store(state + byte, i32x4.splat(0));
      store<i32>(state, live, 192);
      for (let group = firstGroup; group < endGroup; group += 32) {
        if (load<f32>(group, 20) != 1) {
          saveState(state, p0, p1, p2, p3, q0, q1, q2, q3);
          moveOrigin(state, group, tau, isEqualTau);
          p0 = v128.load(state); p1 = v128.load(state, 16); p2 = v128.load(state, 32); p3 = v128.load(state, 48);
          q0 = v128.load(state, 64); q1 = v128.load(state, 80); q2 = v128.load(state, 96); q3 = v128.load(state, 112);
        }
        let at = events + (<usize>load<i32>(group, 12) << 2);
        const end = events + (<usize>load<i32>(group, 16) << 2);
        let at0 = weights + (<usize>load<u32>(at) << 6);
        let s0 = v128.load(at0), s1 = v128.load(at0, 16), s2 = v128.load(at0, 32), s3 = v128.load(at0, 48);
        for (at += 4; at < end; at += 4) {
          at0 = weights + (<usize>load<u32>(at) << 6);
          s0 = f32x4.add(s0, v128.load(at0));
          s1 = f32x4.add(s1, v128.load(at0, 16));
          s2 = f32x4.add(s2, v128.load(at0, 32));
          s3 = f32x4.add(s3, v128.load(at0, 48));
        }
        const P = v128.load32_splat(group), Q = v128.load32_splat(group, 4), N = v128.load32_splat(group, 8);
        const limit = f32x4.splat(threshold * load<f32>(group + limitAt));
        p0 = f32x4.add(p0, f32x4.mul(s0, P));
        p1 = f32x4.add(p1, f32x4.mul(s1, P));
        p2 = f32x4.add(p2, f32x4.mul(s2, P));
        p3 = f32x4.add(p3, f32x4.mul(s3, P));
        q0 = f32x4.add(q0, f32x4.mul(s0, Q));
        q1 = f32x4.add(q1, f32x4.mul(s1, Q));
        q2 = f32x4.add(q2, f32x4.mul(s2, Q));
        q3 = f32x4.add(q3, f32x4.mul(s3, Q));
        const m0 = f32x4.ge(f32x4.sub(f32x4.mul(p0, N), q0), limit);
        const m1 = f32x4.ge(f32x4.sub(f32x4.mul(p1, N), q1), limit);
        const m2 = f32x4.ge(f32x4.sub(f32x4.mul(p2, N), q2), limit);
        const m3 = f32x4.ge(f32x4.sub(f32x4.mul(p3, N), q3), limit);
        if (!v128.any_true(v128.or(v128.or(m0, m1), v128.or(m2, m3)))) continue;
        saveState(state, p0, p1, p2, p3, q0, q1, q2, q3);
        // Padding never fires, whatever its weights.
        const mask = (i32x4.bitmask(m0) | (i32x4.bitmask(m1) << 4) | (i32x4.bitmask(m2) << 8) | (i32x4.bitmask(m3) << 12)) & ((1 << live) - 1);
        const gap = <i32>((group - firstGroup) >> 1);
        const before = spikes;
        spikes = isEqualTau
          ? fireEqual(state, group, gap, mask, c, tau, cap, spikes)
          : fireDouble(state, group, gap, mask, c, tau, cap, spikes);
        if (spikes == before) continue;
        if (load<i32>(state, 192) == 0) break;
        p0 = v128.load(state); p1 = v128.load(state, 16); p2 = v128.load(state, 32); p3 = v128.load(state, 48);
        if (isEqualTau) {
          q0 = v128.load(state, 64); q1 = v128.load(state, 80); q2 = v128.load(state, 96); q3 = v128.load(state, 112);
        }
      }
      store<i32>(ends, <i32>((spikes - first) >> 4));
      ends += 4;
    }
    weights += <usize>inputs << 6;
  }
  return <i32>((spikes - first) >> 4);
}

// @ts-ignore: decorator
@inline
function saveState(state: usize, p0: v128, p1: v128, p2: v128, p3: v128, q0: v128, q1: v128, q2: v128, q3: v128): void {
  v128.store(state, p0);
  v128.store(state, p1, 16);
  v128.store(state, p2, 32);
  v128.store(state, p3, 48);
  v128.store(state, q0, 64);
  v128.store(state, q1, 80);
  v128.store(state, q2, 96);
  v128.store(state, q3, 112);
}

/** State in the origin of this group, which is not that of the one before. */
function moveOrigin(state: usize, group: usize, tau: f64, isEqualTau: bool): void {
  const decay = load<f32>(group, 20);
  const shift = <f32>((<f64>load<f32>(group, 28) - <f64>load<f32>(group - 32, 28)) / tau);
  for (let byte: usize = 0; byte < 64; byte += 4) {
    const p = load<f32>(state + byte), q = load<f32>(state + byte, 64);
    store<f32>(state + byte, p * decay);
    // A neuron that is done has p or q infinite; if it becomes no number here, it stays as silent.
    store<f32>(state + byte, isEqualTau ? (q - shift * p) * decay : q * decay * decay, 64);
  }
}

// @ts-ignore: decorator
@inline
function emit(spikes: usize, group: usize, s: f64, z: f64, x: f64, tau: f64, tag: i32): usize {
  store<f32>(spikes, <f32>(<f64>load<f32>(group, 28) + tau * s));
  store<f32>(spikes, <f32>z, 4);
  store<f32>(spikes, <f32>x, 8);
  store<i32>(spikes, tag, 12);
  return spikes + 16;
}

/** Counts a spike. @returns whether it was the neuron's last */
// @ts-ignore: decorator
@inline
function isLast(state: usize, at: usize, cap: i32): bool {
  const count = load<i32>(at, 128) + 1;
  store<i32>(at, count, 128);
  if (count < cap) return false;
  store<i32>(state, load<i32>(state, 192) - 1, 192);
  return true;
}

/** tau = 2 tauSynapse: z = 2a/(b + x), x = √(b² - 4ac). */
function fireDouble(
  state: usize, group: usize, gap: i32, mask: i32, c: f64, tau: f64, cap: i32, spikes: usize,
): usize {
  const E = <f64>load<f32>(group), next = <f64>load<f32>(group, 8);
  for (; mask != 0; mask &= mask - 1) {
    const lane = ctz(mask);
    const at = state + (<usize>lane << 2);
    const a = <f64>load<f32>(at, 64);
    let b = <f64>load<f32>(at);
    let last = E;
    let isFirst = true;
    while (a > 0 && b > 0) {
      const square = b * b - 4 * a * c;
      if (!(square >= 0)) break;
      const x = sqrt(square);
      let z = (2 * a) / (b + x);
      if (!(z > last)) {
        // Above the threshold and rising: rounding put the crossing behind the group before and ahead of this one.
        if (!(isFirst && 2 * a > b * E)) break;
        z = E;
      }
      if (!(z <= next * (1 + atOnce))) break;
      z = min(z, next);
      spikes = emit(spikes, group, logF64(z), z, max(x, b * leastSlope), tau, gap | lane);
      b = isLast(state, at, cap) ? -Infinity : <f64><f32>(b - c * z);
      last = z;
      isFirst = false;
    }
    store<f32>(at, <f32>b);
  }
  return spikes;
}

/** tau = tauSynapse: the lower root of F(s) = sA - B - c e^s, which is concave: Newton from the left never passes it. */
function fireEqual(
  state: usize, group: usize, gap: i32, mask: i32, c: f64, tau: f64, cap: i32, spikes: usize,
): usize {
  const first = <f64>load<f32>(group, 24), next = <f64>load<f32>(group, 8);
  for (; mask != 0; mask &= mask - 1) {
    const lane = ctz(mask);
    const at = state + (<usize>lane << 2);
    const A = <f64>load<f32>(at);
    if (!(A > 0)) continue;
    let B = <f64>load<f32>(at, 64);
    const peak = logF64(A / c);
    let last = first;
    let isFirst = true;
    while (peak > last && A * (peak - 1) - B >= 0) {
      let s = last;
      let E = expF64(s);
      let F = s * A - B - c * E;
      if (F >= 0 && !isFirst) break;
      for (let step: i32 = 0; step < 60 && F < 0; step++) {
        const slope = A - c * E;
        if (!(slope > 0)) break;
        const change = F / slope;
        s -= change;
        E = expF64(s);
        F = s * A - B - c * E;
        if (change > -1e-14) break;
      }
      if (!(s <= next + atOnce)) break;
      if (s > next) {
        s = next;
        E = expF64(s);
      }
      spikes = emit(spikes, group, s, E, max(A - c * E, A * leastSlope), tau, gap | lane);
      last = s;
      isFirst = false;
      if (isLast(state, at, cap)) {
        B = Infinity;
        break;
      }
      B = <f64><f32>(B + c * E);
    }
    store<f32>(at, <f32>B, 64);
  }
  return spikes;
}
