// From the trials of the search to the networks that are looked at closely: which points, which
// ANN controls, and what is evaluated of each on which split.

import type { Evaluation } from "../pipeline/evaluation.ts";
import type {
  AnnActivation,
  EvaluationTask,
  FaultPlan,
  NetworkPlan,
  StoredBits,
} from "../pipeline/evaluation-task.ts";
import type { NamedTask } from "./run-evaluations.ts";
import type { StudyDesign } from "./study-design.ts";
import type { StudySettings } from "./study-settings.ts";

/** A network to be looked at closely. */
export interface Finalist {
  readonly id: string;
  readonly label: string;
  readonly role: "ann" | "control" | "snn";
  readonly plan: NetworkPlan;
  /** Trial number of a front point; −1 for others. */
  readonly trial: number;
  /** Also listed with zero-skipping hardware, under `<id>-skip`. */
  readonly listsZeroSkipping: boolean;
}

/** A finalist and what was found. */
export interface Evaluated extends Finalist {
  readonly evaluation: Evaluation;
}

export function pointFinalist(trial: number, design: StudyDesign, ann: string): Finalist {
  return {
    id: `p${trial}`,
    label: `SNN p${trial}`,
    role: "snn",
    plan: { kind: "snn", ann, design, bits: design.weightBits },
    trial,
    listsZeroSkipping: false,
  };
}

/** The ANNs a reader compares with, and controls at the bounds and steps of the reference design. */
export function annFinalists(reference: StudyDesign, ann: string): readonly Finalist[] {
  const { weightBits, steps } = reference;
  const make = (
    id: string,
    label: string,
    role: "ann" | "control",
    bits: StoredBits,
    activation: AnnActivation,
    design: StudyDesign | null,
    listsZeroSkipping = true,
  ): Finalist => ({
    id,
    label,
    role,
    plan: { kind: "ann", ann, bits, activation, design },
    trial: -1,
    listsZeroSkipping,
  });
  const levels = (count: number): AnnActivation => ({ kind: "levels", levels: count });
  const activationBits = Math.ceil(Math.log2(steps + 1));
  return [
    make("ann-float32", "ANN float32", "ann", "float32", { kind: "relu" }, null),
    make("ann-int8", "ANN int8, 8-bit activations", "ann", 8, levels(255), null),
    ...(weightBits === 8
      ? []
      : [
          make(
            `ann-int${weightBits}`,
            `ANN int${weightBits}, 8-bit activations`,
            "ann",
            weightBits,
            levels(255),
            null,
          ),
        ]),
    make(
      "ann-clipped",
      `ANN int${weightBits}, clipped at the SNN's bounds`,
      "control",
      weightBits,
      { kind: "clip" },
      reference,
      false,
    ),
    make(
      "ann-levels",
      `ANN int${weightBits}, clipped, ${activationBits}-bit activations (${steps} levels)`,
      "control",
      weightBits,
      levels(steps),
      reference,
    ),
  ];
}

/** The reference design with float32 weights: float32 faults are reported apart. */
export function float32Finalist(reference: StudyDesign, ann: string): Finalist {
  return {
    id: "snn-float32",
    label: "SNN of the reference design, float32 weights",
    role: "snn",
    plan: { kind: "snn", ann, design: reference, bits: "float32" },
    trial: -1,
    listsZeroSkipping: false,
  };
}

/** Validation images again, more of them and under fresh masks: the figures a choice may rest on. */
export function confirmTask(finalist: Finalist, settings: StudySettings): NamedTask {
  const { confirm, evaluation, final } = settings;
  const fault: FaultPlan = {
    bitErrorRate: evaluation.bitErrorRate,
    seeds: final.faultSeeds,
    images: Math.min(final.faultImages, confirm.images),
    trial: -1,
    purpose: "fault-confirm",
  };
  return {
    name: `confirm/${finalist.id}`,
    task: taskOf(finalist, settings, "validation", confirm.images, [fault]),
  };
}

/** Test images, every bit-error rate, masks never used before. Masks are the same for all networks of one format. */
export function finalTask(finalist: Finalist, settings: StudySettings): NamedTask {
  const { final } = settings;
  const faults = final.bitErrorRates.map(
    (bitErrorRate): FaultPlan => ({
      bitErrorRate,
      seeds: final.faultSeeds,
      images: Math.min(final.faultImages, final.images),
      trial: -1,
      purpose: "fault-final",
    }),
  );
  return { name: `final/${finalist.id}`, task: taskOf(finalist, settings, "test", final.images, faults) };
}

function taskOf(
  { plan, trial }: Finalist,
  { seed }: StudySettings,
  split: EvaluationTask["split"],
  images: number,
  faults: readonly FaultPlan[],
): EvaluationTask {
  return { network: plan, split, images, faults, seed, trial };
}
