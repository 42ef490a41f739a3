// Sums of whatever arrives: currents, held values, and spikes for what they are worth. Neurons that are
// fed by anything but a dense or convolution layer get their current here, and so do additions.

import { paddedOutputs } from "../kernels/spike-dense.ts";
import { type CurrentBuffer, type FlowBuffer, type HeldBuffer, takeCurrent } from "./flow-buffer.ts";
import type { RunMemory, Stage } from "./stage.ts";

/** An input, what its spikes are worth if they have no worth of their own, and the factor on it. */
export interface SummedInput {
  readonly buffer: FlowBuffer;
  readonly worth: number;
  /** For all of the input. */
  readonly gain?: number | undefined;
  /** Instead, one a value. Shape [size]. */
  readonly gains?: Float32Array | undefined;
}

/** @param steps - steps of a call */
export function currentStage(
  steps: number,
  { kernels, batch }: RunMemory,
  inputs: readonly SummedInput[],
): Stage & { readonly output: CurrentBuffer } {
  const { size } = inputs[0].buffer;
  const isHeld = inputs.every(({ buffer }) => isConstant(buffer));
  const stride = paddedOutputs(size);
  const perImage = isHeld ? 1 : steps;
  const output = takeCurrent(kernels, batch * perImage, size, stride, isHeld);
  return {
    output,
    run({ images }) {
      output.values.fill(0, 0, images * perImage * stride);
      for (const input of inputs) addInput(output, input, images, perImage);
    },
  };
}

/** The sum of held values: held itself. */
export function addHeld({ kernels, batch }: RunMemory, inputs: readonly SummedInput[]): Stage {
  const { size } = inputs[0].buffer;
  const output: HeldBuffer = { kind: "held", size, values: kernels.float32(batch * size) };
  return {
    output,
    run({ images }) {
      output.values.fill(0, 0, images * size);
      for (const { buffer, gain = 1, gains } of inputs) {
        if (buffer.kind !== "held") throw new TypeError("held values are added to held values");
        for (let i = 0; i < images * size; i++)
          output.values[i] += Math.fround((gains?.[i % size] ?? gain) * buffer.values[i]);
      }
    },
  };
}

function isConstant(buffer: FlowBuffer): boolean {
  return buffer.kind === "held" || (buffer.kind === "current" && buffer.isHeld);
}

function addInput(
  output: CurrentBuffer,
  { buffer, worth, gain = 1, gains }: SummedInput,
  images: number,
  steps: number,
): void {
  const { stride, values } = output;
  const { fround } = Math;
  if (buffer.kind === "spikes") {
    const { events, ends, values: worths } = buffer;
    let at = 0;
    for (let s = 0; s < images * steps; s++) {
      for (; at < ends[s]; at++) {
        const i = events[at];
        values[s * stride + i] += fround((gains?.[i] ?? gain) * (worths?.[at] ?? worth));
      }
    }
    return;
  }
  const fromStride = buffer.kind === "held" ? buffer.size : buffer.stride;
  const isOnce = isConstant(buffer);
  for (let image = 0; image < images; image++) {
    for (let step = 0; step < steps; step++) {
      const from = (isOnce ? image : image * steps + step) * fromStride;
      const to = (image * steps + step) * stride;
      if (gains)
        for (let i = 0; i < buffer.size; i++) values[to + i] += fround(gains[i] * buffer.values[from + i]);
      else for (let i = 0; i < buffer.size; i++) values[to + i] += fround(gain * buffer.values[from + i]);
    }
  }
}
