// A convolution in training. Forward it is the simulator's kernel over lists of spikes; back it is the ANN's
// convolution, every row (a step of an image) taken as an image, or where few neurons pass derivatives the convolution
// of those. Held input is convolved once a batch.

import {
  type Conv2dGeometry,
  conv2dBackwardBias,
  conv2dBackwardInput,
  conv2dBackwardWeight,
} from "../../kernels/conv2d.ts";
import { addInto } from "../../kernels/elementwise.ts";
import { listNonZero } from "../../kernels/list-non-zero.ts";
import {
  laneWeights,
  laneWeightsLength,
  type SpikeConvolutionShape,
  spikeConvolution,
} from "../../kernels/spike-convolution.ts";
import { spikeConvolutionGradient } from "../../kernels/spike-convolution-gradient.ts";
import type { SpikeSegments } from "../../kernels/spike-segments.ts";
import type { Conv2dLayer, Shape } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";
import { type Flow, gradientOf, partOf, rowsIn, type StepRange } from "../flow.ts";
import { activeConvolution, activeShape } from "./active-convolution.ts";
import { carryBack, type DrivenNeurons } from "./active-derivatives.ts";
import type { Pass, PassContext } from "./pass.ts";

/** Above this share of spiking inputs the product over all of them is faster. Measured at 16 × 14 × 14, 32 × 5 × 5. */
const sparseShare = 0.3;

export interface ConvolutionShapes {
  readonly input: Shape;
  readonly output: Shape;
}

