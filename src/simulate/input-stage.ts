// The network's input as spikes or held values.

import { heldValues } from "../coding/constant.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { imageSeed } from "../coding/spike-draw.ts";
import { createSpikeEncoder } from "../coding/spike-encoder.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";
import { type HeldBuffer, takeSpikes } from "./flow-buffer.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { RunMemory, Stage } from "./stage.ts";

export function inputStage(
  { network, preprocessing, inference }: Model,
  { kernels, batch }: RunMemory,
  request: SimulationRequest,
): Stage {
  const size = sizeOf(network.inputShape);
  const { pixels } = request;
  if (inference === null || inference.coding === "constant") {
    const table = heldValues(preprocessing);
    const output: HeldBuffer = { kind: "held", size, values: kernels.float32(batch * size) };
    return {
      output,
      run({ firstImage, images }) {
        const first = firstImage * size;
        for (let i = 0; i < images * size; i++) output.values[i] = table[pixels[first + i]];
      },
    };
  }
  const { steps, coding } = inference;
  const code = spikeCodes[coding];
  const encode = createSpikeEncoder(code, { steps, ...preprocessing });
  const output = takeSpikes(kernels, batch * steps, size, size);
  return {
    output,
    run({ firstImage, images }) {
      let end = 0;
      for (let b = 0; b < images; b++) {
        const image = firstImage + b;
        const seed = code.isRandom ? imageSeed(request, image) : 0;
        end = encode({ pixels, start: image * size, count: size, seed }, output, b * steps, end);
      }
    },
  };
}
