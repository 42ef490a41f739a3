// Exact gradient of a layer's spike times, in time linear in its events and spikes, sixteen neurons at once.
//
// From the last spike to the first, with e = dL/dt of a spike, z = e^s and its slope x, and c = threshold/tau:
//   e += z S,   S += e c/x                                       resets that moved later spikes of the neuron
//   tau = 2 tauSynapse: F += e tau/(z x),  G += e tau/x           tau = tauSynapse: F += e tau/x,  G += e tau s/x
// and for every input event that came before these spikes
//   dL/dw = F Q - G P,   dL/dt = Σ w (F Q' - G P'),   P' = dP/dt, Q' = dQ/dt.
// Sums are plain float32 in this order in both builds and in the scalar twin (src/kernels/event-backward.ts).

/**
 * @param slots - whose spike an input event is: where its error is added to; int32
 * @param ends - behind the last spike of every [tile, row], as `eventForward` wrote it
 * @param errors - dL/dt of every spike, without what it does to later spikes of its neuron; completed in place
 * @param gradient - [tile, input, 16], added to
 * @param inputErrors - added to, by slot; 0 if nobody asks
 * @param state - scratch: 16 values of F, G and S
 */
export function eventBackward(
  rows: i32, groupStarts: usize, groups: usize, events: usize, slots: usize, weights: usize, inputs: i32, outputs: i32,
  c: f32, tau: f32, isEqualTau: bool, ends: usize, spikes: usize, errors: usize,
  gradient: usize, inputErrors: usize, state: usize,
): void {
  let start: i32 = 0;
  const tileBytes = <usize>inputs << 6;
  for (let lane: i32 = 0; lane < outputs; lane += 16) {
    for (let row: i32 = 0; row < rows; row++) {
      const end = load<i32>(ends);
      ends += 4;
      if (end == start) continue;
      const firstGroup = groups + (<usize>load<i32>(groupStarts + (<usize>row << 2)) << 5);
      if (inputErrors)
        row16(firstGroup, events, slots, weights, c, tau, isEqualTau, start, end, spikes, errors, gradient, inputErrors, state, true);
      else
        row16(firstGroup, events, slots, weights, c, tau, isEqualTau, start, end, spikes, errors, gradient, inputErrors, state, false);
      start = end;
    }
    weights += tileBytes;
    gradient += tileBytes;
  }
}

