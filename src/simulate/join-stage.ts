// Layers that only bring spike lists together: add appends them, concat moves indices up as well.

import { type SpikeBuffer, takeSpikes } from "./flow-buffer.ts";
import type { RunMemory, Stage } from "./stage.ts";

export function joinStage(
  kind: "add" | "concat",
  steps: number,
  { kernels, batch }: RunMemory,
  inputs: readonly SpikeBuffer[],
): Stage {
  const total = (of: (input: SpikeBuffer) => number): number =>
    inputs.reduce((sum, input) => sum + of(input), 0);
  const size = kind === "add" ? inputs[0].size : total((input) => input.size);
  const output = takeSpikes(
    kernels,
    batch * steps,
    size,
    total((input) => input.mostPerStep),
  );
  return {
    output,
    run({ images }) {
      let end = 0;
      for (let s = 0; s < images * steps; s++) {
        let before = 0;
        for (const { events, ends, size: width } of inputs) {
          for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) output.events[end++] = before + events[k];
          if (kind === "concat") before += width;
        }
        output.ends[s] = end;
      }
    },
  };
}
