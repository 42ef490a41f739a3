// Pools in training. Of spikes: averages and sums; every spike goes on to the windows it lies in, in the simulator's
// order, and its derivative comes back from them. Of sums before their neurons: maxima, too, whose derivative goes to
// the input that was largest.

import type { Kernels } from "../../kernels/kernels.ts";
import {
  averagePool,
  averagePoolBackward,
  maxPool,
  maxPoolBackward,
  type PoolGeometry,
} from "../../kernels/pooling.ts";
import { spreadSpikes } from "../../kernels/spike-pooling.ts";
import type { PoolLayer, Shape } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";
import type { PoolWindows } from "../../simulate/pool-windows.ts";
import { poolShare } from "../../simulate/signal-kinds.ts";
import {
  type Flow,
  gradientOf,
  MadeLists,
  partOf,
  rowsIn,
  type SpikeLists,
  type StepRange,
} from "../flow.ts";
import type { Pass, PassContext } from "./pass.ts";

export interface PoolShapes {
  readonly input: Shape;
  readonly output: Shape;
}

export class PoolPass implements Pass {
  readonly output: Flow;
  readonly #kernels: Kernels;
  readonly #layer: PoolLayer;
  readonly #input: Flow;
  readonly #shapes: PoolShapes;
  readonly #lists: PooledLists | null;
  readonly #index: Int32Array | null;

  /** @param lists - of the output, where that is spikes */
  constructor(
    { kernels, maximumImages, maximumSteps }: PassContext,
    layer: PoolLayer,
    shapes: PoolShapes,
    flows: { readonly input: Flow; readonly output: Flow; readonly lists: PooledLists | null },
  ) {
    this.output = flows.output;
    this.#kernels = kernels;
    this.#layer = layer;
    this.#input = flows.input;
    this.#shapes = shapes;
    this.#lists = flows.lists;
    const rows = maximumImages * (flows.input.isHeld ? 1 : maximumSteps);
    this.#index = layer.kind === "maxPool" ? kernels.int32(rows * flows.output.size) : null;
  }

  begin(images: number): void {
    if (this.#input.isHeld) this.#pool({ from: 0, to: 1, images });
  }

  forward(range: StepRange): void {
    if (this.#input.isHeld) return;
    this.#pool(range);
    this.#lists?.renew(range);
  }

  backward(range: StepRange): void {
    if (!this.#input.isHeld) this.#back(range);
  }

  finish(images: number): void {
    if (this.#input.isHeld) this.#back({ from: 0, to: 1, images });
  }

  #pool(range: StepRange): void {
    const x = partOf(this.#input, this.#input.values, range);
    const y = partOf(this.output, this.output.values, range);
    const geometry = this.#geometry(range);
    if (this.#index !== null) maxPool(this.#kernels, { ...geometry, x, y, index: this.#indexOf(range) });
    else averagePool(this.#kernels, { ...geometry, x, y });
    if (this.#layer.kind !== "sumPool") return;
    for (let i = 0; i < y.length; i++) y[i] *= this.#area();
  }

  #back(range: StepRange): void {
    if (this.#input.gradient === null) return;
    const dy = gradientOf(this.output, range);
    const dx = gradientOf(this.#input, range);
    const geometry = this.#geometry(range);
    if (this.#index !== null) {
      maxPoolBackward(this.#kernels, { ...geometry, dy, dx, index: this.#indexOf(range) });
      return;
    }
    // Nobody reads the gradient after this.
    if (this.#layer.kind === "sumPool") for (let i = 0; i < dy.length; i++) dy[i] *= this.#area();
    averagePoolBackward(this.#kernels, { ...geometry, dy, dx });
  }

  #area(): number {
    return this.#layer.kernel[0] * this.#layer.kernel[1];
  }

  #indexOf({ from, to, images }: StepRange): Int32Array {
    const perStep = images * this.output.size;
    return (this.#index as Int32Array).subarray(from * perStep, to * perStep);
  }

  #geometry(range: StepRange): PoolGeometry {
    const [channels, height, width] = asImageShape(this.#shapes.input);
    const [, outHeight, outWidth] = asImageShape(this.#shapes.output);
    const { kernel, stride } = this.#layer;
    return { planes: rowsIn(range) * channels, height, width, outHeight, outWidth, kernel, stride };
  }
}

/** Lists of the windows that spikes lie in. */
export class PooledLists extends MadeLists {
  readonly worth: number;
  readonly #kernels: Kernels;
  readonly #source: SpikeLists;
  readonly #windows: PoolWindows;
  readonly #windowOf: Int32Array;

  /** @param most - most spikes of a row of the source */
  constructor(
    { kernels, maximumImages, maximumSteps }: PassContext,
    layer: PoolLayer,
    windows: PoolWindows,
    source: SpikeLists,
    most: number,
  ) {
    super(kernels, maximumImages * maximumSteps, most * windows.mostPerInput);
    this.#kernels = kernels;
    this.#source = source;
    this.#windows = windows;
    this.#windowOf = kernels.int32(windows.firstOf.length);
    this.#windowOf.set(windows.firstOf);
    this.worth = Math.fround(source.worth * poolShare(layer));
  }

  protected write(range: StepRange, passed: Int32Array, passedEnds: Int32Array): void {
    const { events, ends, segments } = this.#source.of(range);
    const { starts, windows, count, mostPerInput } = this.#windows;
    if (mostPerInput <= 1) {
      const windowOf = this.#windowOf;
      spreadSpikes(this.#kernels, { events, ends, segments, windowOf, windows: count, passed, passedEnds });
      return;
    }
    for (let s = 0, at = 0, end = 0; s < segments; s++) {
      for (; at < ends[s]; at++) {
        for (let k = starts[events[at]]; k < starts[events[at] + 1]; k++) passed[end++] = windows[k];
      }
      passedEnds[s] = end;
    }
  }
}
