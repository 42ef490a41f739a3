// Integer arithmetic hands sums on in float32, which holds whole numbers exactly up to 2²⁴. Whether a network
// stays below is known from its weights and from how often an input can stand in a step.

import { InvalidValueError } from "../base/errors.ts";
import type { SpikeCrowding } from "../coding/input-spikes.ts";
import { isLinear, type LinearLayer } from "../model/linear-layer.ts";
import { tensorOf } from "../model/model.ts";
import type { Layer } from "../model/network.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { mostSpikes } from "./most-spikes.ts";
import { known, type SimulationPlan } from "./simulation-plan.ts";

const mostExact = 2 ** 24;

/**
 * @param input - most spikes of a step of the input
 * @throws {InvalidValueError} naming the layer whose sums may become inexact
 */
export function requireExactSums(plan: SimulationPlan, input: SpikeCrowding): void {
  const { model, signals } = plan;
  if (model.inference?.arithmetic?.kind !== "integer") return;
  const { maps } = pixelMaps(model.preprocessing, model.network.inputShape);
  const mostHeld = Math.max(
    ...maps.map(({ scale, offset }) => Math.max(Math.abs(offset), Math.abs(255 * scale + offset))),
  );
  const most = mostSpikes(plan, input);
  const byLayer = new Map(model.network.layers.map((layer) => [layer.id, layer]));
  const bounds = new Map<string, number>();
  /** The most that an output of a layer can be, either side of 0. */
  const boundOf = (id: string): number => {
    const signal = known(signals, id);
    if (signal.kind === "held") return mostHeld;
    if (signal.kind !== "current") return most.get(id)?.multiplicity ?? 1;
    const layer = known(byLayer, id);
    const bound = bounds.get(id) ?? largestOutput(plan, layer, boundOf);
    bounds.set(id, bound);
    return bound;
  };
  for (const { id } of model.network.layers) {
    const largest = boundOf(id);
    if (known(signals, id).kind !== "current" || largest <= mostExact) continue;
    throw new InvalidValueError(
      `layer ${JSON.stringify(id)}`,
      `must have sums of at most ${mostExact} in integer arithmetic`,
      `weights that can sum up to ${largest}`,
      "Use fewer bits for weights or input, or a smaller layer.",
    );
  }
}

/** Of a layer that gives sums. */
function largestOutput(plan: SimulationPlan, layer: Layer, boundOf: (id: string) => number): number {
  const arriving = layer.inputs.map(({ from }) => boundOf(from));
  if (isLinear(layer)) return largestSum(plan, layer, arriving[0]);
  if (layer.kind === "add") return arriving.reduce((sum, bound) => sum + bound, 0);
  const area = layer.kind === "sumPool" ? layer.kernel[0] * layer.kernel[1] : 1;
  return Math.max(...arriving) * area;
}

function largestSum({ model, weights }: SimulationPlan, layer: LinearLayer, perInput: number): number {
  const codes = known(weights, layer.id);
  const bias = tensorOf(model, layer.id, "bias")?.data;
  const outputs = layer.kind === "dense" ? layer.units : layer.channels;
  const perOutput = codes.length / outputs;
  let largest = 0;
  for (let o = 0; o < outputs; o++) {
    let sum = 0;
    for (let k = o * perOutput; k < (o + 1) * perOutput; k++) sum += Math.abs(codes[k]);
    largest = Math.max(largest, sum * perInput + Math.abs(bias?.[o] ?? 0));
  }
  return largest;
}
