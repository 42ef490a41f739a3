// Exact gradient of a layer's spike times, in time linear in its events and spikes.
//
// From the last spike to the first, with e = ∂L/∂t of a spike, its z = e^s and slope x, and c = ϑ/τ:
//
//   e += z S,  S += e c/x                                     a reset moves the neuron's later spikes
//   τ = 2 τₛ:  F += e τ/(z x), G += e τ/x       τ = τₛ:  F += e τ/x, G += e τ s/x
//   ∂L/∂w = F Q − G P       ∂L/∂t = Σ w (F Q' − G P')        for an event of a group before these spikes
//
// Float32 throughout, in one order: the twin has the same bits. Bacho & Chu (2023), Göltz et al. (2021).

import {
  type EventDense,
  type EventNeurons,
  eventLanes,
  eventStateWords,
  spikeWords,
  tiledEventLength,
} from "./event-forward.ts";
import { groupWords, placesOf } from "./event-groups.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface EventBackwardArgs extends EventDense {
  readonly neurons: Omit<EventNeurons, "maxSpikes">;
  /** Whose spike every event is: its place in `inputErrors`. Shape [events]. */
  readonly slots: Int32Array;
  /** As `eventForward` wrote them. */
  readonly ends: Int32Array;
  readonly spikes: Float32Array;
  /** ∂L/∂t of every spike by itself, 1/s; what it does to later spikes of its neuron is added in place. Shape [spikes]. */
  readonly errors: Float32Array;
  /** Added to. Shape of the weights. */
  readonly gradient: Float32Array;
  /** ∂L/∂t of the events, 1/s: added to by slot. Left out if nobody asks. */
  readonly inputErrors?: Float32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function eventBackward(kernels: Kernels, args: EventBackwardArgs): void {
  checkLengths(args);
  const { rows, groupStarts, groups, events, slots, weights, inputs, outputs, neurons } = args;
  const { ends, spikes, errors, gradient, inputErrors } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `eventBackward ${name}`, view);
  const mark = kernels.mark();
  kernels.exports["eventBackward"](
    rows,
    address("groupStarts", groupStarts),
    address("groups", groups),
    address("events", events),
    address("slots", slots),
    address("weights", weights),
    inputs,
    outputs,
    neurons.threshold / neurons.tauS,
    neurons.tauS,
    Number(neurons.isEqualTau),
    address("ends", ends),
    address("spikes", spikes),
    address("errors", errors),
    address("gradient", gradient),
    inputErrors === undefined ? 0 : address("inputErrors", inputErrors),
    kernels.take(4 * eventStateWords),
  );
  kernels.release(mark);
}

/** Scalar twin of {@link eventBackward}. */
export function eventBackwardScalar(args: EventBackwardArgs): void {
  checkLengths(args);
  const { rows, groupStarts, groups, outputs, neurons, ends, spikes } = args;
  const tags = placesOf(spikes);
  let start = 0;
  for (let tile = 0; eventLanes * tile < outputs; tile++) {
    for (let row = 0; row < rows; row++) {
      const end = ends[tile * rows + row];
      const sums = { f: lanes(), g: lanes(), s: lanes() };
      let k = end;
      const last = k > start ? tags[spikeWords * k - 1] >> 4 : -1;
      for (let group = last; group >= 0; group--) {
        const g = groupStarts[row] + group;
        for (; k > start && tags[spikeWords * k - 1] >> 4 === group; k--) takeUp(args, tags, k - 1, g, sums);
        giveBack(args, tile, g, sums);
        if (groups[groupWords * g + 5] !== 1 && group > 0) moveOriginBack(neurons, groups, g, sums);
      }
      start = end;
    }
  }
}

interface Sums {
  readonly f: Float32Array;
  readonly g: Float32Array;
  readonly s: Float32Array;
}

const lanes = (): Float32Array => new Float32Array(eventLanes);

