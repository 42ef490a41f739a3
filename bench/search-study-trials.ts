// One trial of the study that searches are compared on: a LeNet-like CNN of MNIST (converted-networks.ts) is
// converted by a design and scored on 1,000 validation images, under 5 masks of flipped weight bits. The masks
// are the same for every design, and a design that was scored once is not scored again, whoever asks for it.

import { InvalidValueError } from "../src/base/errors.ts";
import { profiles } from "../src/energy/profiles.ts";
import { writeNetworkFile } from "../src/formats/network-file.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { designSpace, type SnnDesign, usualSpace } from "../src/pipeline/design-space.ts";
import type { EvaluationTask } from "../src/pipeline/evaluation-task.ts";
import { Evaluator } from "../src/pipeline/evaluator.ts";
import type { ObjectiveContext } from "../src/pipeline/objective.ts";
import { onScale } from "../src/pipeline/objective-scale.ts";
import { objectives } from "../src/pipeline/objectives.ts";
import { type DesignValues, narrow, type Space } from "../src/space/space.ts";
import { int8Ann } from "../src/study/declare-reference.ts";
import { referencePoint } from "../src/study/reference-point.ts";
import { lenet, trained } from "./converted-networks.ts";
import { kept } from "./kept.ts";
import { roomsHash } from "./rooms-hash.ts";

/** What a study varies, of up to 32 steps: a trial is to take 3 s at most. */
export const studySearchSpace: Space = narrow(designSpace, { ...usualSpace, steps: { low: 1, high: 32 } });

export interface StudyTrial {
  /** Errors, log10 of the energy in pJ, drop: all to be made small. null: the design cannot be run. */
  readonly objectives: readonly number[] | null;
  readonly seconds: number;
}

export interface StudySize {
  readonly images: number;
  readonly faultSeeds: number;
}

const bitErrorRate = 1e-3;
const names = ["accuracy", "energy", "drop"] as const;
const context: ObjectiveContext = {
  profile: Object.values(profiles)[0],
  accounting: "mac-once",
  bitErrorRate,
};
/** All that an evaluation passes through. */
const evaluationRooms =
  "base space statistics kernels neuron model coding data formats ann simulate convert fault energy pipeline".split(
    " ",
  );

export interface StudyTrials {
  /** Designs scored before, here or in an earlier run, come at once. */
  readonly score: (design: DesignValues) => Promise<StudyTrial>;
  /** Where trials of a study count that gives no reference point: what it derives from the ANN, as `objectives` are. */
  readonly derivedReference: readonly number[];
}

export async function studyTrials(size: StudySize): Promise<StudyTrials> {
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 30 });
  const dataset = await loadDataset("mnist");
  const model = await trained(lenet, dataset);
  const anns = new Map([["lenet", writeNetworkFile(model)]]);
  const evaluator = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });
  const revision = await roomsHash(evaluationRooms);
  return {
    score: (design) =>
      kept("search-study-trial", [design, size], async () => measured(evaluator, design, size), revision),
    derivedReference: await annReference(evaluator, size),
  };
}

async function annReference(evaluator: Evaluator, size: StudySize): Promise<readonly number[]> {
  const { evaluation } = await evaluator.evaluate({ network: int8Ann("lenet"), ...taskOf(size) });
  const point = referencePoint({ objectives: names, requirements: {}, search: {} }, [evaluation], context);
  return asErrors(point.map(({ value }) => value));
}

function taskOf({ images, faultSeeds: seeds }: StudySize): Omit<EvaluationTask, "network"> {
  const streams = { images, seeds, trial: -1 };
  const faults = [{ ...streams, bitErrorRate, purpose: "fault-search" as const }];
  return { split: "validation", images, faults, seed: 0, trial: -1 };
}

async function measured(evaluator: Evaluator, design: DesignValues, size: StudySize): Promise<StudyTrial> {
  const start = performance.now();
  const secondsSince = (): number => (performance.now() - start) / 1000;
  const snn = design as unknown as SnnDesign;
  try {
    const { evaluation } = await evaluator.evaluate({
      network: { kind: "snn", ann: "lenet", design: snn, bits: snn.weightBits },
      ...taskOf(size),
    });
    const values = names.map((name) => objectives[name].score(evaluation, context).value);
    return { objectives: asErrors(values), seconds: secondsSince() };
  } catch (error) {
    if (error instanceof InvalidValueError) return { objectives: null, seconds: secondsSince() };
    throw error;
  }
}

/** Objectives on their scales, shares that are right as shares that are wrong. */
function asErrors(values: readonly number[]): readonly number[] {
  const [accuracy, ...others] = values.map((value, i) => onScale(objectives[names[i]], value));
  return [1 - accuracy, ...others];
}
