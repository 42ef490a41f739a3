// The sampler `gp`: Gaussian processes of the objectives and constraints, and the design that is expected to add
// most hypervolume to the front they draw (Daulton et al. 2020, 2021, with the exact improvement in place of
// samples). From five objectives on, where boxes become too many, one process of a random weighting of the
// objectives, another for every trial (ParEGO; Knowles 2006). Starts with the Sobol sampler.
//
// Trials under way, and errors of measurement, enter by fantasies: the improvement is the mean over what they may
// turn out to be. What failed, or broke a constraint, is learnt as well.

import { Random } from "../base/random.ts";
import type { DesignValues } from "../space/space.ts";
import { Acquisition, type ConstraintModel } from "./gp/acquisition.ts";
import { nonDominatedBoxes } from "./gp/box-decomposition.ts";
import { constraintModels } from "./gp/constraint-models.ts";
import { type DesignEncoder, designEncoder } from "./gp/encode-design.ts";
import { HypervolumeImprovement } from "./gp/expected-hypervolume-improvement.ts";
import { drawFantasies } from "./gp/fantasies.ts";
import { type FittedKernel, fitKernel, type Observations } from "./gp/fit-kernel.ts";
import { referenceOfTurn } from "./gp/reference-point.ts";
import { designKey, searchAcquisition } from "./gp/search-acquisition.ts";
import { standardised } from "./gp/standardise.ts";
import { affordable, inputsOf, type TrainingSet, trainingSet, type UsableTrial } from "./gp/training-set.ts";
import { minimised, paretoFront } from "./pareto.ts";
import { randomSampler } from "./random-sampler.ts";
import type { PendingTrial, SampleRequest, Sampler } from "./sampler.ts";
import { sobolSampler } from "./sobol-sampler.ts";

/** Objectives from which on they are weighted into one. */
const manyObjectives = 5;
const noisyFantasies = 8;
const pendingFantasies = 4;
/** Random designs looked at for one that was not tried, when the search has found none. */
const lastDraws = 200;

export const gpSampler: Sampler = (request) => {
  const { space, numbers, seed, startTrials } = request;
  const known = trainingSet(request);
  const encoder = designEncoder(space, known.hasFidelity);
  const pending = [...(request.pending ?? [])].sort((a, b) => a.number - b.number);
  const tried = new Set([...request.history, ...pending].map(({ design }) => designKey(space, design)));
  const trials = affordable(known.usable);
  let models: Models | null = null;
  return numbers.map((number) => {
    let design: DesignValues | null = null;
    if (number >= startTrials && trials.length >= 2 && encoder.names.length > 0) {
      if (models === null || request.directions.length >= manyObjectives)
        models = fitModels(request, encoder, known, trials, number);
      const acquisition = acquisitionOf(models, encoder, trials, pending, { seed, trial: number });
      if (acquisition !== null) {
        const promising = frontOf(trials).map(({ past }) => past.design);
        design = searchAcquisition(acquisition, { space, encoder, promising, tried, seed, trial: number });
      }
    }
    design ??= untried(request, number, tried);
    tried.add(designKey(space, design));
    pending.push({ number, design });
    return design;
  });
};

/** What the trials say of objectives and constraints. */
interface Models {
  /** An objective each, standardised; of trials of every fidelity. */
  readonly objectives: readonly {
    readonly seen: Observations;
    readonly kernel: FittedKernel;
    /** The declared reference, standardised as the values are; undefined where none counts. */
    readonly reference: number | undefined;
  }[];
  readonly constraints: readonly ConstraintModel[];
  readonly isNoisy: boolean;
}

function fitModels(
  request: SampleRequest,
  encoder: DesignEncoder,
  known: TrainingSet,
  trials: readonly UsableTrial[],
  trial: number,
): Models {
  const inputs = inputsOf(encoder, trials);
  const isWeighted = request.directions.length >= manyObjectives;
  const declared =
    isWeighted || request.reference === undefined
      ? []
      : minimised([request.reference], request.directions)[0];
  const columns = isWeighted
    ? [weighted(trials, new Random({ seed: request.seed, trial, purpose: "sampler-gp-weights", index: 0 }))]
    : request.directions.map((_, j) =>
        trials.map(({ objectives, standardErrors }) => ({
          value: objectives[j],
          error: standardErrors[j],
        })),
      );
  const objectives = columns.map((column, j) => {
    const { values, mean, deviation } = standardised(column.map(({ value }) => value));
    const variances = Float64Array.from(column, ({ error }) => (error / deviation) ** 2);
    const seen = { inputs, values, variances };
    const reference = declared[j] === undefined ? undefined : (declared[j] - mean) / deviation;
    return { seen, kernel: fitKernel(seen), reference };
  });
  return { objectives, constraints: constraintModels(encoder, known), isNoisy: known.isNoisy };
}

