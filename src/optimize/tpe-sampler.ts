// Tree-structured Parzen estimators (Bergstra et al. 2011; several objectives: Ozaki et al. 2022) by the
// rules of Optuna 5: trials are split into good and bad (tpe/split-trials.ts), both are modelled by Parzen
// estimators, and of 24 draws from the good ones' the one with the largest l/g is asked.
//
// Univariate: one field at a time. Multivariate: all fields that are active in every design jointly, then
// conditional ones one at a time, where they are active. Trials under way count as bad (constant liar), so
// that designs asked at once differ; so do those of the same request, in the order of their numbers.
//
// Beyond Optuna: a design already tried is drawn anew, 20 times from l and then 20 times at random; forbidden
// ones are repaired.

import { Random } from "../base/random.ts";
import { repaired } from "../space/repair.ts";
import { canonical, type DesignValues, isActive, type Space } from "../space/space.ts";
import { designAt, freeFields } from "../space/unit-map.ts";
import { isAlwaysActive } from "./always-active.ts";
import { isMeasured } from "./best-trials.ts";
import type { PendingTrial, SampleRequest, Sampler } from "./sampler.ts";
import { sobolSampler } from "./sobol-sampler.ts";
import { type DensityRatio, densityRatio, type Evidence } from "./tpe/density-ratio.ts";
import { splitTrials } from "./tpe/split-trials.ts";
import { ageWeights, hypervolumeWeights } from "./tpe/trial-weights.ts";

export interface TpeOptions {
  /** auto: for one objective, as in Optuna 5. */
  readonly multivariate: "auto" | "on" | "off";
  /** Of good trials with several objectives; hypervolume: as Optuna up to 4.9. */
  readonly weights: "uniform" | "hypervolume";
  /** Whether trials under way count as bad. */
  readonly hasConstantLiar: boolean;
  /** Draws from the good trials' density, for each group of fields. */
  readonly candidates: number;
}

const usual: TpeOptions = { multivariate: "auto", weights: "uniform", hasConstantLiar: true, candidates: 24 };
/** Draws from l, and then at random, instead of a design already tried. */
const retries = 20;

export const tpeSampler: Sampler = tpeSamplerWith({});

/** The sampler with some of its switches set otherwise. */
export function tpeSamplerWith(given: Partial<TpeOptions>): Sampler {
  const options = { ...usual, ...given };
  return (request) => {
    const { space, history, numbers, startTrials, pending = [], seed } = request;
    const isBlind = history.filter(isMeasured).length < 2;
    const evidence = tpeEvidence(request, options);
    const free = freeFields(space);
    const groups = fieldGroups(space, isMultivariate(request, options));
    const underWay = [...pending];
    const tried = new Set([...history, ...pending].map(({ design }) => keyOf(space, design)));
    return numbers.map((number) => {
      const isStart = number < startTrials || isBlind;
      const { good, bad } = evidence(underWay);
      const ratios = isStart
        ? []
        : groups.map((names) => ({ names, ratio: densityRatio(space, names, good, bad) }));
      const ask = (attempt: number): DesignValues => {
        if (isStart && attempt === 0) return sobolSampler({ ...request, numbers: [number] })[0];
        const random = new Random({ seed, trial: number, purpose: "sampler-tpe", index: attempt });
        const design =
          isStart || attempt > retries
            ? designAt(
                space,
                free,
                free.map(() => random.uniform()),
              )
            : assemble(space, ratios, random, options.candidates);
        return repaired(space, design, { seed, trial: number });
      };
      let design = ask(0);
      for (let i = 1; i <= 2 * retries && tried.has(keyOf(space, design)); i++) design = ask(i);
      tried.add(keyOf(space, design));
      underWay.push({ number, design });
      return design;
    });
  };
}

/**
 * What good and bad trials teach, given those under way.
 *
 * @returns a function of the trials under way
 */
export function tpeEvidence(
  { history, directions }: Pick<SampleRequest, "history" | "directions">,
  { weights, hasConstantLiar }: Pick<TpeOptions, "weights" | "hasConstantLiar">,
): (underWay: readonly PendingTrial[]) => { readonly good: Evidence; readonly bad: Evidence } {
  const split = splitTrials(history, directions);
  const byTrial = weights === "hypervolume" ? hypervolumeWeights(split.good, directions) : null;
  const isSingle = directions.length === 1;
  const good: Evidence = {
    designs: split.good.map(({ design }) => design),
    weigh: (indices) => (isSingle ? ageWeights(indices.length) : indices.map((i) => byTrial?.[i] ?? 1)),
  };
  return (underWay) => {
    const bad = [...split.bad, ...(hasConstantLiar ? underWay : [])].sort((a, b) => a.number - b.number);
    return {
      good,
      bad: { designs: bad.map(({ design }) => design), weigh: ({ length }) => ageWeights(length) },
    };
  };
}

function isMultivariate({ directions }: SampleRequest, { multivariate }: TpeOptions): boolean {
  return multivariate === "on" || (multivariate === "auto" && directions.length === 1);
}

/** Free fields in groups that are modelled jointly, what decides whether others are active before them. */
function fieldGroups(space: Space, isJoint: boolean): readonly (readonly string[])[] {
  const free = freeFields(space);
  const always = free.filter((name) => isAlwaysActive(space, name));
  const others = free
    .filter((name) => !always.includes(name))
    .sort((a, b) => depthOf(space, a) - depthOf(space, b));
  const first = isJoint && always.length > 0 ? [always] : always.map((name) => [name]);
  return [...first, ...others.map((name) => [name])];
}

/** Length of the longest chain of conditions that lead to the field. */
function depthOf(space: Space, name: string): number {
  return Object.keys(space.conditions[name] ?? {}).reduce(
    (depth, other) => Math.max(depth, 1 + depthOf(space, other)),
    0,
  );
}

interface GroupRatio {
  readonly names: readonly string[];
  readonly ratio: DensityRatio;
}

function assemble(
  space: Space,
  groups: readonly GroupRatio[],
  random: Random,
  candidates: number,
): DesignValues {
  const design: Record<string, number | string | boolean> = Object.fromEntries(
    Object.entries(space.fields).map(([name, field]) => [name, field.default]),
  );
  for (const { names, ratio } of groups) {
    if (names.every((name) => isActive(space, name, design)))
      Object.assign(design, ratio.propose(random, candidates));
  }
  return design;
}

function keyOf(space: Space, design: DesignValues): string {
  return JSON.stringify(canonical(space, design));
}
