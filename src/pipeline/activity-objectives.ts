// How much a spiking network fires: what it costs on hardware that is paid by the spike.

import { InvalidValueError } from "../base/errors.ts";
import type { Evaluation, Interval, LayerActivity } from "./evaluation.ts";
import type { Objective } from "./objective.ts";

/** Spikes of an inference, of all neurons. */
export const spikesObjective: Objective = {
  name: "spikes",
  about: "spikes of one inference",
  unit: "spikes",
  direction: "minimize",
  scale: "log",
  margin: 10,
  needs: "spikes",
  score: (evaluation) => {
    const fired = layersOf("spikes", evaluation).reduce((sum, { spikes }) => sum + spikes, 0);
    return counted(fired / evaluation.images);
  },
};

/** Spikes a neuron and step, over all neurons but those that are read, where the evaluation names them. */
export const firingRateObjective: Objective = {
  name: "firingRate",
  about: "spikes a hidden neuron and step",
  unit: "1",
  direction: "minimize",
  scale: "linear",
  margin: 0.1,
  needs: "spikes",
  score: (evaluation) => {
    const hidden = layersOf("firingRate", evaluation).filter(({ layer }) => layer !== evaluation.output);
    const total = (of: (layer: LayerActivity) => number): number =>
      hidden.reduce((sum, layer) => sum + of(layer), 0);
    const { counts, images } = evaluation;
    const chances = total(({ neurons }) => neurons) * counts.steps * images;
    return counted(chances === 0 ? 0 : total(({ spikes }) => spikes) / chances);
  },
};

function layersOf(objective: string, { kind, activity }: Evaluation): readonly LayerActivity[] {
  if (kind === "snn") return activity;
  throw new InvalidValueError(`objective ${objective}`, "must be asked of a spiking network", "an ANN");
}

function counted(value: number): Interval {
  return { value, low: value, high: value, confidence: 0.95, method: "counted on these images" };
}
