// Layers that only bring spike lists, or values of one kind, together: add appends lists, concat moves
// indices up as well. Additions of sums are current-stage.ts.

import { paddedOutputs } from "../kernels/spike-dense.ts";
import type { SummedInput } from "./current-stage.ts";
import {
  type FlowBuffer,
  type HeldBuffer,
  type SpikeBuffer,
  takeCurrent,
  takeSpikes,
} from "./flow-buffer.ts";
import type { RunMemory, Stage } from "./stage.ts";

/** Spikes to be joined with others. */
export type JoinedSpikes = SummedInput & { readonly buffer: SpikeBuffer };

/** @param hasOwnWorth - whether the spikes differ in worth */
export function joinSpikes(
  kind: "add" | "concat",
  steps: number,
  { kernels, batch }: RunMemory,
  joined: readonly JoinedSpikes[],
  hasOwnWorth: boolean,
): Stage {
  const inputs = joined.map(({ buffer }) => buffer);
  const total = (of: (input: SpikeBuffer) => number): number =>
    inputs.reduce((sum, input) => sum + of(input), 0);
  const size = kind === "add" ? inputs[0].size : total((input) => input.size);
  const most = total((input) => input.mostPerStep);
  const multiplicities = inputs.map(({ multiplicity }) => multiplicity);
  const multiplicity =
    kind === "add" ? multiplicities.reduce((sum, many) => sum + many, 0) : Math.max(...multiplicities);
  const output = takeSpikes(kernels, batch * steps, { size, mostPerStep: most, multiplicity, hasOwnWorth });
  return {
    output,
    run({ images }) {
      let end = 0;
      for (let s = 0; s < images * steps; s++) {
        let before = 0;
        for (let n = 0; n < inputs.length; n++) {
          const { events, ends, size: width, values } = inputs[n];
          const { worth, gain = 1, gains } = joined[n];
          for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) {
            if (output.values) output.values[end] = (gains?.[events[k]] ?? gain) * (values?.[k] ?? worth);
            output.events[end++] = before + events[k];
          }
          if (kind === "concat") before += width;
        }
        output.ends[s] = end;
      }
    },
  };
}

/** Concatenation of held values, or of sums. */
export function joinValues(
  steps: number,
  { kernels, batch }: RunMemory,
  inputs: readonly Exclude<FlowBuffer, SpikeBuffer>[],
): Stage {
  const size = inputs.reduce((sum, input) => sum + input.size, 0);
  const isConstant = (input: FlowBuffer): boolean =>
    input.kind === "held" || (input.kind === "current" && input.isHeld);
  const isHeld = inputs.every(isConstant);
  const rows = isHeld ? 1 : steps;
  const output =
    inputs[0].kind === "held"
      ? ({ kind: "held", size, values: kernels.float32(batch * size) } satisfies HeldBuffer)
      : takeCurrent(kernels, batch * rows, size, paddedOutputs(size), isHeld);
  const stride = output.kind === "held" ? size : output.stride;
  return {
    output,
    run({ images }) {
      for (let row = 0; row < images * rows; row++) {
        let to = row * stride;
        for (const input of inputs) {
          const width = input.kind === "held" ? input.size : input.stride;
          const from = (isConstant(input) ? Math.floor(row / rows) : row) * width;
          output.values.set(input.values.subarray(from, from + input.size), to);
          to += input.size;
        }
      }
    },
  };
}
