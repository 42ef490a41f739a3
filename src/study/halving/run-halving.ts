// The search loop with successive halving: designs begin with a few images, and the best of each rung go on, from
// where they stopped, to more (optimize/successive-halving.ts).
//
// As in run-search.ts, what is done next is decided for a block of `batch` jobs at once, when every job of the
// blocks before is done, and sees exactly those: the same seed gives the same jobs for any number of workers, after
// any interruption, and whether the budget was granted at once or in parts. `isAsync` gives that up.
//
// The budget is in images: as many as `search.trials` full evaluations have. It is never overdrawn.

import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { Executor } from "../../pipeline/evaluation-task.ts";
import { nextTrial, owner, runSlots, type TrialOptions } from "../run-trial.ts";
import type { Json, TrialRecord } from "../storage.ts";
import type { StudyJudge } from "../study-judge.ts";
import type { StudyPorts } from "../study-ports.ts";
import { HalvingCourse } from "./halving-course.ts";
import { type HalvingJob, jobsWithin, keepJobs, readJobs } from "./halving-jobs.ts";
import { readRungs } from "./kept-rungs.ts";
import { imagesOfStep, type Ladder } from "./ladder.ts";
import { measureRung } from "./measure-rung.ts";

export interface HalvingOptions extends Pick<TrialOptions, "key" | "figuresOf"> {
  readonly ladder: Ladder;
  readonly judge: StudyJudge;
  readonly executor: Executor;
  /** Decide as workers get free. */
  readonly isAsync: boolean;
  /** Whether to end before the budget is spent, given what was done, numbered in its order. */
  readonly isOver: (done: readonly TrialRecord[]) => Promise<boolean>;
  /** @param full - trials on the highest rung */
  readonly onTrial: (imagesSpent: number, full: readonly TrialRecord[]) => void;
}

/** Run the search to the end of its budget, or until the signal is aborted. */
export async function runHalving(ports: StudyPorts, options: HalvingOptions): Promise<void> {
  await ports.storage.releaseOwner(options.key, owner);
  const run = await HalvingRun.open(ports, options);
  while (!ports.signal.aborted && (await run.prepare())) await run.runPrepared();
}

class HalvingRun {
  readonly #ports: StudyPorts;
  readonly #options: HalvingOptions;
  readonly #course: HalvingCourse;
  readonly #batch: number;
  readonly #budgetImages: number;
  #jobs: readonly HalvingJob[];
  /** Of promotions, by trial and rung: once each. */
  readonly #reopened = new Set<string>();

  static async open(ports: StudyPorts, options: HalvingOptions): Promise<HalvingRun> {
    const { storage } = ports;
    const { key, judge, ladder } = options;
    const course = new HalvingCourse(judge, ladder);
    for (const trial of await storage.listTrials(key))
      course.restore(trial, (await readRungs(storage, key, trial.number)).evaluations);
    return new HalvingRun(ports, options, course, await readJobs(storage, key));
  }

  constructor(
    ports: StudyPorts,
    options: HalvingOptions,
    course: HalvingCourse,
    jobs: readonly HalvingJob[],
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#course = course;
    this.#jobs = jobs;
    const { search, evaluation } = options.judge.settings;
    this.#batch = search.batch;
    this.#budgetImages = search.trials * evaluation.images;
  }

