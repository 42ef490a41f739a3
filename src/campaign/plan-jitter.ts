// Draws of spike jitter: in each, every spike of the chosen layers arrives some steps too early or too late.

import { InvalidValueError } from "../base/errors.ts";
import type { StreamKey } from "../base/random.ts";
import { checkJitter } from "../fault/spike-jitter.ts";
import type { Model } from "../model/model.ts";
import type { CampaignPlan } from "./campaign-plan.ts";
import { type CampaignSettings, layersOf, modelSettingsOf } from "./campaign-settings.ts";
import { graphOf } from "./measure-faults.ts";

const usualDraws = 20;

/**
 * @param settings - `layers` of spikes, else all; the deviation as `modelSettings`
 * @throws {InvalidValueError} for a network without spikes to move, other layers, and other settings
 */
export function planJitter(model: Model, settings: CampaignSettings, key: StreamKey): CampaignPlan {
  const graph = graphOf(model);
  if (graph instanceof Error) throw graph;
  const spiking = graph.trains.filter(({ kind }) => kind !== "maxPool").map(({ id }) => id);
  const { deviationSteps = 1, ...others } = modelSettingsOf(settings);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new InvalidValueError("modelSettings", "must hold deviationSteps only", other);
  const draw = (trial: number) =>
    (layersOf(settings) ?? spiking).map((layer) => ({
      layer,
      deviationSteps: deviationSteps as number,
      key: { seed: key.seed, trial, purpose: `campaign-jitter/${layer}` },
    }));
  for (const jitter of draw(0)) checkJitter(jitter, spiking);
  return {
    population: null,
    trials: settings.count || usualDraws,
    order: null,
    rule: null,
    part: (from, to) => ({
      kind: "jitters",
      jitters: Array.from({ length: to - from }, (_, k) => draw(from + k)),
    }),
  };
}
