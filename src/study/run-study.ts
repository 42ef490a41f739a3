// A study from start to front: train, search, confirm, final, each phase resumable.
//
//   train      every ANN of the study, on training images (early stopping sees validation), or whatever else its
//              kind of trial begins with (kinds/)
//   reference  the ANNs on the search's images: where a trial begins to count
//   search     designs on validation images under search masks, in batches
//   race       the best designs on further validation images, where the study says so
//   confirm    the front's points and the ANNs on more validation images under fresh masks; the
//              recommendation rests on these figures
//   final      the same networks on test images, for reporting only

import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import type { Executor } from "../pipeline/evaluation-task.ts";
import { assembleFront } from "./assemble-front.ts";
import { bestFinalist, bestOfMethods } from "./best-of-methods.ts";
import { candidatesOf } from "./candidates.ts";
import { declareReference } from "./declare-reference.ts";
import { pastTrials } from "./exchange/past-trials.ts";
import type { PortableStudy } from "./exchange/portable-study.ts";
import { confirmTask, type Evaluated, type Finalist, finalTask, pointFinalist } from "./finalists.ts";
import type { Front } from "./front.ts";
import { halvingFigures } from "./halving/halving-figures.ts";
import { ladderOf } from "./halving/ladder.ts";
import type { JudgedTrial } from "./judged-trial.ts";
import { keepTrained } from "./keep-trained.ts";
import { kindOf } from "./kinds/kind-of.ts";
import { openStudy } from "./open-study.ts";
import { firstRaceImage, type RaceFigures, raceDesigns } from "./racing/race-designs.ts";
import { recommend } from "./recommend.ts";
import { recordConfirmed } from "./record-confirmed.ts";
import { rememberPast } from "./remember-past.ts";
import { runEvaluations } from "./run-evaluations.ts";
import { throwIfAborted } from "./run-search.ts";
import { searchDesigns } from "./search-designs.ts";
import { selectPoints } from "./select-points.ts";
import { stallOf } from "./stall.ts";
import type { Json, TrialRecord } from "./storage.ts";
import { StudyJudge } from "./study-judge.ts";
import { alone, type StudyPorts } from "./study-ports.ts";
import type { StudySettings } from "./study-settings.ts";

