// How pixels become the network's input: x = pixel · scale[c] + offset[c], by channel c.
//
// Networks for colour images are usually trained on (pixel/255 − mean[c])/std[c]; that is
// scale[c] = 1/(255 std[c]) and offset[c] = −mean[c]/std[c].

import { InvalidValueError } from "../base/errors.ts";
import type { Shape } from "./network.ts";
import { sizeOf } from "./shapes.ts";

/** Each one number, or one a channel (the input shape's first axis). Spike codes need x in [0, 1]. */
export interface Preprocessing {
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
}

/** x = pixel · scale + offset. */
export interface PixelMap {
  readonly scale: number;
  readonly offset: number;
}

export interface PixelMaps {
  /** One for the whole image, or one a channel. */
  readonly maps: readonly PixelMap[];
  /** Inputs that share a map: input i has map ⌊i/plane⌋. */
  readonly plane: number;
}

/**
 * The map of every channel; one for all where nothing differs by channel.
 *
 * @throws {InvalidValueError} for numbers that are not finite, or not one a channel
 */
export function pixelMaps({ scale, offset }: Preprocessing, inputShape: Shape): PixelMaps {
  const [channels] = inputShape;
  for (const [name, given] of Object.entries({ scale, offset })) {
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (Array.isArray(given) && values.length !== channels) {
      const rule = `must be one number or one for each of ${channels} channels`;
      throw new InvalidValueError(`preprocessing.${name}`, rule, `${values.length} numbers`);
    }
    if (!values.every(Number.isFinite)) {
      throw new InvalidValueError(`preprocessing.${name}`, "must be finite numbers", given);
    }
  }
  if (typeof scale === "number" && typeof offset === "number") {
    return { maps: [{ scale, offset }], plane: sizeOf(inputShape) };
  }
  const of = (given: number | readonly number[], c: number): number =>
    typeof given === "number" ? given : given[c];
  const maps = Array.from({ length: channels }, (_, c) => ({ scale: of(scale, c), offset: of(offset, c) }));
  return { maps, plane: sizeOf(inputShape) / channels };
}

/** The preprocessing of networks that were trained on (pixel/255 − mean)/std. */
export function normalisedBy(
  mean: readonly number[],
  std: readonly number[],
): { readonly scale: readonly number[]; readonly offset: readonly number[] } {
  const stray = std.findIndex((value) => !(value > 0));
  if (stray >= 0) throw new InvalidValueError(`std[${stray}]`, "must be above 0", std[stray]);
  if (mean.length !== std.length) {
    throw new InvalidValueError("std", `must be as long as mean (${mean.length})`, std.length);
  }
  return {
    scale: std.map((value) => 1 / (255 * value)),
    offset: mean.map((value, c) => (0 - value) / std[c]),
  };
}
