// front.json from everything a study has found. Only arranges; all figures come from below.

import { type Dataset, validationCount } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import type { Objective } from "../pipeline/objective.ts";
import { kendallTau } from "../statistics/rank-correlation.ts";
import { damageOf } from "./damage-plans.ts";
import { type Evaluated, firstConfirmImage } from "./finalists.ts";
import type {
  Front,
  FrontPoint,
  NetworkFigures,
  ObjectiveInfo,
  Recommendation,
  TrialFigure,
} from "./front.ts";
import { frontCertainty } from "./front-certainty.ts";
import type { HalvingFigures } from "./halving/halving-figures.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import { networkFigures } from "./network-figures.ts";
import { firstRaceImage, type RaceFigures } from "./racing/race-designs.ts";
import { pastTrial } from "./search-history.ts";
import { scaledSearch, searchVolumes } from "./search-volumes.ts";
import type { Stall } from "./stall.ts";
import type { StudyJudge } from "./study-judge.ts";
import type { StudySettings } from "./study-settings.ts";

export interface FrontParts {
  readonly judge: StudyJudge;
  readonly dataset: Dataset;
  readonly trials: readonly JudgedTrial[];
  /** Validation figures of points and ANNs, fresh masks. */
  readonly confirmed: readonly Evaluated[];
  /** Test figures of all. */
  readonly finals: readonly Evaluated[];
  readonly recommendation: Recommendation;
  readonly testUses: Front["testUses"];
  readonly versions: Front["versions"];
  readonly isAsync: boolean;
  /** What ended the search before its budget. */
  readonly stall: Stall | null;
  /** What a search by halving spent. */
  readonly halving: HalvingFigures | null;
  readonly race: RaceFigures | null;
}

export function assembleFront(parts: FrontParts): Front {
  const { judge, dataset, trials, finals, recommendation, testUses, versions } = parts;
  const { settings, profiles } = judge;
  const chosen = finals.filter(({ trial }) => trial >= 0);
  const chances = frontCertainty(
    chosen.map(({ evaluation }) => evaluation),
    judge.objectives,
    judge.context,
    settings.seed,
  );
  const points = chosen.map((final, i) => ({ ...frontPoint(final, parts), frontChance: chances[i] }));
  const networks = finals.filter(({ trial }) => trial < 0).flatMap((final) => figuresOf(final, judge));
  const onFront = new Set(points.map(({ trial }) => trial));
  return {
    schema: "spikefront.front",
    version: 1,
    study: settings.name,
    seed: settings.seed,
    data: {
      name: dataset.name,
      sha256: dataset.sha256,
      validationImages: validationCount,
      testImages: dataset.test.count,
    },
    objectives: judge.objectives.map((objective) => objectiveInfo(objective, settings)),
    requirements: { ...settings.requirements },
    profiles: profiles.map(({ name, about, source, leavesOut, uncertainty }) => ({
      name,
      about,
      source,
      leavesOut,
      uncertainty: uncertainty.relative,
    })),
    dropBitErrorRate: settings.evaluation.bitErrorRate,
    accounting: judge.context.accounting,
    networks,
    points,
    trials: trials.map((trial) => trialFigure(trial, judge, onFront)),
    ...searchFigures(parts),
    recommendation,
    rankStability: rankStability(points, judge),
    testUses,
    versions,
    notes: notesOf(parts),
  };
}

function objectiveInfo(objective: Objective, settings: StudySettings): ObjectiveInfo {
  const { name, about, unit, direction } = objective;
  const under = damageOf(objective, settings);
  return { name, about, unit, direction, ...(under !== "" && { under }) };
}

function figuresOf(
  { id, label, role, plan, evaluation, listsZeroSkipping }: Evaluated,
  judge: StudyJudge,
): NetworkFigures[] {
  const dense = networkFigures({ ...judge, id, label, role, plan, evaluation });
  const counts = evaluation.zeroSkippingCounts;
  if (counts === null || !listsZeroSkipping) return [dense];
  return [
    dense,
    networkFigures({
      ...judge,
      id: `${id}-skip`,
      label: `${label}, zeros skipped`,
      role,
      plan,
      evaluation,
      counts,
    }),
  ];
}

function frontPoint(final: Evaluated, { judge, confirmed, trials }: FrontParts): FrontPoint {
  const { trial, id } = final;
  const validation = confirmed.find((other) => other.id === id)?.evaluation ?? final.evaluation;
  const { design } = trials.find((other) => other.trial === trial) as JudgedTrial;
  return {
    ...networkFigures({ ...judge, ...final }),
    trial,
    design: judge.kind.told(design),
    searchObjectives: Object.fromEntries(
      judge.objectives.map((objective) => [objective.name, objective.score(validation, judge.context)]),
    ),
    margins: finite(judge.margins(validation)),
    ...(validation.explanation && { explanation: validation.explanation }),
  };
}

