// A study's settings made ready to use: which objectives, in which direction, under which profile,
// how far from the requirements, and what to ask next.

import type { EnergyProfile } from "../energy/profile.ts";
import { crowdingDistance } from "../optimize/pareto.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import { samplers } from "../optimize/samplers.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask, NetworkPlan } from "../pipeline/evaluation-task.ts";
import type { Objective, ObjectiveContext } from "../pipeline/objective.ts";
import { objectives } from "../pipeline/objectives.ts";
import type { DesignValues, Space } from "../space/space.ts";
import { damageContext, damagePlans } from "./damage-plans.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import { kindOf } from "./kinds/kind-of.ts";
import type { Depth, PartHashes, StudyKind } from "./kinds/study-kind.ts";
import { knowsShares } from "./knows-shares.ts";
import { projected } from "./projected.ts";
import type { ReferencePoint } from "./reference-point.ts";
import { marginsOf, relativeMargin, violationOf } from "./requirements.ts";
import { scaledTrial, scaledValues, searchHistory } from "./search-history.ts";
import { ownErrorOf } from "./standard-error.ts";
import type { TrialRecord } from "./storage.ts";
import { profilesOf } from "./study-profiles.ts";
import type { StudySettings } from "./study-settings.ts";
import { studySpace } from "./study-space.ts";

/** What a search knows from its start. */
export interface StudyKnowledge {
  /** Trials of other studies. */
  readonly past?: readonly PastTrial[];
  readonly reference?: ReferencePoint;
}

/**
 * Evolution sees values in their units, as it did in recorded studies: a scale changes no rank, only which of
 * equals is kept.
 */
const plainSamplers: readonly string[] = ["nsga2", "evolution"] satisfies (keyof typeof samplers)[];

export class StudyJudge {
  readonly settings: StudySettings;
  readonly kind: StudyKind;
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly directions: readonly Objective["direction"][];
  /** The first decides. */
  readonly profiles: readonly EnergyProfile[];
  readonly context: ObjectiveContext;
  /** SHA-256 of what was trained before the search, by name. */
  readonly parts: PartHashes;
  /** null: none is declared yet. */
  readonly reference: ReferencePoint | null;
  readonly #past: readonly PastTrial[];

  constructor(settings: StudySettings, parts: PartHashes, { past = [], reference }: StudyKnowledge = {}) {
    this.settings = settings;
    this.kind = kindOf(settings);
    this.space = studySpace(settings);
    this.objectives = settings.objectives.map((name) => objectives[name]);
    this.directions = this.objectives.map(({ direction }) => direction);
    this.profiles = profilesOf(settings);
    const { accounting } = settings;
    this.context = { profile: this.profiles[0], accounting, ...damageContext(settings) };
    this.parts = parts;
    this.reference = reference ?? null;
    this.#past = past;
  }

  /** How the network of a design is made. */
  planOf(design: DesignValues, depth: Depth): NetworkPlan {
    return this.kind.plan(this.parts, design, depth);
  }

  margins(evaluation: Evaluation): Readonly<Record<string, number>> {
    return marginsOf(this.settings.requirements, evaluation, this.context);
  }

  /** Complete trials by number. */
  judge(trials: readonly TrialRecord[]): readonly JudgedTrial[] {
    return trials
      .filter(({ state }) => state === "complete")
      .map((trial) => {
        const evaluation = trial.result as unknown as Evaluation;
        const intervals = this.objectives.map((objective) => objective.score(evaluation, this.context));
        const { requirements } = this.settings;
        const { images } = this.settings.evaluation;
        const margins = this.margins(projected(evaluation, images));
        return {
          trial: trial.number,
          design: trial.design as DesignValues,
          fidelity: evaluation.images / images,
          intervals,
          objectives: intervals.map(({ value }) => value),
          violation: violationOf(margins, requirements),
          constraints: Object.entries(margins).map(
            ([name, margin]) => -relativeMargin(name, margin, requirements),
          ),
        };
      });
  }

  /**
   * The designs of these trials.
   *
   * @param history - trials that are finished
   * @param pending - trials under way
   */
  ask(
    numbers: readonly number[],
    history: readonly TrialRecord[],
    pending: readonly TrialRecord[] = [],
  ): readonly DesignValues[] {
    const { seed, search } = this.settings;
    const { space, directions, objectives } = this;
    const known = knowsShares(search.sampler, numbers[0])
      ? this.#past
      : this.#past.filter(({ fidelity = 1 }) => fidelity === 1);
    const past = [...known, ...searchHistory(history, this.judge(history), ownErrorOf)];
    const reference = this.reference?.map(({ value }) => value);
    const isPlain = plainSamplers.includes(search.sampler);
    return samplers[search.sampler]({
      space,
      directions,
      history: isPlain ? past : past.map((trial) => scaledTrial(trial, objectives)),
      pending: pending.map(({ number, design }) => ({ number, design: design as DesignValues })),
      numbers,
      seed,
      startTrials: search.startTrials,
      ...(reference && { reference: isPlain ? reference : scaledValues(reference, objectives) }),
    });
  }

  taskOf(trial: number, design: DesignValues): EvaluationTask {
    const { seed, evaluation } = this.settings;
    const { images, faultSeeds: seeds } = evaluation;
    return {
      network: this.planOf(design, "search"),
      split: "validation",
      images,
      ...damagePlans(this.settings, { phase: "search", seeds, images, trial }),
      seed,
      trial,
    };
  }

  /** Best first: least violation, then least energy or else the first objective. */
  byMerit(trials: readonly JudgedTrial[]): readonly JudgedTrial[] {
    const index = Math.max(0, this.settings.objectives.indexOf("energy"));
    const sign = this.directions[index] === "minimize" ? 1 : -1;
    return [...trials].sort(
      (a, b) => a.violation - b.violation || sign * (a.objectives[index] - b.objectives[index]),
    );
  }

  /** The best trial so far in words. */
  best(trials: readonly TrialRecord[]): string {
    const [best] = this.byMerit(this.judge(trials));
    if (best === undefined) return "";
    const figures = this.objectives.map(
      ({ name, unit }, i) => `${name} ${showFigure(best.objectives[i], unit)}`,
    );
    return `p${best.trial} ${figures.join(", ")}${best.violation > 0 ? " (misses a requirement)" : ""}`;
  }

  /** `limit` of the trials, as far apart in objective space as crowding tells. */
  spread(trials: readonly JudgedTrial[], limit: number): readonly JudgedTrial[] {
    let kept = [...trials];
    while (kept.length > limit) {
      const distances = crowdingDistance(kept.map((trial) => trial.objectives));
      const nearest = distances.indexOf(Math.min(...distances));
      kept = kept.filter((_, i) => i !== nearest);
    }
    return kept;
  }
}

function showFigure(value: number, unit: string): string {
  if (unit === "1") return `${(100 * value).toFixed(1)} %`;
  if (unit === "pJ") return value >= 1000 ? `${(value / 1000).toFixed(1)} nJ` : `${value.toFixed(0)} pJ`;
  return `${Number(value.toPrecision(4))} ${unit}`;
}
