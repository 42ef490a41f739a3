// Batch norm with factors of every step for itself (BNTT: Kim & Panda 2021), as it is simulated: no step's factors
// stand in the weights, so they stay a layer,
//
//   y = s x + h,   s = γ/√(σ² + ε),   h = β − μ s      of the step and channel, each rounded once
//

import { paddedOutputs } from "../kernels/spike-dense.ts";
import type { Model } from "../model/model.ts";
import type { BatchNormLayer } from "../model/network.ts";
import { type CurrentBuffer, takeCurrent } from "./flow-buffer.ts";
import type { RunMemory, Stage } from "./stage.ts";

const { fround } = Math;

export interface StepNormFactors {
  /** Shapes [steps, channels]. */
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export function stepNormFactors({ tensors }: Model, { id, epsilon }: BatchNormLayer): StepNormFactors {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
    (name) => tensors[`${id}.${name}`].data,
  );
  const scale = Float32Array.from(gamma, (own, i) => own * fround(1 / Math.sqrt(variance[i] + epsilon)));
  const shift = Float32Array.from(beta, (own, i) => own - mean[i] * scale[i]);
  return { scale, shift };
}

/** One step's sums of one image, from `x` to `y`. @param step - from 0 */
export function normaliseStep(
  { scale, shift }: StepNormFactors,
  { step, channels, size }: { readonly step: number; readonly channels: number; readonly size: number },
  x: Float32Array,
  y: Float32Array,
): void {
  const positions = size / channels;
  for (let c = 0, i = 0; c < channels; c++) {
    const at = step * channels + c;
    for (const end = i + positions; i < end; i++) y[i] = fround(scale[at] * x[i]) + shift[at];
  }
}

/** @param steps - of a call */
export function stepNormStage(
  factors: StepNormFactors,
  { channels, steps }: { readonly channels: number; readonly steps: number },
  { kernels, batch }: RunMemory,
  input: CurrentBuffer,
): Stage {
  const { size, stride, isHeld } = input;
  const output = takeCurrent(kernels, batch * steps, size, paddedOutputs(size), false);
  return {
    output,
    run({ images, step: firstStep }) {
      for (let row = 0; row < images * steps; row++) {
        const from = (isHeld ? Math.floor(row / steps) : row) * stride;
        const to = row * output.stride;
        normaliseStep(
          factors,
          { step: firstStep + (row % steps), channels, size },
          input.values.subarray(from, from + size),
          output.values.subarray(to, to + size),
        );
      }
    },
  };
}