function trialFigure(trial: JudgedTrial, judge: StudyJudge, onFront: ReadonlySet<number>): TrialFigure {
  return {
    trial: trial.trial,
    design: judge.kind.told(trial.design),
    objectives: Object.fromEntries(judge.objectives.map(({ name }, i) => [name, trial.objectives[i]])),
    onFront: onFront.has(trial.trial),
  };
}

/** JSON has no infinity: a margin that cannot be told is the lowest number there is. */
function finite(margins: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(margins).map(([name, margin]) => [name, Math.max(margin, -Number.MAX_VALUE)]),
  );
}

/** How far the search came. */
function searchFigures({
  judge,
  trials,
  stall,
  halving,
  race,
}: FrontParts): Pick<Front, "reference" | "hypervolume" | "stalled" | "halving" | "race"> {
  const search = scaledSearch(
    judge,
    trials.map((trial) => pastTrial(trial)),
  );
  const volumes = search === null ? [] : searchVolumes(search);
  const { stopWhenStalled: window } = judge.settings.search;
  return {
    ...(judge.reference && {
      reference: judge.reference.map((one, i) => ({ ...one, scale: judge.objectives[i].scale })),
    }),
    hypervolume: volumes.map(({ number, hypervolume }) => ({ trial: number, hypervolume })),
    ...(stall && { stalled: { ...stall, window } }),
    ...(halving && { halving }),
    ...(race && { race }),
  };
}

/** The order of the points by energy under each other profile, against the deciding one. */
function rankStability(
  points: readonly FrontPoint[],
  { profiles, context }: StudyJudge,
): Front["rankStability"] {
  const energies = (name: string): readonly (number | null)[] =>
    points.map(
      ({ energy }) =>
        (
          energy.find(({ profile, accounting }) => profile === name && accounting === context.accounting) ??
          energy.find(({ profile }) => profile === name)
        )?.energyPj ?? null,
    );
  const [deciding, ...others] = profiles;
  const base = energies(deciding.name);
  return Object.fromEntries(
    others.map(({ name }) => {
      const pairs = energies(name).flatMap((energy, i) =>
        energy === null || base[i] === null ? [] : [[base[i], energy]],
      );
      return [
        name,
        kendallTau(
          pairs.map(([a]) => a),
          pairs.map(([, b]) => b),
        ),
      ];
    }),
  );
}

function notesOf({ isAsync, trials, finals, judge, dataset, halving, race }: FrontParts): readonly string[] {
  const { evaluation, confirm, final } = judge.settings;
  const first = firstConfirmImage(judge.settings, splitOf(dataset, "validation").count);
  const overlap = Math.max(0, evaluation.images - first);
  const chosen = new Set(finals.map(({ trial }) => trial));
  const designs = trials.filter(({ trial }) => chosen.has(trial)).map(({ design }) => design);
  const notes = judge.kind.notes(designs);
  return [
    `Search: ${trials.length} trials${halving === null ? "" : `, the best of ${halving.trials} that began with ${halving.rungs[0].images},`} on the first ${evaluation.images} validation images, ${evaluation.faultSeeds} fault seeds at bit-error rate ${evaluation.bitErrorRate}.`,
    `Recommendation: from ${confirm.images} validation images, ${overlap} of them seen by the search, under fresh fault seeds; test images are for reporting only.`,
    ...(race === null ? [] : [raceNote(judge.settings, splitOf(dataset, "validation").count, first)]),
    ...notes.networks,
    `Final figures: ${final.images} test images; faults on the first ${Math.min(final.faultImages, final.images)} of them under ${final.faultSeeds} fault seeds. All networks of one weight format share their fault masks.`,
    `Energy: mean of one inference from counted operations; real-valued input is charged ${judge.context.accounting}. No figure was measured on hardware.`,
    "Intervals: 95 %; accuracy Wilson over images, drops Student t over fault seeds (image sampling not included), energy the profile's stated uncertainty.",
    ...(isAsync ? ["Trials were asked asynchronously: the same seed need not give the same trials."] : []),
    ...notes.reading,
  ];
}

function raceNote(settings: StudySettings, validationImages: number, firstConfirm: number): string {
  const firstRace = firstRaceImage(settings, validationImages);
  const shared = Math.max(0, firstConfirm + settings.confirm.images - firstRace);
  return `Race for the front: on the last ${validationImages - firstRace} validation images, ${shared} of them also the recommendation's, the same images and fault masks for every design.`;
}
