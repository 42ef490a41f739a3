// Spike times of a layer of current-based LIF neurons with τ = 2 τₛ or τ = τₛ, from groups of events.
//
//   p = Σ w P − resets, q = Σ w Q + resets over the groups so far, c = ϑ/τ
//   τ = 2 τₛ:  p y − q y² = c, y = e^−s       τ = τₛ:  s p − q = c e^s       solved for the first s where u rises
//
// A group's crossing must lie behind it and not behind the next group, but for rounding: one that it puts behind
// the next group still comes before it, and a neuron found above its threshold and rising fires at once. No
// spike is lost between groups. Resets take the threshold off. Sums are float32, crossings float64: the
// twin has the same bits. Bacho & Chu (2023), Göltz et al. (2021).

import { type EventRows, groupWords, placesOf } from "./event-groups.ts";
import { expF64, logF64 } from "./event-math.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface EventNeurons {
  /** Potential that fires and that a spike takes off; above 0. */
  readonly threshold: number;
  /** Time constant of the membrane, s. */
  readonly tauS: number;
  /** Whether the synapse's is the same, rather than half of it. */
  readonly isEqualTau: boolean;
  /** Most spikes of a neuron. */
  readonly maxSpikes: number;
}

/** What connects the events of rows to a layer's neurons. */
export interface EventDense extends EventRows {
  /** Which input every event is of. Shape [events]. */
  readonly events: Int32Array;
  readonly inputs: number;
  readonly outputs: number;
  /** From `tileEventWeights`. Shape [tiles, inputs, 16]. */
  readonly weights: Float32Array;
}

export interface EventForwardArgs extends EventDense {
  readonly neurons: EventNeurons;
  /** Output: where the spikes of every tile and row end. Shape [tiles, rows]. */
  readonly ends: Int32Array;
  /**
   * Output, by tile, row and group: time (s), z = e^s, slope x, and group · 16 + lane (int32). x is √(b² − 4ac) or
   * A − c e^s, at least 2⁻¹² of b or A: less is rounding noise. Shape [capacity, 4]; [rows · outputs · maxSpikes, 4] suffices.
   */
  readonly spikes: Float32Array;
}

export const eventLanes = 16;
export const spikeWords = 4;
/** Of the kernel: float32 values of scratch. */
export const eventStateWords = 64;
const leastSlope = 1 / 4096;
/** How far behind the next group a crossing may lie, in time constants, and still come before it. */
const atOnce = 2 ** -21;

/** Length of weights in tiles. */
export function tiledEventLength(outputs: number, inputs: number): number {
  return eventLanes * Math.ceil(outputs / eventLanes) * inputs;
}

/** @param matrix - shape [outputs, inputs]; `tiles` is zeroed before the first call, padding stays as it is */
export function tileEventWeights(
  matrix: ArrayLike<number>,
  tiles: Float32Array,
  outputs: number,
  inputs: number,
): void {
  eachWeight(outputs, inputs, (from, to) => {
    tiles[to] = matrix[from];
  });
}

/** The other way. @param matrix - in place; shape [outputs, inputs] */
export function untileEventWeights(
  tiles: Float32Array,
  matrix: Float32Array,
  outputs: number,
  inputs: number,
): void {
  eachWeight(outputs, inputs, (to, from) => {
    matrix[to] = tiles[from];
  });
}

/**
 * @returns the number of spikes, or −1 if `spikes` might not hold those of one more row of a tile
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function eventForward(kernels: Kernels, args: EventForwardArgs): number {
  checkLengths(args);
  const { rows, groupStarts, groups, events, weights, inputs, outputs, neurons, ends, spikes } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `eventForward ${name}`, view);
  const mark = kernels.mark();
  const count = kernels.exports["eventForward"](
    rows,
    address("groupStarts", groupStarts),
    address("groups", groups),
    address("events", events),
    address("weights", weights),
    inputs,
    outputs,
    neurons.threshold / neurons.tauS,
    neurons.tauS,
    neurons.maxSpikes,
    Number(neurons.isEqualTau),
    kernels.take(4 * eventStateWords),
    address("ends", ends),
    address("spikes", spikes),
    Math.floor(spikes.length / spikeWords),
  );
  kernels.release(mark);
  return count;
}

/** Scalar twin of {@link eventForward}: one neuron after the other, every group looked at. */
export function eventForwardScalar(args: EventForwardArgs): number {
  checkLengths(args);
  const { rows, groupStarts, groups, outputs, ends, spikes } = args;
  const places = placesOf(groups);
  const tags = placesOf(spikes);
  let count = 0;
  for (let tile = 0; eventLanes * tile < outputs; tile++) {
    for (let row = 0; row < rows; row++) {
      const lanes = Math.min(eventLanes, outputs - eventLanes * tile);
      if (spikeWords * (count + lanes * args.neurons.maxSpikes) > spikes.length) return -1;
      const states = Array.from({ length: lanes }, () => ({ p: 0, q: 0, spikes: 0 }));
      for (let g = groupStarts[row]; g < groupStarts[row + 1]; g++) {
        for (const [lane, state] of states.entries()) {
          if (state.spikes === args.neurons.maxSpikes) continue;
          hear(args, places, tile, lane, g, state);
          fire(args, g, state, (s, z, x) => {
            const to = spikeWords * count++;
            spikes[to] = groups[groupWords * g + 7] + args.neurons.tauS * s;
            spikes[to + 1] = z;
            spikes[to + 2] = x;
            tags[to + 3] = eventLanes * (g - groupStarts[row]) + lane;
          });
        }
      }
      ends[tile * rows + row] = count;
    }
  }
  return count;
}

