// A race among the best designs of a search before its front is taken: those whose membership is not decided are
// measured again and again, until it is or the repeats are used up (optimize/racing.ts).
//
// Repeat i measures on the i-th piece of validation images at the end of the split, which the search has not seen,
// under masks of its own; every design meets the same images, masks and spike draws, so designs are compared repeat
// by repeat. Best are those that meet the requirements: where there are any, only they race, for nothing that misses
// a requirement may beat one that does not.

import { InvalidValueError } from "../../base/errors.ts";
import { bestTrials } from "../../optimize/best-trials.ts";
import { paretoFront } from "../../optimize/pareto.ts";
import { type Racer, raceState } from "../../optimize/racing.ts";
import type { Executor } from "../../pipeline/evaluation-task.ts";
import { damagePlans } from "../damage-plans.ts";
import type { JudgedTrial } from "../judged-trial.ts";
import { type NamedTask, runEvaluations } from "../run-evaluations.ts";
import { scaledValues } from "../search-history.ts";
import type { StudyJudge } from "../study-judge.ts";
import type { StudyPorts } from "../study-ports.ts";
import type { RacingSettings, StudySettings } from "../study-settings.ts";

/** How a race went. Numbers of trials, ascending. */
export interface RaceFigures {
  readonly designs: readonly number[];
  /** Another is better in every objective, for certain. */
  readonly beaten: readonly number[];
  /** For certain better in some objective than each that is left. */
  readonly settled: readonly number[];
  /** The front: of what is not beaten, what no other dominates by the means of the race. Those not settled may be wrong. */
  readonly kept: readonly number[];
  /** Evaluations that were made, of so many that repeating everything would have taken. */
  readonly measurements: number;
  readonly mostMeasurements: number;
  /** Images of each. */
  readonly images: number;
  /** Chance that a design of the true front was beaten, or a settled one is none of it, all rivals and looks counted. */
  readonly level: number;
}

/**
 * Where the images of the race begin in the validation split.
 *
 * @throws {InvalidValueError} when the search has left too few
 */
export function firstRaceImage({ search, evaluation }: StudySettings, validationImages: number): number {
  if (search.racing === undefined) return validationImages;
  const { repeats, images } = search.racing;
  const left = Math.max(0, validationImages - evaluation.images);
  if (repeats * images <= left) return validationImages - repeats * images;
  throw new InvalidValueError(
    "search.racing",
    `must have repeats × images of at most ${left}, the validation images that the search does not see`,
    `${repeats} × ${images}`,
  );
}

/**
 * @param trials - of the search, measured on all images
 * @returns how it went; what is beaten is not on the front
 * @throws {CancelledError} when the study is stopped; what has finished is kept
 */
export async function raceDesigns(
  ports: Pick<StudyPorts, "storage" | "blobs" | "signal" | "onProgress">,
  executor: Executor,
  judge: StudyJudge,
  trials: readonly JudgedTrial[],
  { racing, firstImage }: { readonly racing: RacingSettings; readonly firstImage: number },
): Promise<RaceFigures> {
  const { directions } = judge;
  const designs = racingDesigns(judge, trials, racing.designs);
  const repeats = new Map<number, number[][]>(designs.map(({ trial }) => [trial, []]));
  const { level, repeats: maxRepeats } = racing;
  const looks = looksOf(maxRepeats);
  let measurements = 0;
  for (;;) {
    const racers = [...repeats].map(([number, of]): Racer => ({ number, repeats: of }));
    const {
      next,
      eliminated: beaten,
      settled,
    } = raceState(racers, { directions, level, minRepeats: 2, maxRepeats, looks });
    if (next.length === 0) {
      return {
        designs: [...repeats.keys()],
        beaten,
        settled,
        kept: leadersOf(
          racers.filter(({ number }) => !beaten.includes(number)),
          directions,
        ),
        measurements,
        mostMeasurements: designs.length * maxRepeats,
        images: racing.images,
        level,
      };
    }
    const again = designs.filter(({ trial }) => next.includes(trial));
    const tasks = again.map((design) =>
      raceTask(judge, design, repeats.get(design.trial)?.length ?? 0, { racing, firstImage }),
    );
    const evaluations = await runEvaluations(ports, executor, judge.settings.name, "race", tasks);
    for (const [i, { trial }] of again.entries()) {
      const values = judge.objectives.map(({ score }) => score(evaluations[i], judge.context).value);
      repeats.get(trial)?.push([...scaledValues(values, judge.objectives)]);
    }
    measurements += tasks.length;
  }
}

/** Compared when the repeats have doubled: few looks leave each more of the level. */
function looksOf(maxRepeats: number): readonly number[] {
  const looks = [maxRepeats];
  while (looks[0] >= 8) looks.unshift(Math.ceil(looks[0] / 2));
  return looks;
}

function leadersOf(racers: readonly Racer[], directions: StudyJudge["directions"]): readonly number[] {
  const means = racers.map(({ repeats }) =>
    directions.map(
      (_, k) => repeats.reduce((sum, values) => sum + values[k], 0) / Math.max(1, repeats.length),
    ),
  );
  return paretoFront(means, directions).map((i) => racers[i].number);
}

/** By number. */
function racingDesigns(
  { objectives, directions }: StudyJudge,
  trials: readonly JudgedTrial[],
  count: number,
): readonly JudgedTrial[] {
  const feasible = trials.filter(({ violation }) => violation === 0);
  const able = feasible.length > 0 ? feasible : trials;
  const judged = able.map(({ trial, objectives: values, violation }) => ({
    number: trial,
    objectives: scaledValues(values, objectives),
    violation,
  }));
  const best = new Set(bestTrials(judged, count, directions).map(({ number }) => number));
  return able.filter(({ trial }) => best.has(trial));
}

function raceTask(
  judge: StudyJudge,
  { trial, design }: JudgedTrial,
  repeat: number,
  { racing: { images }, firstImage }: { readonly racing: RacingSettings; readonly firstImage: number },
): NamedTask {
  const { faultSeeds: seeds } = judge.settings.evaluation;
  return {
    name: `race/${repeat}/p${trial}`,
    task: {
      ...judge.taskOf(trial, design),
      firstImage: firstImage + repeat * images,
      images,
      ...damagePlans(judge.settings, { phase: "race", seeds, images, trial: repeat }),
      trial: repeat,
    },
  };
}
