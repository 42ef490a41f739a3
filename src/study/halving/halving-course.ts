// What has become of every job of a search by halving, what that makes of the next jobs, and what a sampler is told.
//
// Samplers are told each trial once, by its highest rung: `gp` learns how figures change with the share of images
// and counts the highest share alone as reached; `tpe` takes partial trials for good only behind full ones. The others
// know no shares, so they are told of one rung alone, the highest that has enough trials: all of its trials by their
// figures on the same images, and the rest as designs that are tried.

import { nextHalvingSteps, type RungResult } from "../../optimize/successive-halving.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { DesignValues } from "../../space/space.ts";
import { freeFields } from "../../space/unit-map.ts";
import { knowsShares } from "../knows-shares.ts";
import { scaledValues } from "../search-history.ts";
import type { Json, TrialRecord } from "../storage.ts";
import type { StudyJudge } from "../study-judge.ts";
import type { TrialEnd } from "../trial-end.ts";
import type { HalvingJob } from "./halving-jobs.ts";
import type { Ladder } from "./ladder.ts";

interface Course {
  readonly design: Json;
  /** By rung. */
  readonly evaluations: readonly Evaluation[];
  /** Whether the rung after them could not be run. */
  readonly hasFailed: boolean;
}

/** Trials that a rung must have for samplers that are told of one rung; at least two more than there are fields. */
const leastTrials = 10;

export class HalvingCourse {
  readonly #judge: StudyJudge;
  readonly #ladder: Ladder;
  readonly #trials = new Map<number, Course>();
  /** By trial and rung. */
  readonly #results = new Map<string, RungResult>();

  constructor(judge: StudyJudge, ladder: Ladder) {
    this.#judge = judge;
    this.#ladder = ladder;
  }

  start(trial: number, design: Json): void {
    this.#trials.set(trial, { design, evaluations: [], hasFailed: false });
  }

  /** @param evaluations - kept of the trial by rung; the last may be one that was never told */
  restore({ number, design, state, result }: TrialRecord, evaluations: readonly Evaluation[]): void {
    const told =
      result === null ? 0 : 1 + this.#ladder.images.indexOf((result as unknown as Evaluation).images);
    this.#trials.set(number, {
      design,
      evaluations: evaluations.slice(0, told),
      hasFailed: state === "failed",
    });
  }

  end({ trial, evaluation, state }: TrialEnd): void {
    const course = this.#trials.get(trial) as Course;
    if (state === "failed") this.#trials.set(trial, { ...course, hasFailed: true });
    if (evaluation === null) return;
    this.#trials.set(trial, { ...course, evaluations: [...course.evaluations, evaluation] });
  }

  isKnown(trial: number): boolean {
    return this.#trials.has(trial);
  }

  /** The rung a trial is to be measured on next. */
  rungOf(trial: number): number {
    return this.#trials.get(trial)?.evaluations.length ?? 0;
  }

  isDone({ trial, rung }: HalvingJob): boolean {
    const course = this.#trials.get(trial);
    return course !== undefined && (course.hasFailed || rung < course.evaluations.length);
  }

  /** The next jobs, given which are done and that the others of the list are under way. */
  next(jobs: readonly HalvingJob[], count: number): readonly HalvingJob[] {
    const done = jobs.filter((job) => this.isDone(job));
    const underWay = jobs
      .filter((job) => !this.isDone(job))
      .map(({ trial, rung }) => ({ number: trial, rung }));
    const results = done.map((job) => this.#resultOf(job));
    let started = jobs.filter(({ rung }) => rung === 0).length;
    return nextHalvingSteps(this.#ladder, this.#judge.directions, results, underWay, count).map((step) =>
      step.kind === "start" ? { trial: started++, rung: 0 } : { trial: step.number, rung: step.rung },
    );
  }

  /** Designs of new trials, given these jobs. */
  ask(numbers: readonly number[], seen: readonly HalvingJob[]): readonly DesignValues[] {
    const { search } = this.#judge.settings;
    const { space } = this.#judge;
    const highest = new Map<number, number>();
    for (const { trial, rung } of seen) highest.set(trial, Math.max(rung, highest.get(trial) ?? 0));
    const rungs = [...highest.values()];
    const least = Math.max(leastTrials, freeFields(space).length + 2);
    let told = 0;
    for (let rung = 1; rung < this.#ladder.images.length; rung++)
      if (rungs.filter((reached) => reached >= rung).length >= least) told = rung;
    const isOfShares = knowsShares(search.sampler, numbers[0]);
    const history = [...highest]
      .filter(([, rung]) => isOfShares || rung >= told)
      .map(([trial, rung]) => this.#record(trial, isOfShares ? rung : told));
    const underWay = [...this.#trials.keys()].filter(
      (trial) => !highest.has(trial) && !numbers.includes(trial),
    );
    const tried = isOfShares ? [] : [...highest].filter(([, rung]) => rung < told).map(([trial]) => trial);
    return this.#judge.ask(
      numbers,
      history,
      [...tried, ...underWay].map((trial) => this.#record(trial, -1)),
    );
  }

  /** For each job its trial as it was then. */
  records(jobs: readonly HalvingJob[]): readonly TrialRecord[] {
    return jobs.map(({ trial, rung }) => this.#record(trial, rung));
  }

  /** The trial as it was on a rung; −1: before any. */
  #record(number: number, rung: number): TrialRecord {
    const { design, evaluations } = this.#trials.get(number) as Course;
    const evaluation = evaluations[rung];
    const state = evaluation !== undefined ? "complete" : rung < 0 ? "waiting" : "failed";
    return { number, state, design, attempt: 1, result: (evaluation ?? null) as unknown as Json, error: "" };
  }

  #resultOf({ trial, rung }: HalvingJob): RungResult {
    const name = `${trial}/${rung}`;
    const known = this.#results.get(name);
    if (known !== undefined) return known;
    const [judged] = this.#judge.judge([this.#record(trial, rung)]);
    const result: RungResult =
      judged === undefined
        ? { number: trial, rung, objectives: null, violation: Infinity }
        : {
            number: trial,
            rung,
            objectives: scaledValues(judged.objectives, this.#judge.objectives),
            violation: judged.violation,
          };
    this.#results.set(name, result);
    return result;
  }
}
