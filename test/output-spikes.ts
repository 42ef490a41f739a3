// The spikes of a network's output, step by step, of one set of input spikes.

import type { InputSpikes } from "../src/coding/input-spikes.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Model } from "../src/model/model.ts";
import { createSimulator } from "../src/simulate/simulator.ts";

/** @returns how often every output fires, shape [steps][outputs], of the first sample */
export function outputSpikes(
  kernels: Kernels,
  model: Model,
  spikes: InputSpikes,
): readonly (readonly number[])[] {
  let rows: number[][] = [];
  createSimulator(kernels, model).run({
    pixels: new Uint8Array(0),
    spikes,
    labels: new Uint8Array(spikes.samples),
    firstImage: 0,
    count: 1,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
    trace({ flows }) {
      const flow = flows.get(model.network.output);
      if (flow?.kind !== "spikes") throw new Error("the output does not fire");
      rows = Array.from({ length: spikes.steps }, (_, step) => {
        const row = new Array<number>(model.classes.length).fill(0);
        for (let e = step === 0 ? 0 : flow.ends[step - 1]; e < flow.ends[step]; e++) row[flow.events[e]]++;
        return row;
      });
    },
  });
  return rows;
}
