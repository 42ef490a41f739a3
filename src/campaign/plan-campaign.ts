// Which trials a campaign runs, in which order, all of it fixed before the first one.
//
// Single faults: a population, and the order in which its faults are run; the first n of a random sample are a
// sample of n, so a campaign can stop at a look. A stratified sample goes from look to look: what each part
// gives up to the first look, then what it gives more up to the second. Draws: trial k is the k-th draw of a
// fault model. How many trials are run at once changes nothing, so batches are the runner's business.

import { InvalidValueError } from "../base/errors.ts";
import type { StreamKey } from "../base/random.ts";
import type { Dose } from "../fault/dose.ts";
import { enumerateFaults, type FaultPopulation, type PopulationChoice } from "../fault/enumerate.ts";
import type { FaultModel } from "../fault/fault-model.ts";
import { type FaultSites, faultSites } from "../fault/fault-sites.ts";
import { faults } from "../fault/faults.ts";
import { sampleIndices } from "../fault/sample-indices.ts";
import { sampleStrata } from "../fault/sample-strata.ts";
import type { Model } from "../model/model.ts";
import { sampleSize } from "../statistics/sample-size.ts";
import { stoppingRule } from "../statistics/stopping-rule.ts";
import type { CampaignPlan } from "./campaign-plan.ts";
import { bitsOf, type CampaignSettings, layersOf, modelSettingsOf, targetsOf } from "./campaign-settings.ts";
import { graphOf } from "./measure-faults.ts";
import { planJitter } from "./plan-jitter.ts";

/** Outcomes of more trials would not fit memory. */
const mostTrials = 10_000_000;
const usualDraws = 20;

/**
 * @param model - validated ANN or SNN
 * @throws {InvalidValueError} for sites, bits, counts and settings the network or the fault model has not
 */
export function planCampaign(model: Model, settings: CampaignSettings, seed: number): CampaignPlan {
  requireMeaning(settings);
  const key = { seed, trial: -1, purpose: "campaign", index: 0 };
  if (settings.faultModel === "single") return planSingles(model, settings, key);
  return settings.faultModel === "spike-jitter"
    ? planJitter(model, settings, key)
    : planDraws(model, settings, key);
}

/** A setting that would be passed over in silence is not what its writer meant. */
function requireMeaning({ faultModel, sampling, stop, count, bits }: CampaignSettings): void {
  const refuse = (name: string, rule: string, got: unknown): never => {
    throw new InvalidValueError(name, `must not be given for ${rule}`, got, "Leave one of them out.");
  };
  if (faultModel !== "single") {
    if (bits !== "") refuse("bits", `draws of ${faultModel}`, bits);
    if (stop) refuse("stop", `draws of ${faultModel}`, stop);
  } else if (sampling === "exhaustive") {
    if (stop) refuse("stop", "an exhaustive campaign", stop);
    if (count > 0) refuse("count", "an exhaustive campaign", count);
  }
}

function planSingles(model: Model, settings: CampaignSettings, key: StreamKey): CampaignPlan {
  const choice = populationChoice(model, settings);
  const population = enumerateFaults(choice);
  const { margin, confidence, sampling } = settings;
  const { size } = population;
  if (sampling === "exhaustive") {
    requireTrials("faults", size, "Sample them, or choose fewer targets, layers or bits.");
    return { population, trials: size, order: null, rule: null, part: partOf(choice, null) };
  }
  if (settings.count > size)
    throw new InvalidValueError("count", `must be from 1 to ${size}, the faults there are`, settings.count);
  const rule = settings.stop ? stoppingRule({ population: size, margin, confidence }) : null;
  const count =
    settings.count || (rule?.looks.at(-1) ?? sampleSize({ population: size, margin, confidence }));
  requireTrials("count", count, "Ask for a wider margin.");
  const looks = rule === null ? [count] : [...rule.looks.filter((look) => look < count), count];
  const { order, ends } =
    sampling === "random"
      ? { order: sampleIndices(size, count, key), ends: looks }
      : stratifiedOrder(population, settings, looks, key);
  return {
    population,
    trials: order.length,
    order,
    rule: rule === null ? null : { ...rule, looks: ends },
    part: partOf(choice, order),
  };
}

function populationChoice(model: Model, settings: CampaignSettings): PopulationChoice {
  const bits = bitsOf(settings);
  const steps = stepsOf(model, settings);
  return {
    sites: sitesOf(model, settings),
    change: settings.change,
    ...(bits === undefined ? {} : { bits }),
    ...(steps === undefined ? {} : { steps }),
  };
}

function sitesOf(model: Model, settings: CampaignSettings, known = targetsOf(settings)): FaultSites[] {
  const layers = layersOf(settings);
  const sites = faultSites(model, { targets: known ?? [], ...(layers === undefined ? {} : { layers }) });
  requireRunnable(model, settings, sites);
  return sites;
}

