// Neuron layers: currents become spikes.

import { neuronSteps } from "../kernels/neuron-steps.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import { type CurrentBuffer, takeSpikes } from "./flow-buffer.ts";
import type { LayerTally } from "./layer-tally.ts";
import type { RunMemory, Stage } from "./stage.ts";

export function neuronStage(
  {
    model,
    layer,
    steps,
    tally,
  }: {
    readonly model: Model;
    readonly layer: NeuronLayer;
    readonly steps: number;
    readonly tally: LayerTally;
  },
  { kernels, batch }: RunMemory,
  input: CurrentBuffer,
): Stage {
  const { size, stride } = input;
  const parameter = (name: string): ArrayLike<number> => tensorOf(model, layer.id, name)?.data ?? [];
  const thresholds = kernels.float32(stride);
  const given = parameter("threshold");
  for (let i = 0; i < size; i++) thresholds[i] = given[given.length === 1 ? 0 : i];
  const initial = kernels
    .float32(stride)
    .fill(Number.NaN)
    .fill(parameter("initialPotential")[0] ?? 0, 0, size);
  const leak = layer.model === "lif" ? (parameter("leak")[0] ?? 1) : 1;
  const mostSpikes = kernels.int32(stride);
  const bounds = kernels.float32(8).fill(Number.POSITIVE_INFINITY, 0, 4).fill(Number.NEGATIVE_INFINITY, 4);
  const output = takeSpikes(kernels, batch * steps, size, stride);
  return {
    output,
    run({ images }) {
      tally.spikes += neuronSteps(kernels, {
        current: input.values,
        isHeld: input.isHeld,
        images,
        steps,
        neurons: stride,
        initial,
        thresholds,
        leak,
        reset: layer.reset,
        events: output.events,
        ends: output.ends,
        mostSpikes,
        bounds,
      });
      tally.neuronUpdates += size * steps * images;
    },
    finish() {
      for (let i = 0; i < size; i++) {
        tally.everFired[i] = Number(mostSpikes[i] > 0);
        tally.everSaturated[i] = Number(mostSpikes[i] === steps);
      }
      tally.potentialLow = Math.min(...bounds.subarray(0, 4));
      tally.potentialHigh = Math.max(...bounds.subarray(4));
    },
  };
}
