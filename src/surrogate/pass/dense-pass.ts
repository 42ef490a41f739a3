// A dense layer in training. Forward it is the simulator's kernel over lists of spikes, so its sums have the
// simulator's bits. Back, with d the derivatives by the sums:
//
//   dW = Σ over rows of d xᵀ, over the spikes where they are few, else as one product over all steps
//   dx = d W, one product over all steps
//
// Held input is summed once a batch; its d is the sum over all steps.

import { addInto, addRowSums } from "../../kernels/elementwise.ts";
import { listNonZero } from "../../kernels/list-non-zero.ts";
import { matmul } from "../../kernels/matmul.ts";
import { spikeDense } from "../../kernels/spike-dense.ts";
import type { SpikeSegments } from "../../kernels/spike-segments.ts";
import { layTiles, spikeDenseGradient } from "../../kernels/surrogate-weights.ts";
import type { DenseLayer } from "../../model/network.ts";
import { type Flow, gradientOf, partOf, rowsIn, type StepRange } from "../flow.ts";
import { activeProduct, carryBack, type DrivenNeurons } from "./active-derivatives.ts";
import type { Pass, PassContext } from "./pass.ts";

/** Above this share of spiking inputs the product over all inputs is faster. Measured at 784 × 1000 on AVX2. */
const sparseShare = 0.3;

