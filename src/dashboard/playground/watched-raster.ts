// The spikes of a watched image as the raster of every page draws them.

import type { RasterFigure } from "../raster-chart.ts";
import type { WatchedImage } from "./watched-image.ts";

/** Rows of a layer, at most; of larger ones every n-th neuron has a row. */
const mostRows = 160;

/** @param dead - neurons that never fire, by layer */
export function watchedRaster(
  { layers, steps, unseen }: WatchedImage,
  dead: Readonly<Record<string, readonly number[]>>,
  step: number,
): RasterFigure {
  return {
    steps,
    step,
    about: `Press a row to kill its neuron or to bring it back; crosses mark the dead.${
      unseen.length === 0 ? "" : ` Not seen, as they feed back: ${unseen.join(", ")}.`
    }`,
    layers: layers.map(({ layer, neurons, events, ends }) => {
      const stride = rasterStride(neurons);
      const placesOf = (some: ArrayLike<number>): readonly number[] =>
        Array.from(some)
          .filter((neuron) => neuron % stride === 0)
          .map((neuron) => neuron / stride);
      return {
        layer,
        neurons,
        stride,
        spikes: events.length,
        events: Array.from(ends, (end, t) => placesOf(events.subarray(t === 0 ? 0 : ends[t - 1], end))),
        dead: placesOf(dead[layer] ?? []),
      };
    }),
  };
}

/** Of a layer of so many neurons. */
export function rasterStride(neurons: number): number {
  return Math.ceil(neurons / mostRows);
}
