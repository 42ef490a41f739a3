// One topology on one data set: networks are trained, designs picked on validation images, and all arms of
// the picked designs run on test images, clean and under faults.

import { StateError } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import type { Dataset } from "../../data/dataset.ts";
import { energyOf } from "../../energy/energy-of.ts";
import { profiles } from "../../energy/profiles.ts";
import type { SnnDesign } from "../../pipeline/design-space.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { EvaluationTask } from "../../pipeline/evaluation-task.ts";
import type { ArmMeasures, CellMeasures } from "./cell-measures.ts";
import {
  type Arm,
  arms,
  cleanTask,
  designsOf,
  faultTask,
  inferencesOf,
  pickTask,
  planOf,
} from "./claims-plan.ts";
import type { ClaimsPorts, Piece } from "./claims-ports.ts";
import { type ClaimsSettings, type Format, formats, pickNames, type TrainedSpec } from "./claims-settings.ts";
import { type Candidate, pickDesign } from "./pick-design.ts";

export interface CellToMeasure {
  readonly settings: ClaimsSettings;
  readonly data: string;
  readonly dataset: Dataset;
  readonly spec: TrainedSpec;
  /** Told what was done and how many inferences, or inferences' worth of training, it was. */
  readonly onDone: (doing: string, inferences: number) => void;
}

/** An image trained on costs about as much as so many inferences. */
const inferencesPerTrainedImage = 2.5;

type Measure = (task: EvaluationTask) => Promise<Piece>;

/** Inferences, or as much, that a cell takes; fewer where both picks are one design. */
export function workOfCell(settings: ClaimsSettings, trainImages: number): number {
  const { trained, training, pick, figures } = settings;
  const picking = pick.networks * (designsOf(settings).length + 1);
  const masks = figures.bitErrorRates.length * figures.faultSeeds;
  const runs = trained * formats.length * (1 + pickNames.length * (arms.length - 1));
  return (
    trained * training.epochs * trainImages * inferencesPerTrainedImage +
    picking * (pick.images + pick.faultSeeds * pick.faultImages) +
    runs * (figures.images + (masks + 1) * figures.faultImages)
  );
}

export async function measureCell(ports: ClaimsPorts, cell: CellToMeasure): Promise<CellMeasures> {
  const { settings, data, dataset, spec, onDone } = cell;
  const title = `${data} ${spec.name}`;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let network = 0; network < settings.trained; network++) {
    const file = await ports.trainAnn({ spec, data, dataset, seed: settings.seed + network });
    files.set(await sha256(file), file);
    const images = settings.training.epochs * dataset.train.count;
    onDone(`${title}, trained ${network + 1} of ${settings.trained}`, images * inferencesPerTrainedImage);
  }
  const anns = [...files.keys()];
  if (anns.length < settings.trained)
    throw new StateError(`${title} must give a network of its own for every seed, but two are the same.`);
  const executor = ports.openExecutor(dataset, files);
  const known = new Map<string, Promise<Piece>>();
  const measure =
    (doing: string): Measure =>
    (task) => {
      const key = JSON.stringify(task);
      const before = known.get(key);
      if (before !== undefined) return before;
      const piece = ports.kept(task, () => executor.evaluate(task));
      known.set(key, piece);
      return piece.then((result) => {
        onDone(`${title}, ${doing}`, inferencesOf(task));
        return result;
      });
    };
  try {
    const { accuracy, candidates } = await measureCandidates(measure("picking"), settings, anns);
    const least = accuracy - settings.pick.accuracyMargin;
    const picks = {
      energy: pickDesign(candidates, "energy", least),
      drop: pickDesign(candidates, "drop", least),
    };
    const designs = [picks.energy.design, picks.drop.design];
    const measured = await measureArms(measure("test images"), settings, anns, designs);
    const common = { data, spec, seed: settings.seed, anns, picks, measured };
    return { ...common, designsTried: candidates.length, pickedAgainst: accuracy };
  } finally {
    await executor.close();
  }
}

