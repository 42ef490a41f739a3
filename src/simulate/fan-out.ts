// How many synapses leave every input of a layer; connections into padding do not exist.

import type { Conv2dLayer, DenseLayer, Shape } from "../model/network.ts";
import { asImageShape, sizeOf } from "../model/shapes.ts";

/** Shape [inputs]. */
export function fanOutOf(layer: DenseLayer | Conv2dLayer, input: Shape, output: Shape): Int32Array {
  const fanOut = new Int32Array(sizeOf(input));
  if (layer.kind === "dense") return fanOut.fill(layer.units);
  const [channels, height, width] = asImageShape(input);
  const [outChannels, outHeight, outWidth] = asImageShape(output);
  const rows = reached(height, outHeight, layer, 0);
  const columns = reached(width, outWidth, layer, 1);
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) fanOut[i++] = (outChannels / layer.groups) * rows[y] * columns[x];
    }
  }
  return fanOut;
}

/** Outputs along one axis that each input along it reaches. */
function reached(inputs: number, outputs: number, layer: Conv2dLayer, axis: 0 | 1): Int32Array {
  const count = new Int32Array(inputs);
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < layer.kernel[axis]; k++) {
      const i = o * layer.stride[axis] + k * (layer.dilation?.[axis] ?? 1) - layer.padding[axis];
      if (i >= 0 && i < inputs) count[i]++;
    }
  }
  return count;
}