  /** Make trials wait for what is to be done next. @returns false when that is nothing */
  async prepare(): Promise<boolean> {
    this.#report();
    if (this.#open().length === 0)
      await this.#decide(this.#options.isAsync ? 1 : this.#batch - (this.#jobs.length % this.#batch));
    await this.#makeWait();
    return this.#open().length > 0;
  }

  async runPrepared(): Promise<void> {
    const { key, figuresOf, isAsync, executor } = this.#options;
    const measure = (trial: TrialRecord): Promise<Evaluation> => this.#measure(trial);
    // One decides at a time, knowing what the others have begun.
    let deciding: Promise<boolean> = Promise.resolve(true);
    const decideNext = (): Promise<boolean> => {
      deciding = deciding.then(async () => {
        const isMore = await this.#decide(1);
        await this.#makeWait();
        return isMore;
      });
      return deciding;
    };
    await runSlots((this.#ports.remote ?? executor).slots, async () => {
      while (!this.#ports.signal.aborted) {
        const end = await nextTrial(this.#ports, { key, figuresOf, measure });
        if (end === null) {
          if (!isAsync || !(await decideNext())) return;
        } else {
          this.#course.end(end);
          this.#report();
        }
      }
    });
  }

  /**
   * Add so many jobs to the list.
   *
   * @returns false when the budget does not last for what is on it, or the search is to stop
   */
  async #decide(count: number): Promise<boolean> {
    if (this.#granted().length < this.#jobs.length) return false;
    const { key, isOver } = this.#options;
    const done = this.#jobs.filter((job) => this.#course.isDone(job));
    const inOrder = this.#course.records(done).map((record, number) => ({ ...record, number }));
    if (await isOver(inOrder)) return false;
    const next = this.#course.next(this.#jobs, count);
    this.#jobs = [...this.#jobs, ...next];
    await keepJobs(this.#ports.storage, key, this.#jobs);
    await this.#ports.storage.appendEvent(key, "jobs-decided", { jobs: next as unknown as Json });
    return true;
  }

  #granted(): readonly HalvingJob[] {
    return this.#jobs.slice(0, jobsWithin(this.#budgetImages, this.#jobs, this.#options.ladder));
  }

  #open(): readonly HalvingJob[] {
    return this.#granted().filter((job) => !this.#course.isDone(job));
  }

  /** Trials of open jobs: new ones are asked for, complete ones opened again. */
  async #makeWait(): Promise<void> {
    const { storage } = this.#ports;
    const { key } = this.#options;
    const isMissing = ({ trial }: HalvingJob): boolean => !this.#course.isKnown(trial);
    const first = this.#granted().findIndex(isMissing);
    if (first >= 0) {
      const missing = new Set(
        this.#granted()
          .filter(isMissing)
          .map(({ trial }) => trial),
      );
      const asked = this.#ask(first).filter(({ number }) => missing.has(number));
      await storage.addTrials(key, asked);
      for (const { number, design } of asked) this.#course.start(number, design);
    }
    for (const { trial, rung } of this.#open()) {
      const name = `${trial}/${rung}`;
      if (rung === 0 || this.#reopened.has(name)) continue;
      this.#reopened.add(name);
      await storage.reopenTrial(key, trial);
    }
  }

  /**
   * Designs of the new trials from this job on, given what its block may see: asked again, they are the same.
   *
   * @param first - place of the first job whose trial has no design
   */
  #ask(first: number): readonly { readonly number: number; readonly design: Json }[] {
    const { isAsync } = this.#options;
    const start = isAsync ? first : Math.floor(first / this.#batch) * this.#batch;
    const end = isAsync ? this.#jobs.length : start + this.#batch;
    const numbers = this.#jobs
      .slice(start, end)
      .filter(({ rung }) => rung === 0)
      .map(({ trial }) => trial);
    const seen = this.#jobs.slice(0, start).filter((job) => this.#course.isDone(job));
    const designs = this.#course.ask(numbers, seen);
    return numbers.map((number, i) => ({ number, design: designs[i] as unknown as Json }));
  }

  #measure(trial: TrialRecord): Promise<Evaluation> {
    return measureRung(this.#ports, this.#options, trial, this.#course.rungOf(trial.number));
  }

  #report(): void {
    const done = this.#jobs.filter((job) => this.#course.isDone(job));
    const spent = done.reduce((sum, { rung }) => sum + imagesOfStep(this.#options.ladder, rung), 0);
    const top = this.#options.ladder.images.length - 1;
    this.#options.onTrial(spent, this.#course.records(done.filter(({ rung }) => rung === top)));
  }
}
