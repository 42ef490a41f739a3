// From the trials of the search to the networks that are looked at closely: which points, which
// ANN controls, and what is evaluated of each on which split.

import { bitsForSteps } from "../energy/count-ann.ts";
import { chosenProtection } from "../pipeline/chosen-protection.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { AnnActivation, EvaluationTask, NetworkPlan, StoredBits } from "../pipeline/evaluation-task.ts";
import { damagePlans } from "./damage-plans.ts";
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

export function pointFinalist(trial: number, plan: NetworkPlan): Finalist {
  return { id: `p${trial}`, label: `SNN p${trial}`, role: "snn", plan, trial, listsZeroSkipping: false };
}

/**
 * The ANNs a reader compares with: float32, int8, and every other format the designs store weights in, so that
 * each SNN stands beside the ANN with its own stored weights. One set for each network the designs convert.
 */
export function annFinalists(
  designs: readonly StudyDesign[],
  annOf: (design: StudyDesign) => string,
): readonly Finalist[] {
  const networks = new Map(designs.map((design) => [design.network, annOf(design)]));
  return [...networks].flatMap(([network, ann]) => {
    const prefix = networks.size === 1 ? "ann" : network;
    const bits = new Set([
      8,
      ...designs.filter((design) => design.network === network).map((d) => d.weightBits),
    ]);
    return plainAnns(
      ann,
      prefix,
      [...bits].sort((x, y) => y - x),
    );
  });
}

/** An ANN as float32, and stored in so many bits. */
export function plainAnns(ann: string, prefix = "ann", bits: readonly number[] = [8]): readonly Finalist[] {
  return [
    annFinalist(`${prefix}-float32`, "ANN float32", "ann", {
      ann,
      bits: "float32",
      activation: { kind: "relu" },
    }),
    ...bits.map((width) =>
      annFinalist(`${prefix}-int${width}`, `ANN int${width}, 8-bit activations`, "ann", {
        ann,
        bits: width,
        activation: { kind: "levels", levels: 255 },
      }),
    ),
  ];
}

/**
 * Controls with the reference design's stored weights, protection and bounds: clipped as its rates are, and also with as
 * many levels as it has steps. What they share with the SNN is not the spikes' doing.
 */
export function controlFinalists(design: StudyDesign, ann: string): readonly Finalist[] {
  const { weightBits: bits, steps } = design;
  const { name } = chosenProtection(design) ?? { name: null };
  const clipped = `ANN int${bits}, clipped at the SNN's bounds${name === null ? "" : `, ${name}`}`;
  return [
    {
      ...annFinalist("ann-clipped", clipped, "control", { ann, bits, activation: { kind: "clip" } }, design),
      listsZeroSkipping: false,
    },
    annFinalist(
      "ann-levels",
      `${clipped}, ${bitsForSteps(steps)}-bit activations (${steps} levels)`,
      "control",
      { ann, bits, activation: { kind: "levels", levels: steps } },
      design,
    ),
  ];
}

function annFinalist(
  id: string,
  label: string,
  role: "ann" | "control",
  plan: { readonly ann: string; readonly bits: StoredBits; readonly activation: AnnActivation },
  design: StudyDesign | null = null,
): Finalist {
  return { id, label, role, plan: { kind: "ann", ...plan, design }, trial: -1, listsZeroSkipping: true };
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

/** Most images of the confirmation that spiking networks are explained on. */
export const explainedImages = 500;

/**
 * Validation images the search has not seen, as far as there are enough, under fresh masks: the figures a choice
 * may rest on. Spiking networks are explained on the first of them, so never on test images.
 *
 * @param validationImages - size of the validation split
 */
export function confirmTask(
  finalist: Finalist,
  settings: StudySettings,
  validationImages: number,
): NamedTask {
  const { confirm } = settings;
  const task = taskOf(finalist, settings, "confirm", confirm.images);
  const firstImage = firstConfirmImage(settings, validationImages);
  const explainImages = Math.min(explainedImages, confirm.images);
  const explained = finalist.plan.kind === "snn" ? { ...task, explainImages } : task;
  return { name: `confirm/${finalist.id}`, task: { ...explained, firstImage } };
}

/** Where confirmation begins: behind the search's images if the split is long enough. */
export function firstConfirmImage({ confirm, evaluation }: StudySettings, validationImages: number): number {
  return Math.max(0, Math.min(evaluation.images, validationImages - confirm.images));
}

/** Test images, every bit-error rate, masks never used before. Masks are the same for all networks of one format. */
export function finalTask(finalist: Finalist, settings: StudySettings): NamedTask {
  return { name: `final/${finalist.id}`, task: taskOf(finalist, settings, "final", settings.final.images) };
}

function taskOf(
  { plan, trial }: Finalist,
  settings: StudySettings,
  phase: "confirm" | "final",
  images: number,
): EvaluationTask {
  const { seed, final } = settings;
  const damaged = { phase, seeds: final.faultSeeds, images: Math.min(final.faultImages, images), trial: -1 };
  return {
    network: plan,
    split: phase === "final" ? "test" : "validation",
    images,
    ...damagePlans(settings, damaged),
    seed,
    trial,
  };
}