function takeUp(
  { spikes, groups, errors, neurons }: EventBackwardArgs,
  tags: Int32Array,
  k: number,
  g: number,
  sums: Sums,
): void {
  const round = Math.fround;
  const tau = round(neurons.tauS);
  const lane = tags[spikeWords * k + 3] % eventLanes;
  const [time, z, x] = spikes.subarray(spikeWords * k);
  errors[k] = errors[k] + round(z * sums.s[lane]);
  if (errors[k] === 0) return;
  const share = round(errors[k] / x);
  sums.s[lane] += round(share * round(neurons.threshold / neurons.tauS));
  const pull = round(share * tau);
  if (neurons.isEqualTau) {
    const s = round(round(time - groups[groupWords * g + 7]) / tau);
    sums.f[lane] += pull;
    sums.g[lane] += round(pull * s);
  } else {
    sums.f[lane] += round(pull / z);
    sums.g[lane] += pull;
  }
}

function giveBack(args: EventBackwardArgs, tile: number, g: number, { f, g: h }: Sums): void {
  const { groups, events, slots, weights, inputs, neurons, gradient, inputErrors } = args;
  const round = Math.fround;
  const places = placesOf(groups);
  const at = groupWords * g;
  const [p, q] = groups.subarray(at);
  const tau = round(neurons.tauS);
  const p1 = round(p / tau);
  const q1 = round(round(q + (neurons.isEqualTau ? p : q)) / tau);
  const change = f.map((value, lane) => round(value * q) - round(h[lane] * p));
  const pull = f.map((value, lane) => round(value * q1) - round(h[lane] * p1));
  for (let e = places[at + 3]; e < places[at + 4]; e++) {
    const row = (tile * inputs + events[e]) * eventLanes;
    for (let lane = 0; lane < eventLanes; lane++) gradient[row + lane] += change[lane];
    if (inputErrors === undefined) continue;
    const product = pull.map((value, lane) => value * weights[row + lane]);
    const quarter = (i: number): number =>
      round(round(product[i] + product[i + 4]) + round(product[i + 8] + product[i + 12]));
    inputErrors[slots[e]] += round(round(quarter(0) + quarter(1)) + round(quarter(2) + quarter(3)));
  }
}

function moveOriginBack(
  { tauS, isEqualTau }: EventBackwardArgs["neurons"],
  groups: Float32Array,
  g: number,
  { f, g: h, s }: Sums,
): void {
  const round = Math.fround;
  const decay = groups[groupWords * g + 5];
  const shift = round(round(groups[groupWords * g + 7] - groups[groupWords * g - 1]) / round(tauS));
  for (let lane = 0; lane < eventLanes; lane++) {
    if (isEqualTau) h[lane] = round(h[lane] + round(shift * f[lane])) * decay;
    else h[lane] *= decay;
    f[lane] = isEqualTau ? f[lane] * decay : round(f[lane] * decay) * decay;
    s[lane] *= decay;
  }
}

function checkLengths(args: EventBackwardArgs): void {
  const { rows, groupStarts, groups, events, slots, inputs, outputs } = args;
  const { weights, ends, spikes, errors, gradient } = args;
  requireLength("eventBackward groupStarts", groupStarts, rows + 1);
  const count = groupStarts[rows];
  requireLength("eventBackward groups", groups, groupWords * count);
  const heard = count > 0 ? placesOf(groups)[groupWords * count - 4] : 0;
  requireLength("eventBackward events", events, heard);
  requireLength("eventBackward slots", slots, heard);
  requireLength("eventBackward weights", weights, tiledEventLength(outputs, inputs));
  requireLength("eventBackward gradient", gradient, tiledEventLength(outputs, inputs));
  const lists = Math.ceil(outputs / eventLanes) * rows;
  requireLength("eventBackward ends", ends, lists);
  const fired = lists === 0 ? 0 : ends[lists - 1];
  requireLength("eventBackward spikes", spikes, spikeWords * fired);
  requireLength("eventBackward errors", errors, fired);
}
