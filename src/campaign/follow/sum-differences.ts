// Differences in the sums of one dense or convolution layer: from trains that changed, and from weights,
// biases or held inputs that are struck. Only outputs that something reaches are touched.
//
//   D[o, t] = Σ w (x' − x) over changed inputs + Σ (w' − w) x' over struck weights
//
// where x counts the spikes that arrive at a place in step t, or is the value held there. Where sums are not
// exact (real input, or real weights), touched outputs are summed anew in the simulator's order.

import { asImageShape, sizeOf } from "../../model/shapes.ts";
import { type ConvolutionTaps, convolutionTaps, tapPairs, weightPlace } from "./convolution-taps.ts";
import type { FaultGraph, SumNode } from "./fault-graph.ts";
import type { GoldenImage } from "./golden-image.ts";
import { sourcesOfPlaces } from "./reach.ts";
import type { StruckSums, StruckValues } from "./struck-trial.ts";
import type { TrainState } from "./train-state.ts";

const { fround } = Math;

export class SumDifferences {
  readonly node: SumNode;
  /** Outputs something has reached: the first `touches`. */
  readonly touched: Int32Array;
  touches = 0;
  readonly #isTouched: Uint8Array;
  /** Shape [outputs, steps]. */
  readonly #differences: Int32Array;
  /** Weights of a dense layer, those of one input side by side. Shape [inputs, outputs]. */
  readonly #byInput: Int8Array;
  readonly #steps: number;
  readonly #words: number;
  readonly #taps: ConvolutionTaps | null;
  readonly #pairs: readonly Int32Array[];
  readonly #inputs: number;
  readonly #plane: number;
  readonly #outPlane: number;
  /** [feed, element] by place. */
  readonly #sources: readonly (readonly (readonly [number, number])[])[];
  readonly #trains: readonly TrainState[];
  readonly #golden: GoldenImage;
  /** What arrives more than in the golden run, or arrives at all: the first `arrivals` steps and amounts. */
  readonly #arrivalSteps: Int32Array;
  readonly #amounts: Float64Array;
  #arrivals = 0;
  #struck: StruckSums | undefined;
  /** Whether what strikes is the same in every step. */
  #isSteady = true;

  constructor(graph: FaultGraph, node: SumNode, trains: readonly TrainState[], golden: GoldenImage) {
    this.node = node;
    this.#steps = graph.steps;
    this.#words = graph.words;
    this.touched = new Int32Array(node.outputs);
    this.#isTouched = new Uint8Array(node.outputs);
    this.#differences = new Int32Array(node.isExact ? node.outputs * graph.steps : 0);
    this.#byInput = transposed(node);
    this.#inputs = sizeOf(node.inputShape);
    const [, height, width] = asImageShape(node.inputShape);
    this.#plane = height * width;
    const [, outHeight, outWidth] = asImageShape(node.shape);
    this.#outPlane = outHeight * outWidth;
    const { layer } = node;
    this.#taps = layer.kind === "dense" ? null : convolutionTaps(layer, node.inputShape, node.shape);
    this.#pairs = layer.kind === "dense" ? [] : tapPairs(layer, node.inputShape, node.shape);
    this.#sources = node.heldFrom === null ? sourcesOfPlaces(node.feeds, this.#inputs) : [];
    this.#trains = trains;
    this.#golden = golden;
    this.#arrivalSteps = new Int32Array(graph.steps);
    this.#amounts = new Float64Array(graph.steps);
  }

  /** Find what is touched, and by how much. */
  collect(struck: StruckSums | undefined): void {
    this.#struck = struck;
    this.#isSteady = struck === undefined || isSteady(struck);
    for (const { train, reach } of this.node.feeds) {
      const state = this.#trains[train];
      for (let k = 0; k < state.changes; k++) {
        const element = state.changed[k];
        this.#takeTrainChange(state, element);
        if (reach === null) this.#excite(element);
        else
          for (let p = reach.starts[element]; p < reach.starts[element + 1]; p++)
            this.#excite(reach.places[p]);
      }
    }
    if (struck === undefined) return;
    for (const place of struck.inputs.keys()) this.#strikeInput(place);
    for (const [index, values] of struck.weights) this.#strikeWeight(index, values);
    for (const o of struck.biases.keys()) this.#touch(o);
  }

  /** Forget all differences. */
  clear(): void {
    const steps = this.#steps;
    for (let k = 0; k < this.touches; k++) {
      const o = this.touched[k];
      this.#isTouched[o] = 0;
      if (this.node.isExact) this.#differences.fill(0, o * steps, (o + 1) * steps);
    }
    this.touches = 0;
    this.#struck = undefined;
  }

