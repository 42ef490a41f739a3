// Batch normalisation in training: by channel over all images, steps and places of a batch (what is held: over images
// and places), or of every step for itself, over its images and places.
//
// One set of statistics is folded into the layer before it when training ends, so neurons see one static network
// (Zheng et al. 2021, whose threshold-dependent factor belongs in gamma). Those of every step stay a layer (BNTT:
// Kim & Panda 2021, Eq. 7, who learn gamma by step and no beta).

import { batchNormBackward, batchStatistics, scaleShift } from "../../kernels/batch-norm.ts";
import { addInto } from "../../kernels/elementwise.ts";
import type { BatchNormLayer, Shape } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";
import { type Flow, gradientOf, partOf, rowsIn, type StepRange } from "../flow.ts";
import type { Pass, PassContext } from "./pass.ts";

/** Rows that are normalised together. */
interface Group {
  readonly range: StepRange;
  /** Place of its statistics among those in memory. */
  readonly slot: number;
  /** Where its tensors' values begin. */
  readonly offset: number;
}

export class NormPass implements Pass {
  readonly output: Flow;
  readonly #context: PassContext;
  readonly #layer: BatchNormLayer;
  readonly #input: Flow;
  readonly #channels: number;
  /** Channels with those of padding. */
  readonly #width: number;
  readonly #positions: number;
  readonly #rows: Readonly<Record<"gamma" | "scale" | "shift" | "dgamma" | "dbeta", Float32Array>>;
  /** Of every group in memory. Shape [groups, width]. */
  readonly #means: Float32Array;
  readonly #inverses: Float32Array;
  #firstStep = 0;

  /** @param flows - the output is held where the input is, unless every step has factors of its own */
  constructor(
    context: PassContext,
    layer: BatchNormLayer,
    shape: Shape,
    flows: { readonly input: Flow; readonly output: Flow },
  ) {
    const { kernels, maximumSteps } = context;
    this.output = flows.output;
    this.#context = context;
    this.#layer = layer;
    this.#input = flows.input;
    const [channels, height, width] = asImageShape(shape);
    this.#channels = channels;
    this.#positions = height * width;
    this.#width = flows.input.stride / this.#positions;
    const row = (): Float32Array => kernels.float32(this.#width);
    this.#rows = { gamma: row(), scale: row(), shift: row(), dgamma: row(), dbeta: row() };
    const groups = layer.steps === undefined ? 1 : maximumSteps;
    this.#means = kernels.float32(groups * this.#width);
    this.#inverses = kernels.float32(groups * this.#width);
  }

  begin(images: number): void {
    if (this.output.isHeld) this.#normalise({ range: { from: 0, to: 1, images }, slot: 0, offset: 0 });
  }

  beginSteps(firstStep: number): void {
    this.#firstStep = firstStep;
  }

  forward(range: StepRange): void {
    if (!this.output.isHeld) for (const group of this.#groups(range)) this.#normalise(group);
  }

  backward(range: StepRange): void {
    if (!this.output.isHeld) for (const group of this.#groups(range).reverse()) this.#back(group);
  }

  finish(images: number): void {
    if (this.output.isHeld) this.#back({ range: { from: 0, to: 1, images }, slot: 0, offset: 0 });
  }

  #groups(range: StepRange): Group[] {
    if (this.#layer.steps === undefined) return [{ range, slot: 0, offset: 0 }];
    return Array.from({ length: range.to - range.from }, (_, i) => {
      const slot = range.from + i;
      const offset = (this.#firstStep + slot) * this.#channels;
      return { range: { from: slot, to: slot + 1, images: range.images }, slot, offset };
    });
  }

  #geometry(range: StepRange): {
    readonly batch: number;
    readonly channels: number;
    readonly positions: number;
  } {
    const batch = this.#input.isHeld ? range.images : rowsIn(range);
    return { batch, channels: this.#width, positions: this.#positions };
  }

  #statistics(slot: number): { readonly mean: Float32Array; readonly inverse: Float32Array } {
    const [from, to] = [slot * this.#width, (slot + 1) * this.#width];
    return { mean: this.#means.subarray(from, to), inverse: this.#inverses.subarray(from, to) };
  }

  #normalise({ range, slot, offset }: Group): void {
    const { kernels, parameter, statistic } = this.#context;
    const { id, epsilon } = this.#layer;
    const { scale, shift } = this.#rows;
    const { mean, inverse } = this.#statistics(slot);
    const [weights, beta] = ["gamma", "beta"].map((name) => parameter(`${id}.${name}`) as Float32Array);
    const geometry = this.#geometry(range);
    const x = partOf(this.#input, this.#input.values, range);
    batchStatistics(kernels, { ...geometry, x, mean, variance: inverse });
    const values = geometry.batch * this.#positions;
    for (let c = 0; c < this.#channels; c++) {
      statistic(`${id}.mean`)[offset + c] = mean[c];
      statistic(`${id}.variance`)[offset + c] =
        values > 1 ? (inverse[c] * values) / (values - 1) : inverse[c];
      inverse[c] = 1 / Math.sqrt(inverse[c] + epsilon);
      scale[c] = weights[offset + c] * inverse[c];
      shift[c] = beta[offset + c] - mean[c] * scale[c];
    }
    inverse.fill(0, this.#channels);
    scaleShift(kernels, { ...geometry, x, y: partOf(this.output, this.output.values, range), scale, shift });
  }

  #back({ range, slot, offset }: Group): void {
    const { kernels, gradient, parameter } = this.#context;
    const { gamma, dgamma, dbeta } = this.#rows;
    const weights = parameter(`${this.#layer.id}.gamma`) as Float32Array;
    gamma.set(weights.subarray(offset, offset + this.#channels));
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
      ...this.#statistics(slot),
      dgamma,
      dbeta,
    });
    for (const [name, own] of Object.entries({ gamma: dgamma, beta: dbeta })) {
      const sum = gradient(`${this.#layer.id}.${name}`);
      for (let c = 0; sum !== undefined && c < this.#channels; c++) sum[offset + c] += own[c];
    }
    if (this.#input.gradient !== null) addInto(kernels, { x: dy, y: gradientOf(this.#input, range) });
  }
}