/** All designs in int8 on validation images, as means over the networks that pick. */
async function measureCandidates(
  measure: Measure,
  settings: ClaimsSettings,
  anns: readonly string[],
): Promise<{ readonly accuracy: number; readonly candidates: readonly Candidate[] }> {
  const { pick } = settings;
  const designs = designsOf(settings);
  const ofAll = (arm: Arm, design: SnnDesign): Promise<readonly Evaluation[]> =>
    Promise.all(
      anns.slice(0, pick.networks).map(async (ann, network) => {
        const task = pickTask(settings, { plan: planOf(arm, "int8", ann, design), network });
        return (await measure(task)).evaluation;
      }),
    );
  const mean = (of: readonly Evaluation[], value: (evaluation: Evaluation) => number): number =>
    of.reduce((sum, evaluation) => sum + value(evaluation), 0) / of.length;
  const accuracyOf = ({ correctPerStep, images }: Evaluation): number =>
    (correctPerStep.at(-1) ?? 0) / images;
  const dropOf = ({ faults: [{ cleanCorrect, images, seeds }] }: Evaluation): number =>
    seeds.reduce((sum, { correct }) => sum + cleanCorrect - correct, 0) / (seeds.length * images);
  const energies = (of: readonly Evaluation[]): number | null => {
    const each = of.map(({ counts }) => energyOf(counts, profiles[pick.profile], pick.accounting).energyPj);
    return each.some((energyPj) => energyPj === null)
      ? null
      : each.reduce<number>((sum, energyPj) => sum + (energyPj ?? 0), 0) / each.length;
  };
  const [ann, ...each] = await Promise.all([
    ofAll("ann", designs[0]),
    ...designs.map((design) => ofAll("snn", design)),
  ]);
  return {
    accuracy: mean(ann, accuracyOf),
    candidates: each.map((evaluations, i) => ({
      design: designs[i],
      accuracy: mean(evaluations, accuracyOf),
      energyPj: energies(evaluations),
      drop: mean(evaluations, dropOf),
    })),
  };
}

async function measureArms(
  measure: Measure,
  settings: ClaimsSettings,
  anns: readonly string[],
  designs: readonly SnnDesign[],
): Promise<CellMeasures["measured"]> {
  const all = new Map<string, ArmMeasures>();
  const keyOf = (arm: Arm, format: Format, design: SnnDesign): string =>
    JSON.stringify(planOf(arm, format, "", design));
  const asked = designs.flatMap((design) =>
    formats.flatMap((format) => arms.map((arm) => ({ arm, format, design }))),
  );
  const weights = new Map<string, string>();
  const measureNetwork = async (arm: Arm, format: Format, design: SnnDesign, network: number) => {
    const of = { plan: planOf(arm, format, anns[network], design), network };
    const blocks = Array.from({ length: settings.figures.imageBlocks }, (_, block) => block);
    const [clean, ...struck] = await Promise.all([
      measure(cleanTask(settings, of)),
      ...blocks.map((block) => measure(faultTask(settings, of, block))),
    ]);
    const stored = `${format} ${network}`;
    const same = weights.get(stored) ?? clean.weights;
    weights.set(stored, same);
    if ([clean, ...struck].some((piece) => piece.weights !== same))
      throw new StateError(
        `${arm} in ${format} must store the ANN's weights to be compared, but it does not.`,
      );
    return { clean: clean.evaluation, struck: struck.map(({ evaluation }) => evaluation) };
  };
  await Promise.all(
    asked.map(async ({ arm, format, design }) => {
      const each = await Promise.all(anns.map((_, network) => measureNetwork(arm, format, design, network)));
      const measures = { clean: each.map(({ clean }) => clean), struck: each.map(({ struck }) => struck) };
      all.set(keyOf(arm, format, design), measures);
    }),
  );
  return (arm, format, design) => all.get(keyOf(arm, format, design)) as ArmMeasures;
}
