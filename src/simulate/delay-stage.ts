// A connection that hands on what its source gave some steps ago; nothing arrives before.

import { type FlowBuffer, type SpikeBuffer, takeCurrent, takeSpikes } from "./flow-buffer.ts";
import type { RunMemory, Stage } from "./stage.ts";

/** @param input - spikes or sums, for all steps */
export function delayStage(delay: number, steps: number, memory: RunMemory, input: FlowBuffer): Stage {
  const { kernels, batch } = memory;
  if (input.kind === "spikes") return delaySpikes(delay, steps, memory, input);
  if (input.kind !== "current") throw new TypeError("held input has no delay");
  const { size, stride, isHeld } = input;
  const output = takeCurrent(kernels, batch * steps, size, stride, false);
  return {
    output,
    run({ images }) {
      for (let row = 0; row < images * steps; row++) {
        const to = output.values.subarray(row * stride, row * stride + size);
        if (row % steps < delay) to.fill(0);
        else {
          const from = (isHeld ? Math.floor(row / steps) : row - delay) * stride;
          to.set(input.values.subarray(from, from + size));
        }
      }
    },
  };
}

function delaySpikes(delay: number, steps: number, { kernels, batch }: RunMemory, input: SpikeBuffer): Stage {
  const output = takeSpikes(kernels, batch * steps, { ...input, hasOwnWorth: input.values !== undefined });
  return {
    output,
    run({ images }) {
      let end = 0;
      for (let s = 0; s < images * steps; s++) {
        if (s % steps >= delay) end = copySegment(input, s - delay, output, end);
        output.ends[s] = end;
      }
    },
  };
}

/** Append a segment of one list to another; returns where it ends. */
export function copySegment(from: SpikeBuffer, segment: number, to: SpikeBuffer, end: number): number {
  const first = segment === 0 ? 0 : from.ends[segment - 1];
  const last = from.ends[segment];
  to.events.set(from.events.subarray(first, last), end);
  if (from.values) to.values?.set(from.values.subarray(first, last), end);
  return end + last - first;
}