/** What no engine of this network could run is told before anything is. */
function requireRunnable(
  model: Model,
  { persistence }: CampaignSettings,
  sites: readonly FaultSites[],
): void {
  const targets = [...new Set(sites.map(({ target }) => target))];
  if (model.kind === "ann") {
    const other = targets.find((target) => target !== "weight");
    if (other === undefined) return;
    throw new InvalidValueError("targets", "must be weight for an ANN", other, "Convert it to strike more.");
  }
  const graph = graphOf(model);
  if (!(graph instanceof Error)) return;
  const passing = targets.find(
    (target) => target === "potential" || target === "spike" || target === "input",
  );
  if (passing === undefined && persistence === "permanent") return;
  const [where, rule] = passing
    ? ["targets", "weight, bias, threshold or leak"]
    : ["persistence", "permanent"];
  throw new InvalidValueError(
    where,
    `must be ${rule} in this network`,
    passing ?? persistence,
    `Others need differences that can be followed: ${graph.message}`,
  );
}

/** undefined for permanent faults. */
function stepsOf({ inference }: Model, { persistence }: CampaignSettings): number | undefined {
  if (persistence === "permanent") return undefined;
  if (inference !== null) return inference.steps;
  throw new InvalidValueError(
    "persistence",
    "must be permanent for an ANN, which has no steps",
    persistence,
    "Convert it, or leave the option out.",
  );
}

function partOf(population: PopulationChoice, order: Float64Array | null): CampaignPlan["part"] {
  return (from, to) => ({
    kind: "singles",
    population,
    indices: order?.slice(from, to) ?? Float64Array.from({ length: to - from }, (_, k) => from + k),
  });
}

/** Parts grow from look to look and never shrink, so that each look's sample holds the one before. */
function stratifiedOrder(
  population: FaultPopulation,
  { stratifyBy: by, allocation }: CampaignSettings,
  looks: readonly number[],
  key: StreamKey,
): { readonly order: Float64Array; readonly ends: readonly number[] } {
  const order: number[] = [];
  const taken: number[] = [];
  const ends = looks.map((count) => {
    for (const [h, { indices }] of sampleStrata(population, { by, allocation, count, key }).entries()) {
      const before = taken[h] ?? 0;
      for (const index of indices.subarray(before)) order.push(index);
      taken[h] = Math.max(before, indices.length);
    }
    return order.length;
  });
  return { order: Float64Array.from(order), ends };
}

function planDraws(model: Model, settings: CampaignSettings, key: StreamKey): CampaignPlan {
  const fault = faults[settings.faultModel as keyof typeof faults];
  const known = targetsOf(settings) ?? heldTargets(model, settings, fault.targets);
  const dose: Dose =
    settings.faultsPerDraw > 0
      ? { kind: "count", count: settings.faultsPerDraw }
      : { kind: "rate", rate: settings.rate };
  stepsOf(model, settings);
  const request = {
    model,
    sites: sitesOf(model, settings, known),
    dose,
    persistence: { kind: persistenceOf(settings, fault) },
    settings: modelSettingsOf(settings),
  } as const;
  const draw = (index: number) => fault.draw(request, { ...key, purpose: "campaign-draw", index });
  // What the model refuses is told before anything runs.
  draw(0);
  return {
    population: null,
    trials: settings.count || usualDraws,
    order: null,
    rule: null,
    part: (from, to) => ({
      kind: "lists",
      lists: Array.from({ length: to - from }, (_, k) => draw(from + k)),
    }),
  };
}

function persistenceOf({ persistence }: CampaignSettings, { name, persistences }: FaultModel) {
  if (persistences.includes(persistence)) return persistence;
  const possible = ["permanent", "transient"].filter((kind) => persistences.includes(kind as "permanent"));
  throw new InvalidValueError("persistence", `must be ${possible.join(" or ")} for ${name}`, persistence);
}

/** Targets of a fault model that the network, or its chosen layers, hold. */
function heldTargets(
  model: Model,
  settings: CampaignSettings,
  targets: readonly FaultSites["target"][],
): readonly FaultSites["target"][] {
  const held = targets.filter((target) => {
    try {
      return sitesOf(model, { ...settings, layers: "" }, [target]).some(
        ({ layer }) => layersOf(settings)?.includes(layer) ?? true,
      );
    } catch (error) {
      if (error instanceof InvalidValueError) return false;
      throw error;
    }
  });
  // With none held the full list is refused with what there is.
  return held.length === 0 ? targets : held;
}

function requireTrials(where: string, count: number, hint: string): void {
  if (count > mostTrials) throw new InvalidValueError(where, `must be at most ${mostTrials}`, count, hint);
}
