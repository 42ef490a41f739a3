// What is run for a study of claims, as evaluation tasks. One ANN and the networks made from it, the arms,
// hold the same stored weights and are struck by the same masks: a mask is keyed by the trained network, the
// rate and its number, never by the arm.
//
//   ann     as trained                       clip    relus bounded as the SNN's neurons are
//   levels  bounded, in T levels             snn     the design itself
//
// Test images are taken in blocks that are evaluated apart, so that the spread over images can be resampled.

import { designSpace, type SnnDesign } from "../../pipeline/design-space.ts";
import type { EvaluationTask, FaultPlan, NetworkPlan } from "../../pipeline/evaluation-task.ts";
import { resolve } from "../../space/resolve.ts";
import { canonical } from "../../space/space.ts";
import type { ClaimsSettings, Format } from "./claims-settings.ts";

export type Arm = "ann" | "clip" | "levels" | "snn";
export const arms: readonly Arm[] = ["ann", "clip", "levels", "snn"];

/** Every combination of the listed values, each design once. */
export function designsOf({ designs }: Pick<ClaimsSettings, "designs">): readonly SnnDesign[] {
  let rows: Readonly<Record<string, unknown>>[] = [{}];
  for (const [field, values] of Object.entries(designs)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [field]: value })));
  }
  const all = new Map<string, SnnDesign>();
  for (const row of rows) {
    const design = canonical(designSpace, resolve("designs", designSpace.fields, row)) as SnnDesign;
    all.set(JSON.stringify(design), design);
  }
  return [...all.values()];
}

/** @param design - read by all arms but `ann` */
export function planOf(arm: Arm, format: Format, ann: string, design: SnnDesign): NetworkPlan {
  const bits = format === "int8" ? 8 : "float32";
  switch (arm) {
    case "ann":
      return { kind: "ann", ann, bits, activation: { kind: "relu" }, design: null };
    case "clip":
      return { kind: "ann", ann, bits, activation: { kind: "clip" }, design };
    case "levels":
      return { kind: "ann", ann, bits, activation: { kind: "levels", levels: design.steps }, design };
    case "snn":
      return { kind: "snn", ann, design, bits };
    default:
      return arm satisfies never;
  }
}

/** Which trained network runs what; `network` is its number. */
export interface ArmOfNetwork {
  readonly plan: NetworkPlan;
  readonly network: number;
}

/** On validation images, to pick by. */
export function pickTask({ seed, pick }: ClaimsSettings, { plan, network }: ArmOfNetwork): EvaluationTask {
  const { images, faultImages, faultSeeds, bitErrorRate } = pick;
  const purpose: FaultPlan["purpose"] = "fault-search";
  const faults = [{ bitErrorRate, seeds: faultSeeds, images: faultImages, trial: network, purpose }];
  return { network: plan, split: "validation", images, faults, seed, trial: network };
}

/** On test images, without faults. */
export function cleanTask(
  { seed, figures }: ClaimsSettings,
  { plan, network }: ArmOfNetwork,
): EvaluationTask {
  return { network: plan, split: "test", images: figures.images, faults: [], seed, trial: network };
}

/** On the test images of one block, under all masks of all rates. */
export function faultTask(
  { seed, figures }: ClaimsSettings,
  { plan, network }: ArmOfNetwork,
  block: number,
): EvaluationTask {
  const images = figures.faultImages / figures.imageBlocks;
  const faults = figures.bitErrorRates.map((bitErrorRate): FaultPlan => {
    const purpose = "fault-final";
    return { bitErrorRate, seeds: figures.faultSeeds, images, trial: network, purpose, isDetailed: true };
  });
  return { network: plan, split: "test", firstImage: block * images, images, faults, seed, trial: network };
}

/** Inferences of a task, to weigh it by. */
export function inferencesOf({ images, faults }: EvaluationTask): number {
  return faults.reduce((sum, plan) => sum + plan.seeds * Math.min(plan.images, images), images);
}
