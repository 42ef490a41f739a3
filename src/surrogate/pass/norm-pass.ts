// Batch normalisation in training: by channel over all images, steps and places of a batch (what is held: over images
// and places). In the trained network it is folded into the layer before it, so neurons see one static network.
//
// Source: Zheng et al. 2021, whose threshold-dependent factor belongs in gamma.

import { batchNormBackward, batchStatistics, scaleShift } from "../../kernels/batch-norm.ts";
import { addInto } from "../../kernels/elementwise.ts";
import type { BatchNormLayer, Shape } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";
import { type Flow, gradientOf, partOf, rowsIn, type StepRange } from "../flow.ts";
import type { Pass, PassContext } from "./pass.ts";

export class NormPass implements Pass {
  readonly output: Flow;
  readonly #context: PassContext;
  readonly #layer: BatchNormLayer;
  readonly #input: Flow;
  readonly #channels: number;
  /** Channels with those of padding. */
  readonly #width: number;
  readonly #positions: number;
  readonly #rows: Readonly<
    Record<"gamma" | "mean" | "inverse" | "scale" | "shift" | "dgamma" | "dbeta", Float32Array>
  >;

  constructor(
    context: PassContext,
    layer: BatchNormLayer,
    shape: Shape,
    flows: { readonly input: Flow; readonly output: Flow },
  ) {
    const { kernels } = context;
    this.output = flows.output;
    this.#context = context;
    this.#layer = layer;
    this.#input = flows.input;
    const [channels, height, width] = asImageShape(shape);
    this.#channels = channels;
    this.#positions = height * width;
    this.#width = flows.input.stride / this.#positions;
    const row = (): Float32Array => kernels.float32(this.#width);
    this.#rows = {
      gamma: row(),
      mean: row(),
      inverse: row(),
      scale: row(),
      shift: row(),
      dgamma: row(),
      dbeta: row(),
    };
  }

  begin(images: number): void {
    if (this.#input.isHeld) this.#normalise({ from: 0, to: 1, images });
  }

  forward(range: StepRange): void {
    if (!this.#input.isHeld) this.#normalise(range);
  }

  backward(range: StepRange): void {
    if (!this.#input.isHeld) this.#back(range);
  }

  finish(images: number): void {
    if (this.#input.isHeld) this.#back({ from: 0, to: 1, images });
  }

  #geometry(range: StepRange): {
    readonly batch: number;
    readonly channels: number;
    readonly positions: number;
  } {
    const batch = this.#input.isHeld ? range.images : rowsIn(range);
    return { batch, channels: this.#width, positions: this.#positions };
  }

  #normalise(range: StepRange): void {
    const { kernels, parameter, statistic } = this.#context;
    const { id, epsilon } = this.#layer;
    const { gamma, mean, inverse, scale, shift } = this.#rows;
    const [weights, beta] = ["gamma", "beta"].map((name) => parameter(`${id}.${name}`) as Float32Array);
    const geometry = this.#geometry(range);
    const x = partOf(this.#input, this.#input.values, range);
    batchStatistics(kernels, { ...geometry, x, mean, variance: inverse });
    const values = geometry.batch * this.#positions;
    for (let c = 0; c < this.#channels; c++) {
      statistic(`${id}.mean`)[c] = mean[c];
      statistic(`${id}.variance`)[c] = values > 1 ? (inverse[c] * values) / (values - 1) : inverse[c];
      gamma[c] = weights[c];
      inverse[c] = 1 / Math.sqrt(inverse[c] + epsilon);
      scale[c] = gamma[c] * inverse[c];
      shift[c] = beta[c] - mean[c] * scale[c];
    }
    inverse.fill(0, this.#channels);
    scaleShift(kernels, { ...geometry, x, y: partOf(this.output, this.output.values, range), scale, shift });
  }

  #back(range: StepRange): void {
    const { kernels, gradient } = this.#context;
    const { gamma, mean, inverse, dgamma, dbeta } = this.#rows;
    const dy = gradientOf(this.output, range);
    const x = partOf(this.#input, this.#input.values, range);
    dgamma.fill(0);
    dbeta.fill(0);
    batchNormBackward(kernels, {
      ...this.#geometry(range),
      x,
      dy,
      dx: dy,
      gamma,
      mean,
      inverse,
      dgamma,
      dbeta,
    });
    for (const [name, own] of Object.entries({ gamma: dgamma, beta: dbeta })) {
      const sum = gradient(`${this.#layer.id}.${name}`);
      for (let c = 0; sum !== undefined && c < this.#channels; c++) sum[c] += own[c];
    }
    if (this.#input.gradient !== null) addInto(kernels, { x: dy, y: gradientOf(this.#input, range) });
  }
}