// @ts-ignore: decorator
@inline
function row16(
  firstGroup: usize, events: usize, slots: usize, weights: usize, c: f32, tau: f32, isEqualTau: bool,
  start: i32, end: i32, spikes: usize, errors: usize, gradient: usize, inputErrors: usize, state: usize,
  wantsInput: bool,
): void {
  for (let byte: usize = 0; byte < 192; byte += 16) v128.store(state + byte, i32x4.splat(0));
  let k = end;
  let tag = load<i32>(spikes + (<usize>(k - 1) << 4), 12) >> 4;
  let isActive = false;
  let f0 = f32x4.splat(0), f1 = f0, f2 = f0, f3 = f0, g0 = f0, g1 = f0, g2 = f0, g3 = f0;
  for (let group = firstGroup + (<usize>tag << 5); group >= firstGroup; group -= 32) {
    const here = <i32>((group - firstGroup) >> 5);
    if (tag == here) {
      const before = k;
      k = spikesOf(here, k, start, group, c, tau, isEqualTau, spikes, errors, state);
      tag = k > start ? load<i32>(spikes + (<usize>(k - 1) << 4), 12) >> 4 : -1;
      if (before != k) {
        f0 = v128.load(state); f1 = v128.load(state, 16); f2 = v128.load(state, 32); f3 = v128.load(state, 48);
        g0 = v128.load(state, 64); g1 = v128.load(state, 80); g2 = v128.load(state, 96); g3 = v128.load(state, 112);
        if (!isActive)
          isActive = v128.any_true(v128.or(v128.or(v128.or(f0, f1), v128.or(f2, f3)), v128.or(v128.or(g0, g1), v128.or(g2, g3))));
      }
    }
    if (isActive) {
      const p = load<f32>(group), q = load<f32>(group, 4);
      const P = f32x4.splat(p), Q = f32x4.splat(q);
      const v0 = f32x4.sub(f32x4.mul(f0, Q), f32x4.mul(g0, P));
      const v1 = f32x4.sub(f32x4.mul(f1, Q), f32x4.mul(g1, P));
      const v2 = f32x4.sub(f32x4.mul(f2, Q), f32x4.mul(g2, P));
      const v3 = f32x4.sub(f32x4.mul(f3, Q), f32x4.mul(g3, P));
      let at = <usize>load<i32>(group, 12) << 2;
      const endAt = <usize>load<i32>(group, 16) << 2;
      if (wantsInput) {
        const P1 = f32x4.splat(p / tau), Q1 = f32x4.splat((isEqualTau ? q + p : q + q) / tau);
        const d0 = f32x4.sub(f32x4.mul(f0, Q1), f32x4.mul(g0, P1));
        const d1 = f32x4.sub(f32x4.mul(f1, Q1), f32x4.mul(g1, P1));
        const d2 = f32x4.sub(f32x4.mul(f2, Q1), f32x4.mul(g2, P1));
        const d3 = f32x4.sub(f32x4.mul(f3, Q1), f32x4.mul(g3, P1));
        for (; at < endAt; at += 4) {
          const offset = <usize>load<u32>(events + at) << 6;
          addTo(gradient + offset, v0, v1, v2, v3);
          const w = weights + offset;
          const sum = f32x4.add(
            f32x4.add(f32x4.mul(v128.load(w), d0), f32x4.mul(v128.load(w, 16), d1)),
            f32x4.add(f32x4.mul(v128.load(w, 32), d2), f32x4.mul(v128.load(w, 48), d3)),
          );
          const to = inputErrors + (<usize>load<u32>(slots + at) << 2);
          store<f32>(to, load<f32>(to) + (
            (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) +
            (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))));
        }
      } else {
        for (; at < endAt; at += 4) addTo(gradient + (<usize>load<u32>(events + at) << 6), v0, v1, v2, v3);
      }
    }
    if (load<f32>(group, 20) != 1 && group != firstGroup) {
      moveOriginBack(state, group, tau, isEqualTau);
      f0 = v128.load(state); f1 = v128.load(state, 16); f2 = v128.load(state, 32); f3 = v128.load(state, 48);
      g0 = v128.load(state, 64); g1 = v128.load(state, 80); g2 = v128.load(state, 96); g3 = v128.load(state, 112);
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  v128.store(to, f32x4.add(v128.load(to), v0));
  v128.store(to, f32x4.add(v128.load(to, 16), v1), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), v2), 32);
  v128.store(to, f32x4.add(v128.load(to, 48), v3), 48);
}

/** Take up the spikes behind one group, last first. @returns where the remaining ones end */
function spikesOf(
  here: i32, k: i32, start: i32, group: usize, c: f32, tau: f32, isEqualTau: bool,
  spikes: usize, errors: usize, state: usize,
): i32 {
  for (; k > start; k--) {
    const spike = spikes + (<usize>(k - 1) << 4);
    const tag = load<i32>(spike, 12);
    if (tag >> 4 != here) break;
    const at = state + (<usize>(tag & 15) << 2);
    const z = load<f32>(spike, 4), x = load<f32>(spike, 8);
    const sum = load<f32>(at, 128);
    const error = errors + (<usize>(k - 1) << 2);
    const e = load<f32>(error) + z * sum;
    store<f32>(error, e);
    if (e == 0) continue;
    const share = e / x;
    store<f32>(at, sum + share * c, 128);
    const pull = share * tau;
    store<f32>(at, load<f32>(at) + (isEqualTau ? pull : pull / z));
    store<f32>(at, load<f32>(at, 64) + (isEqualTau ? pull * ((load<f32>(spike) - load<f32>(group, 28)) / tau) : pull), 64);
  }
  return k;
}

/** Sums in the origin of the group before, which is not that of this one. */
function moveOriginBack(state: usize, group: usize, tau: f32, isEqualTau: bool): void {
  const decay = load<f32>(group, 20);
  const shift = (load<f32>(group, 28) - load<f32>(group - 32, 28)) / tau;
  for (let byte: usize = 0; byte < 64; byte += 4) {
    const at = state + byte;
    const f = load<f32>(at);
    store<f32>(at, isEqualTau ? f * decay : f * decay * decay);
    store<f32>(at, isEqualTau ? (load<f32>(at, 64) + shift * f) * decay : load<f32>(at, 64) * decay, 64);
    store<f32>(at, load<f32>(at, 128) * decay, 128);
  }
}
