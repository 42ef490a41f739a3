// An evaluation turned into the figures a reader wants: intervals, energies, doses, latency.

import type { InputAccounting, OperationCounts } from "../energy/counts.ts";
import { energyOf } from "../energy/energy-of.ts";
import type { EnergyProfile } from "../energy/profile.ts";
import { timeOf } from "../energy/time-of.ts";
import { dropInterval, faultyAccuracyInterval } from "../pipeline/drop-objective.ts";
import type { Evaluation, FaultResult, Interval } from "../pipeline/evaluation.ts";
import type { NetworkPlan } from "../pipeline/evaluation-task.ts";
import type { Objective, ObjectiveContext } from "../pipeline/objective.ts";
import { networkFaults } from "../pipeline/read-faults.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import type { DoseFigure, EnergyFigure, NetworkFigures } from "./front.ts";

export interface FiguresOptions {
  readonly id: string;
  readonly label: string;
  readonly role: NetworkFigures["role"];
  readonly evaluation: Evaluation;
  /** How the network was made; absent: converted, or an ANN. */
  readonly plan?: Pick<NetworkPlan, "kind">;
  /** Price these counts instead of the evaluation's (zero-skipping hardware). */
  readonly counts?: OperationCounts;
  readonly profiles: readonly EnergyProfile[];
  /** The study's; those that have figures of their own here are left out. */
  readonly objectives: readonly Objective[];
  readonly context: ObjectiveContext;
}

const accountings: readonly InputAccounting[] = ["mac-once", "mac-per-step", "ac"];

export function networkFigures(options: FiguresOptions): NetworkFigures {
  const { id, label, role, evaluation, profiles } = options;
  const counts = options.counts ?? evaluation.counts;
  const { memories, images, correctPerStep } = evaluation;
  const further = furtherObjectives(options);
  const altered = evaluation.faults.flatMap((fault) =>
    fault.target === undefined ? [] : [{ ...doseFigure(fault), target: fault.target }],
  );
  const seconds = profiles.map((profile) => timeOf(counts, profile)).find((time) => time !== null);
  return {
    id,
    label,
    role,
    ...trainingOf(options.plan),
    network: evaluation.network,
    accuracy: accuracyInterval(correctPerStep.at(-1) ?? 0, images),
    accuracyPerStep: correctPerStep.map((correct) => accuracyInterval(correct, images)),
    energy: energyFigures(counts, profiles),
    doses: networkFaults(evaluation).map(doseFigure),
    ...(altered.length > 0 && { parameterDoses: altered }),
    ...(further.length > 0 && { objectives: Object.fromEntries(further) }),
    latencySteps: counts.steps,
    latencySeconds: seconds ?? null,
    memoryBytes: memories.weightsBytes + memories.potentialsBytes + memories.activationsBytes,
    density: densityOf(counts),
    evaluation,
  };
}

function trainingOf(plan: FiguresOptions["plan"]): Pick<NetworkFigures, "training"> {
  if (plan?.kind === "skips") return { training: "direct" };
  return plan?.kind === "ttfs" ? { training: "event" } : {};
}

function doseFigure(fault: FaultResult): DoseFigure {
  const { format, bitErrorRate, storedBits } = fault;
  return {
    format,
    bitErrorRate,
    accuracy: faultyAccuracyInterval(fault),
    drop: dropInterval(fault),
    ...(storedBits !== undefined && { expectedUpsets: bitErrorRate * storedBits }),
  };
}

function furtherObjectives({
  objectives,
  evaluation,
  context,
}: FiguresOptions): readonly (readonly [name: string, figure: Interval])[] {
  return objectives
    .filter((objective) => objective.needs !== undefined && hasWhat(objective, evaluation))
    .map((objective) => [objective.name, objective.score(evaluation, context)]);
}

/** ANNs have no spikes, and no ANN beside them. */
function hasWhat({ needs }: Objective, { kind, ann, events }: Evaluation): boolean {
  if (needs === "spikes") return kind === "snn";
  if (needs === "ann") return ann !== undefined;
  return needs !== "events" || events !== undefined;
}

/** Every profile; the three accountings only where an input is held as a real-valued current. */
function energyFigures(counts: OperationCounts, profiles: readonly EnergyProfile[]): readonly EnergyFigure[] {
  const isAnalog = counts.layers.some(({ analogInput }) => analogInput !== null);
  return profiles.flatMap((profile) =>
    (isAnalog ? accountings : accountings.slice(0, 1)).map((accounting) =>
      energyOf(counts, profile, accounting),
    ),
  );
}

function densityOf({ layers }: OperationCounts): NetworkFigures["density"] {
  const byLayer: Record<string, number> = {};
  let done = 0;
  let dense = 0;
  for (const { layer, synapticOperations, denseProducts } of layers) {
    if (denseProducts === 0) continue;
    byLayer[layer] = synapticOperations / denseProducts;
    done += synapticOperations;
    dense += denseProducts;
  }
  return { total: dense === 0 ? 0 : done / dense, byLayer };
}