/** max wᵢỹᵢ + 0.05 Σ wᵢỹᵢ with ỹ in [0, 1] and weights drawn evenly from the simplex (Knowles 2006). */
function weighted(
  trials: readonly UsableTrial[],
  random: Random,
): readonly { readonly value: number; readonly error: number }[] {
  const draws = trials[0].objectives.map(() => -Math.log(1 - random.uniform()));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  const scales = draws.map((draw, j) => {
    const values = trials.map(({ objectives }) => objectives[j]);
    const low = Math.min(...values);
    const range = Math.max(...values) - low;
    return { low, weight: draw / total / (range > 0 ? range : 1) };
  });
  return trials.map(({ objectives, standardErrors }) => {
    const shares = objectives.map((value, j) => scales[j].weight * (value - scales[j].low));
    const errors = standardErrors.map((error, j) => scales[j].weight * error);
    return {
      value: Math.max(...shares) + 0.05 * shares.reduce((sum, share) => sum + share, 0),
      error: Math.hypot(...errors),
    };
  });
}

/** null: there is nothing to go by. */
function acquisitionOf(
  { objectives, constraints, isNoisy }: Models,
  encoder: DesignEncoder,
  trials: readonly UsableTrial[],
  pending: readonly PendingTrial[],
  key: { readonly seed: number; readonly trial: number },
): Acquisition | null {
  const full = highestFidelity(trials);
  const counting = [...trials.keys()].filter((i) => trials[i].isFeasible && trials[i].fidelity === full);
  if (counting.length === 0) return constraints.length === 0 ? null : new Acquisition([], null, constraints);
  const count = isNoisy ? noisyFantasies : pending.length > 0 ? pendingFantasies : 1;
  const fantasies = objectives.map(({ seen, kernel }, j) =>
    drawFantasies({
      kernel,
      seen,
      pending: pending.map(({ design }) => encoder.encode(design)),
      isNoisy,
      count,
      random: new Random({ ...key, purpose: "sampler-gp-fantasies", index: j }),
    }),
  );
  const reference = referenceOf(objectives, counting, key.trial);
  const members = [...counting, ...pending.map((_, i) => trials.length + i)];
  const boxes = Array.from({ length: count }, (_, f) =>
    nonDominatedBoxes(
      members.map((i) => fantasies.map(({ values }) => values[f][i])),
      reference,
    ),
  );
  return new Acquisition(
    fantasies.map(({ process }) => process),
    new HypervolumeImprovement(boxes),
    constraints,
  );
}

/** Standardised, of the objectives; `counting` are the trials that may be on the front. */
function referenceOf(objectives: Models["objectives"], counting: readonly number[], trial: number): number[] {
  const points = counting.map((i) => objectives.map(({ seen }) => seen.values[i]));
  const front = paretoFront(
    points,
    objectives.map(() => "minimize"),
  ).map((i) => points[i]);
  const turn = referenceOfTurn(points, front, trial);
  return objectives.map(({ reference }, j) =>
    reference !== undefined && Number.isFinite(reference) ? reference : turn[j],
  );
}

function highestFidelity(trials: readonly UsableTrial[]): number {
  return Math.max(...trials.map(({ fidelity }) => fidelity));
}

/** Trials to look near: the feasible front, latest first, or those that violate least. */
function frontOf(trials: readonly UsableTrial[]): readonly UsableTrial[] {
  const feasible = trials.filter(({ isFeasible }) => isFeasible);
  if (feasible.length === 0) return [...trials].sort((a, b) => a.past.violation - b.past.violation);
  const points = feasible.map(({ objectives }) => objectives);
  const front = paretoFront(
    points,
    points[0].map(() => "minimize" as const),
  );
  return front.map((i) => feasible[i]).reverse();
}

/** The Sobol sampler's design for the number, or a random one that was not tried. */
function untried(request: SampleRequest, number: number, tried: ReadonlySet<string>): DesignValues {
  const [first] = sobolSampler({ ...request, numbers: [number] });
  let design = first;
  for (let i = 1; i <= lastDraws && tried.has(designKey(request.space, design)); i++) {
    // Streams of random numbers far from those of other trials.
    [design] = randomSampler({ ...request, seed: request.seed + i * 2 ** 33, numbers: [number] });
  }
  return tried.has(designKey(request.space, design)) ? first : design;
}
