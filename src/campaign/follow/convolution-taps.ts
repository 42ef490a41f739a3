// Which outputs an input place of a convolution excites, through which tap of the kernel; channels aside.

import type { Conv2dLayer, Shape } from "../../model/network.ts";
import { asImageShape } from "../../model/shapes.ts";

export interface ConvolutionTaps {
  /** Taps of input position y · width + x stand from starts[·] to the next. Shape [positions + 1]. */
  readonly starts: Int32Array;
  /** Output positions. */
  readonly outputs: Int32Array;
  /** Kernel positions ky · kernelWidth + kx. */
  readonly taps: Int32Array;
}

export function convolutionTaps(layer: Conv2dLayer, input: Shape, output: Shape): ConvolutionTaps {
  const [, height, width] = asImageShape(input);
  const [, outHeight, outWidth] = asImageShape(output);
  const { kernel, stride, padding, dilation = [1, 1] } = layer;
  const lists: [number, number][][] = Array.from({ length: height * width }, () => []);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ky = 0; ky < kernel[0]; ky++) {
      const y = oy * stride[0] - padding[0] + ky * dilation[0];
      if (y < 0 || y >= height) continue;
      for (let ox = 0; ox < outWidth; ox++) {
        for (let kx = 0; kx < kernel[1]; kx++) {
          const x = ox * stride[1] - padding[1] + kx * dilation[1];
          if (x >= 0 && x < width) lists[y * width + x].push([oy * outWidth + ox, ky * kernel[1] + kx]);
        }
      }
    }
  }
  const starts = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => {
    starts[i + 1] = starts[i] + list.length;
  });
  const pairs = lists.flat();
  return {
    starts,
    outputs: Int32Array.from(pairs, ([o]) => o),
    taps: Int32Array.from(pairs, ([, tap]) => tap),
  };
}

/** One weight of a convolution, taken apart, and what it joins. */
export interface WeightPlace {
  readonly outChannel: number;
  readonly inChannel: number;
  readonly tap: number;
}

/** @param index - into the weight tensor */
export function weightPlace(layer: Conv2dLayer, inputChannels: number, index: number): WeightPlace {
  const taps = layer.kernel[0] * layer.kernel[1];
  const inGroup = inputChannels / layer.groups;
  const outChannel = Math.floor(index / (inGroup * taps));
  const group = Math.floor(outChannel / (layer.channels / layer.groups));
  const within = Math.floor(index / taps) % inGroup;
  return { outChannel, inChannel: group * inGroup + within, tap: index % taps };
}

/** Pairs of output and input position that a tap joins, flat: [output, input, output, …]. */
export function tapPairs(layer: Conv2dLayer, input: Shape, output: Shape): Int32Array[] {
  const { starts, outputs, taps } = convolutionTaps(layer, input, output);
  const lists: number[][] = Array.from({ length: layer.kernel[0] * layer.kernel[1] }, () => []);
  for (let position = 0; position + 1 < starts.length; position++) {
    for (let k = starts[position]; k < starts[position + 1]; k++) lists[taps[k]].push(outputs[k], position);
  }
  return lists.map((list) => Int32Array.from(list));
}