  /** Differences of touched outputs, in units of the codes; only where sums are exact. Shape [outputs, steps]. */
  get differences(): Int32Array {
    return this.#differences;
  }

  /** Whether a touched output's current is its golden one with the difference added to the sum, and no more. */
  isPlainDifference(o: number): boolean {
    return this.node.isExact && !this.#struck?.biases.has(o);
  }

  /** Currents of an output by step, with all differences. */
  currents(o: number, output: Float32Array): void {
    const { bias, worth, index, isExact } = this.node;
    const { values, first, stepStride } = this.#golden.currents[index];
    const steps = this.#steps;
    const own = bias?.[o] ?? 0;
    const struckBias = this.#struck?.biases.get(o);
    const isTouched = this.#isTouched[o] === 1;
    for (let t = 0; t < steps; t++) {
      const golden = values[first + t * stepStride + o];
      if (!isTouched) {
        output[t] = golden;
        continue;
      }
      const b = at(struckBias, t) ?? own;
      if (isExact) {
        const difference = this.#differences[o * steps + t];
        if (difference === 0 && b === own) output[t] = golden;
        // The golden sum is a whole number: rounding finds it behind the bias (fault-graph.ts has the bound).
        else
          output[t] = fround(fround((Math.round((golden - own) / worth) + difference) * worth) + fround(b));
      } else output[t] = t > 0 && this.#isSteady ? output[0] : this.#sumAnew(o, t, b);
    }
  }

  #touch(o: number): void {
    if (this.#isTouched[o] === 1) return;
    this.#isTouched[o] = 1;
    this.touched[this.touches++] = o;
  }

