// A connection that holds back what it carries for some steps. What its source gave before the steps in memory, and
// the derivatives that reach back there, are kept from one run of steps to the other.

import { type Flow, gradientOf, type StepRange } from "../flow.ts";
import type { NeuronLists } from "./neuron-pass.ts";
import type { Pass, PassContext } from "./pass.ts";

export interface DelayFlows {
  readonly source: Flow;
  /** Of the source's size and stride. */
  readonly output: Flow;
  /** Of the output, where that is spikes. */
  readonly lists: NeuronLists | null;
}

export class DelayPass implements Pass {
  readonly output: Flow;
  readonly state: readonly Float32Array[];
  readonly #delay: number;
  readonly #truncation: number;
  readonly #flows: DelayFlows;
  /** What the source gave in the `delay` steps before those in memory, and derivatives by that. */
  readonly #before: Float32Array;
  readonly #dBefore: Float32Array;
  #firstStep = 0;

  /** @param truncation - as that of the neurons */
  constructor({ kernels, maximumImages }: PassContext, delay: number, truncation: number, flows: DelayFlows) {
    this.output = flows.output;
    this.#delay = delay;
    this.#truncation = truncation;
    this.#flows = flows;
    const length = delay * maximumImages * flows.source.stride;
    this.#before = kernels.float32(length);
    this.#dBefore = kernels.float32(length);
    this.state = [this.#before];
  }

  begin(): void {
    this.#before.fill(0);
    this.#dBefore.fill(0);
  }

  beginSteps(firstStep: number): void {
    this.#firstStep = firstStep;
  }

  forward(range: StepRange): void {
    const { values } = this.output;
    for (let step = range.from; step < range.to; step++)
      values.set(this.#given(step - this.#delay, range.images), step * this.#perStep(range.images));
    this.#flows.lists?.renew(range);
  }

  endSteps(steps: number, images: number): void {
    const last = Array.from({ length: this.#delay }, (_, k) =>
      this.#given(steps - this.#delay + k, images).slice(),
    );
    last.forEach((row, k) => {
      this.#before.set(row, k * this.#perStep(images));
    });
  }

  /** Hand the source what later steps sent back to before them. */
  beginBack(steps: number, images: number): void {
    const waiting = this.#dBefore.slice();
    this.#dBefore.fill(0);
    const perStep = this.#perStep(images);
    for (let k = 0; k < this.#delay; k++)
      this.#send(waiting.subarray(k * perStep, (k + 1) * perStep), steps - this.#delay + k, images);
  }

  backward(range: StepRange): void {
    const perStep = this.#perStep(range.images);
    const d = gradientOf(this.output, range);
    for (let step = range.from; step < range.to; step++) {
      const now = this.#firstStep + step;
      const isCut =
        this.#truncation > 0 &&
        Math.floor(now / this.#truncation) !== Math.floor((now - this.#delay) / this.#truncation);
      const at = (step - range.from) * perStep;
      if (!isCut) this.#send(d.subarray(at, at + perStep), step - this.#delay, range.images);
    }
  }

  #perStep(images: number): number {
    return images * this.output.stride;
  }

  /** What the source gave at a step, counted from the first in memory. */
  #given(step: number, images: number): Float32Array {
    const perStep = this.#perStep(images);
    if (step >= 0) return this.#flows.source.values.subarray(step * perStep, (step + 1) * perStep);
    const at = (step + this.#delay) * perStep;
    return this.#before.subarray(at, at + perStep);
  }

  #send(d: Float32Array, step: number, images: number): void {
    const { gradient } = this.#flows.source;
    if (gradient === null) return;
    const perStep = this.#perStep(images);
    const [sum, at] =
      step >= 0 ? [gradient, step * perStep] : [this.#dBefore, (step + this.#delay) * perStep];
    for (let i = 0; i < perStep; i++) sum[at + i] += d[i];
  }
}
