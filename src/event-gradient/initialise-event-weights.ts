// Starting weights of event networks. Every layer has a stream of its own, so that changing one changes no other's.

import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { type EventNetwork, eventWeightShapes, neuronsOf } from "./event-network.ts";
import { normal } from "./labelled-trains.ts";

/** Uniform in [a, b), or normal of mean a and standard deviation b. */
export interface StartingWeights {
  readonly kind: "uniform" | "normal";
  readonly a: number;
  readonly b: number;
}

/**
 * @param starts - one for all layers, or one for every layer that has weights, in order
 * @returns one array a layer, empty for pools; shapes as `eventWeightShapes`
 * @throws {InvalidValueError} for another number of them, or values that are not finite
 */
export function initialiseEventWeights(
  network: EventNetwork,
  seed: number,
  starts: readonly StartingWeights[],
): Float32Array[] {
  const withWeights = network.layers.filter(({ kind }) => kind !== "pool");
  if (starts.length !== 1 && starts.length !== withWeights.length) {
    throw new InvalidValueError("starting weights", `must be 1 or ${withWeights.length}`, starts.length);
  }
  for (const start of starts) {
    if (Number.isFinite(start.a) && Number.isFinite(start.b)) continue;
    throw new InvalidValueError("starting weights", "must be of finite numbers", start);
  }
  const shapes = eventWeightShapes(network);
  return network.layers.map((layer, l) => {
    if (layer.kind === "pool") return new Float32Array(0);
    const { kind, a, b } = starts.length === 1 ? starts[0] : starts[withWeights.indexOf(layer)];
    const random = new Random({ seed, trial: -1, purpose: `initialise ${layer.id}`, index: 0 });
    const draw = kind === "uniform" ? () => a + (b - a) * random.uniform() : () => a + b * normal(random);
    return Float32Array.from({ length: neuronsOf(shapes[l]) }, draw);
  });
}
