// Who hears an event: the targets of every source in a layer, each with the place of its weight.

import { type EventLayer, type EventShape, neuronsOf } from "./event-network.ts";

/** Called for every target of a source; `weight` is an index into the layer's weights (0 for pools). */
export type VisitTarget = (target: number, weight: number) => void;

/** Visit a source's targets, in ascending order of channel, row, column. */
export type Wiring = (source: number, visit: VisitTarget) => void;

/**
 * @param input - shape of what enters the layer
 * @param output - shape of the layer's neurons
 */
export function wiringOf(layer: EventLayer, input: EventShape, output: EventShape): Wiring {
  if (layer.kind === "dense") {
    const inputs = neuronsOf(input);
    return (source, visit) => {
      for (let i = 0; i < layer.units; i++) visit(i, i * inputs + source);
    };
  }
  const [inputChannels, height, width] = input;
  const [outputChannels, outputHeight, outputWidth] = output;
  const { kernel, stride } = layer;
  const [top, left] = layer.kind === "conv2d" ? layer.padding : [0, 0];
  return (source, visit) => {
    const x = (source % width) + left;
    const y = (Math.floor(source / width) % height) + top;
    const channel = Math.floor(source / (width * height));
    // A pool's window stays within its channel; a convolution's filters hear all of them.
    const [from, to] = layer.kind === "pool" ? [channel, channel + 1] : [0, outputChannels];
    for (let o = from; o < to; o++) {
      for (
        let row = firstWindow(y, kernel[0], stride[0]);
        row * stride[0] <= y && row < outputHeight;
        row++
      ) {
        for (
          let column = firstWindow(x, kernel[1], stride[1]);
          column * stride[1] <= x && column < outputWidth;
          column++
        ) {
          const tap = (y - row * stride[0]) * kernel[1] + x - column * stride[1];
          const weight =
            layer.kind === "pool" ? 0 : (o * inputChannels + channel) * kernel[0] * kernel[1] + tap;
          visit((o * outputHeight + row) * outputWidth + column, weight);
        }
      }
    }
  };
}

/** The first window that reaches a place: window n covers [n stride, n stride + kernel). */
function firstWindow(place: number, kernel: number, stride: number): number {
  return Math.max(0, Math.ceil((place - kernel + 1) / stride));
}
