// A network with what the reader moved: thresholds, steps and leak first, then the faults on top.
//
// Bits flip as `inject` flips them: the same seed, purpose and rate give the same mask. A neuron that must never
// fire gets the highest threshold there is, which no potential reaches; what it is told still costs energy.

import { InvalidValueError } from "../../base/errors.ts";
import { faultSites } from "../../fault/fault-sites.ts";
import { faults } from "../../fault/faults.ts";
import { drawFlips, flippedWeights } from "../../fault/weight-bit-flip.ts";
import { type Model, type Tensor, tensorOf } from "../../model/model.ts";
import type { Layer, NeuronLayer } from "../../model/network.ts";
import { inferShapes, sizeOf } from "../../model/shapes.ts";
import { validateModel } from "../../model/validate-model.ts";
import { checkValue } from "../../space/resolve.ts";
import { withChosenBits } from "./chosen-bits.ts";
import { type PlaySettings, playFields } from "./play-settings.ts";

export interface AlteredModel {
  readonly model: Model;
  readonly flippedBits: number;
  /** By layer, ascending. */
  readonly dead: Readonly<Record<string, readonly number[]>>;
}

/** Of the random draws; `inject` has the same. */
const seed = 0;
const outsideTrials = -1;
const highest = 3.4028234663852886e38;

/** @throws {InvalidValueError} when the network cannot be what is asked for */
export function alteredModel(model: Model, settings: PlaySettings): AlteredModel {
  for (const name of Object.keys(playFields) as (keyof typeof playFields)[]) {
    const value = settings[name];
    if (value !== null) checkValue(name, playFields[name], value);
  }
  const tuned = withTuning(model, settings);
  validateModel(tuned);
  const dead = deadNeurons(tuned, settings);
  const key = {
    seed,
    trial: outsideTrials,
    purpose: `fault-inject ${settings.bitErrorRate}`,
    index: settings.flipSeed,
  };
  const drawn = drawFlips(tuned, { bitErrorRate: settings.bitErrorRate, key });
  const mask = withChosenBits(tuned, drawn, settings.flipped);
  const tensors: Record<string, Tensor> = { ...tuned.tensors };
  for (const [layer, data] of Object.entries(flippedWeights(tuned, mask)))
    tensors[`${layer}.weight`] = { ...tensors[`${layer}.weight`], data };
  for (const [layer, neurons] of Object.entries(dead))
    tensors[`${layer}.threshold`] = silenced(tuned, layer, neurons);
  return { model: { ...tuned, tensors }, flippedBits: mask.flippedBits, dead };
}

export function isSpiking(layer: Layer): layer is NeuronLayer {
  return layer.kind === "neuron" && layer.emits !== "potential";
}

/** Why the leak of this network cannot be moved; "": it can. */
export function leakProblem({ network }: Model): string {
  const others = network.layers.filter(
    (layer) =>
      isSpiking(layer) &&
      !(["if", "lif"].includes(layer.model) && (layer.semantics ?? "spikefront") === "spikefront"),
  );
  return others.length === 0
    ? ""
    : `the neurons of ${others.map(({ id }) => id).join(", ")} have none of this kind`;
}

function withTuning(model: Model, { steps, thresholdFactor, leak }: PlaySettings): Model {
  const { network, inference } = model;
  if (inference === null) throw new InvalidValueError("network", "must be a spiking one", "an ANN");
  if (leak !== null && leakProblem(model) !== "")
    throw new InvalidValueError("leak", `must be left as it is: ${leakProblem(model)}`, leak);
  const tensors: Record<string, Tensor> = { ...model.tensors };
  const isInteger = inference.arithmetic?.kind === "integer";
  const layers = network.layers.map((layer): Layer => {
    if (!isSpiking(layer)) return layer;
    const name = `${layer.id}.threshold`;
    const { shape, data } = tensors[name];
    if (thresholdFactor !== 1) {
      const scaled = (value: number): number =>
        isInteger ? Math.max(1, Math.round(value * thresholdFactor)) : value * thresholdFactor;
      tensors[name] = { shape, data: Float32Array.from(data, scaled) };
    }
    if (leak === null) return layer;
    if (leak < 1 || layer.model === "lif") {
      tensors[`${layer.id}.leak`] = { shape: [1], data: Float32Array.of(leak) };
      return { ...layer, model: "lif" };
    }
    return layer;
  });
  return { ...model, network: { ...network, layers }, tensors, inference: { ...inference, steps } };
}

/** @throws {InvalidValueError} for a neuron the network has not */
function deadNeurons(
  model: Model,
  { deadShare, deadSeed, killed }: PlaySettings,
): Readonly<Record<string, readonly number[]>> {
  const dead = new Map<string, Set<number>>();
  const kill = (layer: string, element: number): void => {
    dead.set(layer, (dead.get(layer) ?? new Set()).add(element));
  };
  const sites = faultSites(model, { targets: ["spike"] });
  if (deadShare > 0) {
    const drawn = faults["dead-neuron"].draw(
      { model, sites, dose: { kind: "density", density: deadShare }, persistence: { kind: "permanent" } },
      { seed, trial: outsideTrials, purpose: "playground", index: deadSeed },
    );
    for (const { layer, element } of drawn) kill(layer, element);
  }
  for (const [layer, neurons] of Object.entries(killed)) {
    const elements = sites.find((own) => own.layer === layer)?.elements ?? 0;
    for (const neuron of neurons) {
      if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < elements)) {
        const rule = elements === 0 ? "must be a spiking layer" : `must be from 0 to ${elements - 1}`;
        throw new InvalidValueError(`neuron of ${layer}`, rule, neuron);
      }
      kill(layer, neuron);
    }
  }
  if (dead.size > 0 && model.inference?.warmUp?.rule === "offset")
    throw new InvalidValueError(
      "neurons",
      "must all live in a network whose warm-up moves their potentials",
      "dead ones",
    );
  return Object.fromEntries([...dead].map(([layer, own]) => [layer, [...own].sort((a, b) => a - b)]));
}

/** Thresholds, one a neuron, out of reach for some. */
function silenced(model: Model, layer: string, neurons: readonly number[]): Tensor {
  const size = sizeOf(inferShapes(model.network).get(layer) ?? []);
  const stored = tensorOf(model, layer, "threshold")?.data ?? Float32Array.of(highest);
  const run = size / stored.length;
  const data = Float32Array.from({ length: size }, (_, i) => stored[Math.floor(i / run)]);
  for (const neuron of neurons) data[neuron] = highest;
  return { shape: [size], data };
}