  #takeTrainChange({ now, golden }: TrainState, element: number): void {
    this.#arrivals = 0;
    for (let word = 0; word < this.#words; word++) {
      const place = element * this.#words + word;
      const is = now[place];
      for (let bits = is ^ golden[place]; bits !== 0; bits &= bits - 1) {
        const bit = bits & -bits;
        this.#arrive(32 * word + 31 - Math.clz32(bit), (is & bit) === 0 ? -1 : 1);
      }
    }
  }

  #arrive(step: number, amount: number): void {
    if (amount === 0) return;
    this.#arrivalSteps[this.#arrivals] = step;
    this.#amounts[this.#arrivals++] = amount;
  }

  /** What is in `arrivals` arrives at a place more than before. */
  #excite(place: number): void {
    const { layer, weights } = this.node;
    if (this.#taps === null || layer.kind === "dense") {
      this.#exciteDense(place);
      return;
    }
    const { starts, outputs, taps } = this.#taps;
    const kernel = layer.kernel[0] * layer.kernel[1];
    const inGroup = this.#inputs / this.#plane / layer.groups;
    const outGroup = layer.channels / layer.groups;
    const channel = Math.floor(place / this.#plane);
    const position = place % this.#plane;
    const firstOut = Math.floor(channel / inGroup) * outGroup;
    for (let c = firstOut; c < firstOut + outGroup; c++) {
      const row = (c * inGroup + (channel % inGroup)) * kernel;
      for (let k = starts[position]; k < starts[position + 1]; k++)
        this.#add(c * this.#outPlane + outputs[k], weights[row + taps[k]]);
    }
  }

  #exciteDense(place: number): void {
    const { outputs, isExact } = this.node;
    if (this.touches < outputs) for (let o = 0; o < outputs; o++) this.#touch(o);
    if (!isExact) return;
    const row = place * outputs;
    for (let k = 0; k < this.#arrivals; k++) {
      const amount = this.#amounts[k];
      for (let o = 0, d = this.#arrivalSteps[k]; o < outputs; o++, d += this.#steps)
        this.#differences[d] += this.#byInput[row + o] * amount;
    }
  }

  /** What is in `arrivals` arrives at an output, times a weight. */
  #add(o: number, weight: number): void {
    this.#touch(o);
    if (!this.node.isExact || weight === 0) return;
    const first = o * this.#steps;
    for (let k = 0; k < this.#arrivals; k++)
      this.#differences[first + this.#arrivalSteps[k]] += weight * this.#amounts[k];
  }

  /** What arrives at a place now, into `arrivals`. */
  #takeArrivals(place: number): void {
    const { heldFrom, feeds } = this.node;
    this.#arrivals = 0;
    for (let t = 0; t < this.#steps; t++) {
      if (heldFrom !== null) {
        this.#arrive(t, this.#heldAt(place, t));
        continue;
      }
      let amount = 0;
      for (const [feed, element] of this.#sources[place])
        amount += (this.#trains[feeds[feed].train].now[element * this.#words + (t >> 5)] >>> (t & 31)) & 1;
      this.#arrive(t, amount);
    }
  }

  #heldAt(place: number, step: number): number {
    const { held, heldFirst } = this.#golden.currents[this.node.index];
    const struck = this.#struck?.inputs.get(place);
    if (struck === undefined) return held[heldFirst + place];
    return struck[(struck.length === 256 ? 0 : step * 256) + this.#golden.pixels[place]];
  }

  #strikeInput(place: number): void {
    const { held, heldFirst } = this.#golden.currents[this.node.index];
    this.#arrivals = 0;
    for (let t = 0; t < this.#steps; t++) this.#arrive(t, this.#heldAt(place, t) - held[heldFirst + place]);
    this.#excite(place);
  }

  #strikeWeight(index: number, values: StruckValues): void {
    const { layer, inputShape, weights } = this.node;
    const strike = (o: number, place: number): void => {
      this.#touch(o);
      if (!this.node.isExact) return;
      this.#takeArrivals(place);
      const first = o * this.#steps;
      for (let k = 0; k < this.#arrivals; k++) {
        const t = this.#arrivalSteps[k];
        this.#differences[first + t] += ((at(values, t) ?? 0) - weights[index]) * this.#amounts[k];
      }
    };
    if (layer.kind === "dense") {
      strike(Math.floor(index / this.#inputs), index % this.#inputs);
      return;
    }
    const { outChannel, inChannel, tap } = weightPlace(layer, asImageShape(inputShape)[0], index);
    const pairs = this.#pairs[tap];
    for (let k = 0; k < pairs.length; k += 2)
      strike(outChannel * this.#outPlane + pairs[k], inChannel * this.#plane + pairs[k + 1]);
  }

  /** The simulator's own sum of held input, input after input; zeros are left out. */
  #sumAnew(o: number, step: number, bias: number): number {
    const { layer, inputShape, bias: biases } = this.node;
    let sum = 0;
    const take = (place: number, index: number): void => {
      const x = this.#heldAt(place, step);
      if (x !== 0) sum = fround(sum + fround(this.#weightAt(index, step) * x));
    };
    if (layer.kind === "dense") {
      for (let i = 0; i < this.#inputs; i++) take(i, o * this.#inputs + i);
    } else {
      const [channels, height, width] = asImageShape(inputShape);
      const { kernel, stride, padding, dilation = [1, 1], groups } = layer;
      const inGroup = channels / groups;
      const c = Math.floor(o / this.#outPlane);
      const outWidth = asImageShape(this.node.shape)[2];
      const top = Math.floor((o % this.#outPlane) / outWidth) * stride[0] - padding[0];
      const left = (o % outWidth) * stride[1] - padding[1];
      const firstChannel = Math.floor(c / (layer.channels / groups)) * inGroup;
      for (let k = 0; k < inGroup * kernel[0] * kernel[1]; k++) {
        const y = top + (Math.floor(k / kernel[1]) % kernel[0]) * dilation[0];
        const x = left + (k % kernel[1]) * dilation[1];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const channel = firstChannel + Math.floor(k / (kernel[0] * kernel[1]));
        take((channel * height + y) * width + x, c * inGroup * kernel[0] * kernel[1] + k);
      }
    }
    return biases === null ? sum : fround(sum + fround(bias));
  }

  #weightAt(index: number, step: number): number {
    const struck = this.#struck?.weights.get(index);
    return at(struck, step) ?? this.node.weights[index];
  }
}

function transposed({ layer, weights, outputs, isExact }: SumNode): Int8Array {
  if (layer.kind !== "dense" || !isExact) return new Int8Array(0);
  const inputs = weights.length / outputs;
  const byInput = new Int8Array(weights.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) byInput[i * outputs + o] = weights[o * inputs + i];
  return byInput;
}

function isSteady({ weights, biases, inputs }: StruckSums): boolean {
  const all = (values: ReadonlyMap<number, StruckValues>, length: number): boolean =>
    [...values.values()].every((one) => one.length === length);
  return all(weights, 1) && all(biases, 1) && all(inputs, 256);
}

function at(values: StruckValues | undefined, step: number): number | undefined {
  return values?.[values.length === 1 ? 0 : step];
}
