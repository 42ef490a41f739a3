// Layers of ttfs neurons: image by image, all neurons listen over their window, then fire in the next. Equation:
// neuron/step-ttfs.ts.

import { dynamicsOf } from "../neuron/dynamics.ts";
import { firesAtTtfs, type TtfsWindow } from "../neuron/step-ttfs.ts";
import { type CurrentBuffer, type PotentialBuffer, type SpikeBuffer, takeSpikes } from "./flow-buffer.ts";
import type { NeuronStageOptions } from "./neuron-stage.ts";
import type { RunMemory, Stage } from "./stage.ts";

const { fround } = Math;

export function ttfsStage(options: NeuronStageOptions, memory: RunMemory, input: CurrentBuffer): Stage {
  const { layer, steps, tally, observe } = options;
  const { kernels, batch } = memory;
  const { size, stride } = input;
  const { window, emitsPotential } = dynamicsOf(layer);
  if (window === null) throw new TypeError("only ttfs neurons have windows");
  const output: SpikeBuffer | PotentialBuffer = emitsPotential
    ? { kind: "potential", size, stride, values: kernels.float32(batch * steps * stride) }
    : takeSpikes(kernels, batch * steps, { size, mostPerStep: size, multiplicity: 1 });
  const potentials = new Float32Array(batch * size);
  const counts = new Int32Array(batch * size);
  return {
    output,
    run({ firstImage, images }) {
      counts.fill(0);
      let end = 0;
      for (let image = 0; image < images; image++) {
        const own = potentials.subarray(image * size, (image + 1) * size);
        listen(options, window, input, image, own, output);
        if (output.kind === "spikes") {
          end = fire(options, window, own, counts.subarray(image * size), output, image, end);
        }
      }
      tally.spikes += end;
      tally.neuronUpdates += size * images * window.windowSteps * (emitsPotential ? 1 : 2);
      const observed = { layer: layer.id, firstImage, images, neurons: size };
      const used = images * size;
      observe?.({ ...observed, counts: counts.slice(0, used), potentials: potentials.slice(0, used) });
    },
  };
}

/** An image's listening window. @param own - output: its potentials */
function listen(
  { values, steps, tally, boundsPotentials }: NeuronStageOptions,
  { startStep, windowSteps }: TtfsWindow,
  input: CurrentBuffer,
  image: number,
  own: Float32Array,
  output: SpikeBuffer | PotentialBuffer,
): void {
  const { size, stride } = input;
  const sums = new Float32Array(size);
  own.set(values.initialPotential.values);
  let low = tally.potentialLow;
  let high = tally.potentialHigh;
  for (let step = 0; step < steps; step++) {
    const row = input.isHeld ? image : image * steps + step;
    const listens = step >= startStep && step < startStep + windowSteps;
    for (let i = 0, from = row * stride; i < size && listens; i++, from++) {
      sums[i] += input.values[from];
      const v = fround(own[i] + sums[i]);
      own[i] = v;
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (output.kind === "potential") output.values.set(own, (image * steps + step) * stride);
  }
  if (!boundsPotentials) return;
  tally.potentialLow = low;
  tally.potentialHigh = high;
}

/** An image's spikes. @returns where they end */
function fire(
  { values, steps, tally }: NeuronStageOptions,
  { startStep, windowSteps }: TtfsWindow,
  potentials: Float32Array,
  counts: Int32Array,
  { events, ends }: SpikeBuffer,
  image: number,
  start: number,
): number {
  const thresholds = values.threshold.values;
  const first = startStep + windowSteps;
  let end = start;
  for (let step = 0; step < steps; step++) {
    const f = step - first;
    for (let i = 0; i < potentials.length && f >= 0 && f < windowSteps; i++) {
      if (counts[i] > 0 || !firesAtTtfs(potentials[i], thresholds[i], windowSteps, f)) continue;
      counts[i] = windowSteps - f;
      events[end++] = i;
      tally.everFired[i] = 1;
      if (f === 0) tally.everSaturated[i] = 1;
    }
    ends[image * steps + step] = end;
  }
  return end;
}
