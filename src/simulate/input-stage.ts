// The network's input as spikes or held values.

import { heldValues } from "../coding/constant.ts";
import type { SpikeCrowding } from "../coding/input-spikes.ts";
import type { SpikeCode } from "../coding/spike-code.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { imageSeed } from "../coding/spike-draw.ts";
import { createSpikeEncoder } from "../coding/spike-encoder.ts";
import type { Model } from "../model/model.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { sizeOf } from "../model/shapes.ts";
import { type HeldBuffer, takeSpikes } from "./flow-buffer.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { RunMemory, Stage } from "./stage.ts";

export function inputStage(
  { network, preprocessing, inference }: Model,
  { kernels, batch }: RunMemory,
  request: SimulationRequest,
  most: SpikeCrowding,
): Stage {
  const size = sizeOf(network.inputShape);
  const { pixels } = request;
  const { maps, plane } = pixelMaps(preprocessing, network.inputShape);
  if (inference === null || inference.coding === "constant") {
    const tables = maps.map(heldValues);
    const output: HeldBuffer = { kind: "held", size, values: kernels.float32(batch * size) };
    return {
      output,
      run({ firstImage, images }) {
        const first = firstImage * size;
        for (let start = 0, c = 0; start < images * size; start += plane, c++) {
          const table = tables[c % tables.length];
          for (let i = start; i < start + plane; i++) output.values[i] = table[pixels[first + i]];
        }
      },
    };
  }
  const { steps, coding, inputSteps = steps } = inference;
  if (coding === "events") return eventStage(request, steps, size, { kernels, batch }, most);
  const code: SpikeCode = spikeCodes[coding];
  const { worth } = code;
  const encode = createSpikeEncoder(code, { steps: inputSteps, maps, plane });
  const output = takeSpikes(kernels, batch * steps, {
    size,
    mostPerStep: size,
    multiplicity: 1,
    hasOwnWorth: worth !== undefined,
  });
  return {
    output,
    run({ firstImage, images }) {
      let end = 0;
      for (let b = 0; b < images; b++) {
        const image = firstImage + b;
        const seed = code.isRandom ? imageSeed(request, image) : 0;
        end = encode({ pixels, start: image * size, count: size, seed }, output, b * steps, end);
        output.ends.fill(end, b * steps + inputSteps, (b + 1) * steps);
      }
      if (worth === undefined) return;
      for (let s = 0, at = 0; s < images * steps; at = output.ends[s++]) {
        output.values?.fill(worth((s % steps) + 1), at, output.ends[s]);
      }
    },
  };
}

/** Spikes that are given: copied, a piece at a time. */
function eventStage(
  { spikes }: SimulationRequest,
  steps: number,
  size: number,
  { kernels, batch }: RunMemory,
  most: SpikeCrowding,
): Stage {
  if (spikes === undefined) throw new TypeError("no spikes");
  const { events, ends } = spikes;
  const output = takeSpikes(kernels, batch * steps, { size, ...most });
  return {
    output,
    run({ firstImage, images }) {
      const first = firstImage * steps;
      const start = first === 0 ? 0 : ends[first - 1];
      output.events.set(events.subarray(start, ends[first + images * steps - 1]));
      for (let s = 0; s < images * steps; s++) output.ends[s] = ends[first + s] - start;
    },
  };
}