export class DensePass implements Pass {
  readonly output: Flow;
  readonly #context: PassContext;
  readonly #layer: DenseLayer;
  readonly #input: Flow;
  readonly #tiles: Float32Array;
  readonly #bias: Float32Array;
  /** Weights with rows and columns of zeros for padding; the parameters themselves where there is none. */
  readonly #padded: Float32Array | null;
  /** The neurons that this layer alone drives, where they may leave derivatives to be carried back. */
  driven: DrivenNeurons | null = null;
  readonly #held: {
    readonly events: Int32Array;
    readonly values: Float32Array;
    readonly ends: Int32Array;
  } | null;

  /** @param output - with `paddedOutputs(units)` as its stride */
  constructor(context: PassContext, layer: DenseLayer, input: Flow, output: Flow) {
    const { kernels, maximumImages } = context;
    this.output = output;
    this.#context = context;
    this.#layer = layer;
    this.#input = input;
    this.#tiles = kernels.float32(output.stride * input.size);
    this.#bias = kernels.float32(output.stride);
    const isPadded = output.stride !== layer.units || input.stride !== input.size;
    this.#padded = input.gradient !== null && isPadded ? kernels.float32(output.stride * input.stride) : null;
    this.#held = input.isHeld
      ? {
          events: kernels.int32(maximumImages * input.size),
          values: kernels.float32(maximumImages * input.size),
          ends: kernels.int32(maximumImages),
        }
      : null;
  }

  begin(images: number): void {
    const { kernels } = this.#context;
    const [input, output] = [this.#input, this.output];
    const weights = this.#weights();
    const geometry = { units: this.#layer.units, outputs: output.stride, inputs: input.size };
    layTiles(kernels, { weights, tiles: this.#tiles, ...geometry });
    const bias = this.#context.parameter(`${this.#layer.id}.bias`);
    if (bias !== undefined) this.#bias.set(bias);
    if (this.#padded !== null) {
      for (let o = 0; o < this.#layer.units; o++)
        this.#padded.set(weights.subarray(o * input.size, (o + 1) * input.size), o * input.stride);
    }
    if (this.#held === null) return;
    listNonZero(kernels, {
      values: input.values,
      size: input.size,
      rows: images,
      events: this.#held.events,
      listed: this.#held.values,
      ends: this.#held.ends,
    });
    this.#sum({ ...this.#held, segments: images }, 1, output.values);
  }

  forward(range: StepRange): void {
    if (this.#held !== null) return;
    const { lists } = this.#input;
    if (lists === null) throw new TypeError(`${this.#input.id} has no lists`);
    this.#sum(lists.of(range), lists.worth, partOf(this.output, this.output.values, range));
  }

  backward(range: StepRange): void {
    if (this.#held !== null) return;
    const { lists } = this.#input;
    if (lists === null) throw new TypeError(`${this.#input.id} has no lists`);
    const keep = this.driven?.pass.leftToCarry ?? null;
    if (keep !== null) this.#backActive(range, keep);
    this.#learn(lists.of(range), lists.worth, range);
    if (keep === null) this.#back(range);
  }

  finish(images: number): void {
    if (this.#held === null) return;
    const range = { from: 0, to: 1, images };
    this.#learn({ ...this.#held, segments: images }, 1, range);
    if (this.#input.gradient !== null) this.#back(range);
  }

  #weights(): Float32Array {
    return this.#context.parameter(`${this.#layer.id}.weight`) as Float32Array;
  }

  #sum(lists: SpikeSegments, worth: number, out: Float32Array): void {
    const geometry = { inputs: this.#input.size, outputs: this.output.stride };
    spikeDense(this.#context.kernels, {
      ...lists,
      weights: this.#tiles,
      ...geometry,
      worth,
      bias: this.#bias,
      out,
    });
  }

  #learn(lists: SpikeSegments, worth: number, range: StepRange): void {
    const { kernels } = this.#context;
    const { units, id } = this.#layer;
    const [input, output] = [this.#input, this.output];
    const { stride: outputs } = output;
    const d = gradientOf(output, range);
    const rows = lists.segments;
    const dweight = this.#context.gradient(`${id}.weight`);
    if (dweight !== undefined) {
      const spikes = rows === 0 ? 0 : lists.ends[rows - 1];
      if (spikes < sparseShare * rows * input.size || input.values.length === 0)
        spikeDenseGradient(kernels, { ...lists, d, units, outputs, inputs: input.size, worth, dweight });
      else this.#learnByProduct(d, partOf(input, input.values, range), rows, dweight);
    }
    const dbias = this.#context.gradient(`${id}.bias`);
    if (dbias === undefined) return;
    const mark = kernels.mark();
    const sum = kernels.float32(outputs);
    addRowSums(kernels, { y: d, sum, rows, columns: outputs });
    addInto(kernels, { x: sum.subarray(0, units), y: dbias });
    kernels.release(mark);
  }

  #learnByProduct(d: Float32Array, x: Float32Array, rows: number, dweight: Float32Array): void {
    const { kernels } = this.#context;
    const { units } = this.#layer;
    const [m, n] = [this.output.stride, this.#input.stride];
    const mark = kernels.mark();
    const c = kernels.scratchFloat32(m * n);
    matmul(kernels, { a: d, b: x, c, m, n, k: rows, transposeA: true });
    const { size } = this.#input;
    for (let o = 0; n !== size && o < units; o++) c.copyWithin(o * size, o * n, o * n + size);
    addInto(kernels, { x: c.subarray(0, units * size), y: dweight });
    kernels.release(mark);
  }

  /** Back from what is active alone, through the weights and then through the steps; the layer's own d with it. */
  #backActive(range: StepRange, keep: number): void {
    const { kernels } = this.#context;
    const [input, output] = [this.#input, this.output];
    const [rows, steps] = [rowsIn(range), range.to - range.from];
    const truncation = this.driven?.truncation ?? 0;
    const d = gradientOf(output, range);
    if (input.gradient !== null) {
      const mark = kernels.mark();
      const dx = gradientOf(input, range);
      const out = input.isGradientSet ? dx : kernels.scratchFloat32(dx.length);
      const { units } = this.#layer;
      const product = { e: d, rows, stride: output.stride, units, inputs: input.size };
      activeProduct(kernels, { ...product, weights: this.#weights(), out });
      carryBack(kernels, { d: out, steps, keep, truncation });
      if (out !== dx) addInto(kernels, { x: out, y: dx });
      kernels.release(mark);
    }
    carryBack(kernels, { d, steps, keep, truncation });
  }

  #back(range: StepRange): void {
    const input = this.#input;
    if (input.gradient === null) return;
    const rows = input.isHeld ? range.images : rowsIn(range);
    matmul(this.#context.kernels, {
      a: gradientOf(this.output, range),
      b: this.#padded ?? this.#weights(),
      c: gradientOf(input, range),
      m: rows,
      n: input.stride,
      k: this.output.stride,
      accumulate: !input.isGradientSet,
    });
  }
}