interface LaneState {
  p: number;
  q: number;
  spikes: number;
}

/** Bring the state to the group's origin and add its events. */
function hear(
  { groups, events, weights, inputs, neurons }: EventForwardArgs,
  places: Int32Array,
  tile: number,
  lane: number,
  g: number,
  state: LaneState,
): void {
  const f = Math.fround;
  const at = groupWords * g;
  const decay = groups[at + 5];
  if (decay !== 1) {
    if (neurons.isEqualTau) {
      const shift = f((groups[at + 7] - groups[at - 1]) / neurons.tauS);
      state.q = f(f(state.q - f(shift * state.p)) * decay);
    } else state.q = f(f(state.q * decay) * decay);
    state.p = f(state.p * decay);
  }
  let sum = 0;
  for (let e = places[at + 3]; e < places[at + 4]; e++) {
    sum = f(sum + weights[(tile * inputs + events[e]) * eventLanes + lane]);
  }
  state.p = f(state.p + f(sum * groups[at]));
  state.q = f(state.q + f(sum * groups[at + 1]));
}

/** All spikes of a neuron between a group and the next. */
function fire(
  { groups, neurons }: EventForwardArgs,
  g: number,
  state: LaneState,
  emit: (s: number, z: number, x: number) => void,
): void {
  const { isEqualTau, maxSpikes } = neurons;
  const c = neurons.threshold / neurons.tauS;
  const at = groupWords * g;
  const next = groups[at + 2];
  const limit = Math.fround(Math.fround(c) * groups[isEqualTau ? at : at + 1]);
  if (!(Math.fround(Math.fround(state.p * next) - state.q) >= limit)) return;
  let last = isEqualTau ? groups[at + 6] : groups[at];
  let isFirst = true;
  while (state.spikes < maxSpikes) {
    const found = isEqualTau
      ? crossEqual(state, c, last, next, isFirst)
      : crossDouble(state, c, last, next, isFirst);
    if (found === undefined) return;
    const { s, z, x } = found;
    emit(s, z, x);
    if (isEqualTau) state.q = Math.fround(state.q + c * z);
    else state.p = Math.fround(state.p - c * z);
    state.spikes++;
    last = isEqualTau ? s : z;
    isFirst = false;
  }
}

interface Found {
  readonly s: number;
  readonly z: number;
  readonly x: number;
}

function crossDouble(
  { p: b, q: a }: LaneState,
  c: number,
  last: number,
  next: number,
  isFirst: boolean,
): Found | undefined {
  const square = b * b - 4 * a * c;
  if (!(a > 0 && b > 0 && square >= 0)) return undefined;
  const x = Math.sqrt(square);
  let z = (2 * a) / (b + x);
  if (!(z > last)) {
    if (!(isFirst && 2 * a > b * last)) return undefined;
    z = last;
  }
  if (!(z <= next * (1 + atOnce))) return undefined;
  z = Math.min(z, next);
  return { s: logF64(z), z, x: Math.max(x, b * leastSlope) };
}

function crossEqual(
  { p: a, q: b }: LaneState,
  c: number,
  last: number,
  next: number,
  isFirst: boolean,
): Found | undefined {
  if (!(a > 0)) return undefined;
  const peak = logF64(a / c);
  if (!(peak > last && a * (peak - 1) - b >= 0)) return undefined;
  let s = last;
  let z = expF64(s);
  let above = s * a - b - c * z;
  if (above >= 0 && !isFirst) return undefined;
  for (let step = 0; step < 60 && above < 0; step++) {
    const slope = a - c * z;
    if (!(slope > 0)) break;
    const change = above / slope;
    s -= change;
    z = expF64(s);
    above = s * a - b - c * z;
    if (change > -1e-14) break;
  }
  if (!(s <= next + atOnce)) return undefined;
  if (s > next) {
    s = next;
    z = expF64(s);
  }
  return { s, z, x: Math.max(a - c * z, a * leastSlope) };
}

function eachWeight(outputs: number, inputs: number, visit: (inMatrix: number, inTiles: number) => void) {
  for (let o = 0; o < outputs; o++) {
    const tile = Math.floor(o / eventLanes) * inputs;
    for (let i = 0; i < inputs; i++) visit(o * inputs + i, (tile + i) * eventLanes + (o % eventLanes));
  }
}

function checkLengths(args: EventForwardArgs): void {
  const { rows, groupStarts, groups, events, inputs, outputs, weights, ends } = args;
  requireLength("eventForward groupStarts", groupStarts, rows + 1);
  const count = groupStarts[rows];
  requireLength("eventForward groups", groups, groupWords * count);
  if (count > 0) requireLength("eventForward events", events, placesOf(groups)[groupWords * count - 4]);
  requireLength("eventForward weights", weights, tiledEventLength(outputs, inputs));
  requireLength("eventForward ends", ends, Math.ceil(outputs / eventLanes) * rows);
}