export interface StudyOptions {
  readonly settings: StudySettings;
  readonly dataset: Dataset;
  /** Ask trials as workers get free: faster, and no longer the same for every number of workers. */
  readonly isAsync: boolean;
  /** A study whose trials the search knows from its start; absent: that it was started with, if any. */
  readonly past?: PortableStudy;
  /** e.g. spikefront, node and kernels, for the report. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Run a study, or continue it. What is finished is never done twice.
 *
 * @throws {StateError} when it exists with other settings, or no trial succeeded
 * @throws {CancelledError} when the signal is aborted; everything finished is kept
 */
export async function runStudy(ports: StudyPorts, options: StudyOptions): Promise<Front> {
  const { settings, dataset } = options;
  const key = settings.name;
  firstRaceImage(settings, splitOf(dataset, "validation").count); // refuses a race without images before any work
  kindOf(settings).requireData(dataset);
  await openStudy(ports.storage, settings, dataset);
  const { trials: budgetTrials } = settings.search;
  const ladder = ladderOf(settings);
  const journal = (kind: string, data: Json): Promise<void> => ports.storage.appendEvent(key, kind, data);
  await journal("run-began", { budgetTrials, isAsync: options.isAsync, versions: { ...options.versions } });
  const trained = await alone(ports, "train", (held) => trainParts(held, settings));
  const files = new Map([...trained.values()].map(({ hash, file }) => [hash, file]));
  const executor = keepTrained(ports.openExecutor(files), ports, key);
  const hashes = new Map([...trained].map(([name, { hash }]) => [name, hash]));
  const past = await knownTrials(ports, options);
  const reference = await alone(ports, "reference", (held) =>
    declareReference(held, executor, new StudyJudge(settings, hashes)),
  );
  const judge = new StudyJudge(settings, hashes, { past, ...(reference && { reference }) });
  await journal("phase", { phase: "search" });
  await searchDesigns(ports, { executor, judge, isAsync: options.isAsync });
  throwIfAborted(ports.signal);

  const records = await ports.storage.listTrials(key);
  // Those that stopped early are no rivals of those that were measured whole.
  const trials = judge.judge(records).filter(({ fidelity }) => fidelity === 1);
  const race = await raceForFront(ports, executor, options, judge, trials);
  const points = selectPoints(trials, judge, race);
  if (points.length === 0) throw new StateError(whyNone(key, records));
  const pointFinalists = points.map(({ trial, design }) =>
    pointFinalist(trial, judge.planOf(design, "final")),
  );
  const bests = bestOfMethods(trials, points, judge);
  const designs = [...points, ...bests].map(({ design }) => design);
  const beside = [
    ...judge.kind.anns(judge.parts, designs),
    ...bests.map((best) => bestFinalist(best, judge)),
  ];
  await journal("phase", { phase: "confirm" });
  const confirmed = await evaluateAll(ports, executor, options, "confirm", [...pointFinalists, ...beside]);
  await recordConfirmed(ports.storage, judge, confirmed);

  // The controls are those of the best SNN; the one with levels is an ANN one could ship, so it is judged, too.
  const first = recommend(candidatesOf(confirmed, judge), settings.requirements);
  const compared = points[pointFinalists.indexOf(comparedPoint(pointFinalists, first))].design;
  const { controls, rivals } = judge.kind.controls(judge.parts, compared);
  const confirmedRivals = await evaluateAll(ports, executor, options, "confirm", rivals);
  const candidates = candidatesOf([...confirmed, ...confirmedRivals], judge);
  const recommendation = recommend(candidates, settings.requirements);

  const finalists = [...beside, ...controls, ...pointFinalists];
  await journal("phase", { phase: "final" });
  const finals = await evaluateAll(ports, executor, options, "final", finalists);
  await journal("run-ended", { points: points.length, choice: recommendation.choice });
  ports.onProgress({ phase: "report", done: 0, total: 1, best: "" });
  return assembleFront({
    ...options,
    judge,
    trials,
    confirmed,
    finals,
    recommendation,
    testUses: await ports.storage.listTestUses(key),
    stall: await stallOf(ports.storage, judge),
    halving: ladder && halvingFigures(records, ladder),
    race,
  });
}

/** null: the study has none. */
async function raceForFront(
  ports: StudyPorts,
  executor: Executor,
  { settings, dataset }: StudyOptions,
  judge: StudyJudge,
  trials: readonly JudgedTrial[],
): Promise<RaceFigures | null> {
  const { racing } = settings.search;
  if (racing === undefined || trials.length === 0) return null;
  await ports.storage.appendEvent(settings.name, "phase", { phase: "race" });
  const firstImage = firstRaceImage(settings, splitOf(dataset, "validation").count);
  return alone(ports, "race", (held) => raceDesigns(held, executor, judge, trials, { racing, firstImage }));
}

function whyNone(key: string, trials: readonly TrialRecord[]): string {
  const failed = trials.find(({ state }) => state === "failed");
  const isHalving = trials.some(({ state }) => state === "complete");
  return isHalving
    ? `study ${key} has no trial on all images: its budget ended before. Give it more (search.trials).`
    : `study ${key} has no successful trial: ${failed?.error.replace(/\.$/, "") ?? "none was run"}. Widen its space.`;
}

/** @throws {FormatError} when the study given has other objectives */
function knownTrials(
  { storage }: StudyPorts,
  { settings, past }: StudyOptions,
): Promise<readonly PastTrial[]> {
  const { space, objectives } = new StudyJudge(settings, new Map());
  const given = past === undefined ? undefined : pastTrials(past, space, objectives).past;
  return rememberPast(storage, settings.name, given);
}

async function evaluateAll(
  ports: StudyPorts,
  executor: Executor,
  { settings, dataset }: StudyOptions,
  phase: "confirm" | "final",
  finalists: readonly Finalist[],
): Promise<readonly Evaluated[]> {
  const { count } = splitOf(dataset, "validation");
  const tasks = finalists.map((finalist) =>
    phase === "confirm" ? confirmTask(finalist, settings, count) : finalTask(finalist, settings),
  );
  const evaluations = await alone(ports, phase, (held) =>
    runEvaluations(held, executor, settings.name, phase, tasks),
  );
  return finalists.map((finalist, i) => ({ ...finalist, evaluation: evaluations[i] }));
}

async function trainParts(
  { storage, blobs, trainPart, signal }: StudyPorts,
  settings: StudySettings,
): Promise<ReadonlyMap<string, { readonly hash: string; readonly file: Uint8Array<ArrayBuffer> }>> {
  const { name: key } = settings;
  const parts = new Map<string, { hash: string; file: Uint8Array<ArrayBuffer> }>();
  for (const part of kindOf(settings).parts) {
    throwIfAborted(signal);
    const kept = await storage.getDocument(key, `ann/${part.name}`);
    let file = typeof kept === "string" ? await blobs.get(kept) : undefined;
    if (file === undefined) file = await trainPart(part, signal);
    const hash = await blobs.put(file);
    await storage.putDocument(key, `ann/${part.name}`, hash);
    parts.set(part.name, { hash, file });
  }
  return parts;
}

/** The SNN that controls and float32 faults are compared with. */
function comparedPoint(
  points: readonly Finalist[],
  { choice, runnerUp, nearestMiss, ranking }: ReturnType<typeof recommend>,
): Finalist {
  const order = [choice, runnerUp, nearestMiss, ...ranking];
  for (const id of order) {
    const point = points.find((other) => other.id === id);
    if (point !== undefined) return point;
  }
  return points[0];
}