export class ConvolutionPass implements Pass {
  readonly output: Flow;
  readonly #context: PassContext;
  readonly #layer: Conv2dLayer;
  readonly #input: Flow;
  readonly #shape: SpikeConvolutionShape;
  readonly #lanes: Float32Array;
  readonly #bias: Float32Array;
  /** The neurons that this layer alone drives, where they may leave derivatives to be carried back. */
  driven: DrivenNeurons | null = null;
  readonly #held: {
    readonly events: Int32Array;
    readonly values: Float32Array;
    readonly ends: Int32Array;
  } | null;

  /** @param output - neither padded, nor the input */
  constructor(
    context: PassContext,
    layer: Conv2dLayer,
    shapes: ConvolutionShapes,
    flows: { readonly input: Flow; readonly output: Flow },
  ) {
    const { kernels, maximumImages } = context;
    const { input, output } = flows;
    this.output = output;
    this.#context = context;
    this.#layer = layer;
    this.#input = input;
    this.#shape = {
      input: asImageShape(shapes.input),
      output: asImageShape(shapes.output),
      kernel: layer.kernel,
      stride: layer.stride,
      padding: layer.padding,
      groups: layer.groups,
    };
    this.#lanes = kernels.float32(laneWeightsLength(this.#shape));
    this.#bias = kernels.float32(layer.channels);
    this.#held = input.isHeld
      ? {
          events: kernels.int32(maximumImages * input.size),
          values: kernels.float32(maximumImages * input.size),
          ends: kernels.int32(maximumImages),
        }
      : null;
  }

  begin(images: number): void {
    laneWeights(this.#weights(), this.#lanes, this.#shape);
    const bias = this.#context.parameter(`${this.#layer.id}.bias`);
    if (bias !== undefined) this.#bias.set(bias);
    if (this.#held === null) return;
    const { events, values: listed, ends } = this.#held;
    const { values, size } = this.#input;
    listNonZero(this.#context.kernels, { values, size, rows: images, events, listed, ends });
    this.#sum({ ...this.#held, segments: images }, 1, this.output.values);
  }

  forward(range: StepRange): void {
    if (this.#held !== null) return;
    const { lists } = this.#input;
    if (lists === null) throw new TypeError(`${this.#input.id} has no lists`);
    this.#sum(lists.of(range), lists.worth, partOf(this.output, this.output.values, range));
  }

  /** Whether derivatives by its inputs are a convolution of those by its outputs. */
  get mayCarry(): boolean {
    return activeShape(this.#shape) !== null;
  }

  backward(range: StepRange): void {
    if (this.#held !== null) return;
    const keep = this.driven?.pass.leftToCarry ?? null;
    if (keep !== null) this.#backActive(range, keep);
    this.#learn(range, rowsIn(range));
    if (keep === null) this.#back(range, rowsIn(range));
  }

  finish(images: number): void {
    if (this.#held === null) return;
    this.#learn({ from: 0, to: 1, images }, images);
    this.#back({ from: 0, to: 1, images }, images);
  }

  #weights(): Float32Array {
    return this.#context.parameter(`${this.#layer.id}.weight`) as Float32Array;
  }

  #sum(lists: SpikeSegments, worth: number, out: Float32Array): void {
    spikeConvolution(this.#context.kernels, {
      ...lists,
      shape: this.#shape,
      weights: this.#lanes,
      worth,
      bias: this.#bias,
      out,
      outStride: this.output.stride,
    });
  }

  /** Lists in which spikes that a pool brought to one place are one event: it strikes its weights once. */
  #merged(
    lists: SpikeSegments,
    values: Float32Array,
    spikes: number,
  ): SpikeSegments & { readonly worth: number } {
    const { size, lists: own } = this.#input;
    const worth = own?.worth ?? 1;
    if (worth === 1 || values.length === 0) return { ...lists, worth };
    const { kernels } = this.#context;
    const rows = lists.segments;
    const [events, listed] = [kernels.scratchInt32(spikes + 1), kernels.scratchFloat32(spikes + 1)];
    const ends = kernels.scratchInt32(rows);
    listNonZero(kernels, { values, size, rows, most: spikes, events, listed, ends });
    return { events, values: listed, ends, segments: rows, worth: 1 };
  }

  #geometry(batch: number): Conv2dGeometry {
    const { input, output, ...rest } = this.#shape;
    const [channels, height, width] = input;
    const [outChannels, outHeight, outWidth] = output;
    return { ...rest, batch, channels, height, width, outChannels, outHeight, outWidth };
  }

  #learn(range: StepRange, batch: number): void {
    const { kernels } = this.#context;
    const { id } = this.#layer;
    const geometry = this.#geometry(batch);
    const dy = gradientOf(this.output, range);
    const x = partOf(this.#input, this.#input.values, range);
    const dweight = this.#context.gradient(`${id}.weight`);
    const dbias = this.#context.gradient(`${id}.bias`);
    const lists = this.#held === null ? this.#input.lists?.of(range) : { ...this.#held, segments: batch };
    const spikes = lists === undefined || batch === 0 ? 0 : lists.ends[batch - 1];
    if (dweight !== undefined && lists !== undefined && spikes < sparseShare * batch * this.#input.size) {
      const mark = kernels.mark();
      const { worth, ...merged } = this.#merged(lists, x, spikes);
      spikeConvolutionGradient(kernels, { ...merged, shape: this.#shape, worth, d: dy, dweight });
      kernels.release(mark);
      if (dbias !== undefined) conv2dBackwardBias(kernels, { ...geometry, dy, dbias });
    } else if (dweight !== undefined) conv2dBackwardWeight(kernels, { ...geometry, x, dy, dweight, dbias });
  }

  #back(range: StepRange, batch: number): void {
    if (this.#input.gradient === null) return;
    const [dy, dx] = [gradientOf(this.output, range), gradientOf(this.#input, range)];
    conv2dBackwardInput(this.#context.kernels, {
      ...this.#geometry(batch),
      weight: this.#weights(),
      dy,
      dx,
    });
  }

  /** Back from what is active alone, through the weights and then through the steps; the layer's own d with it. */
  #backActive(range: StepRange, keep: number): void {
    const { kernels } = this.#context;
    const [rows, steps] = [rowsIn(range), range.to - range.from];
    const carried = { steps, keep, truncation: this.driven?.truncation ?? 0 };
    const d = gradientOf(this.output, range);
    const mark = kernels.mark();
    const out = kernels.scratchFloat32(rows * this.#input.size);
    const weights = this.#weights();
    if (!activeConvolution(kernels, { e: d, rows, shape: this.#shape, weights, out })) {
      out.fill(0);
      conv2dBackwardInput(kernels, { ...this.#geometry(rows), weight: weights, dy: d, dx: out });
    }
    carryBack(kernels, { d: out, ...carried });
    addInto(kernels, { x: out, y: gradientOf(this.#input, range) });
    kernels.release(mark);
    carryBack(kernels, { d, ...carried });
  }
}
