// The reference point of a study that runs: derived once, before the search, and kept. What it takes from ANNs is
// measured as every trial is, on the search's images.

import type { EvaluationTask, Executor, NetworkPlan } from "../pipeline/evaluation-task.ts";
import { damagePlans } from "./damage-plans.ts";
import { hasReference } from "./has-reference.ts";
import { type ReferencePoint, referencePoint, saysReference } from "./reference-point.ts";
import { runEvaluations } from "./run-evaluations.ts";
import type { Json } from "./storage.ts";
import type { StudyJudge } from "./study-judge.ts";
import type { StudyPorts } from "./study-ports.ts";
import type { StudySettings } from "./study-settings.ts";

/** Where a store has the reference point of a study. */
export const referenceDocument = "reference";

/**
 * @returns null where the study does not say every value, and there is no ANN to say it
 * @throws {CancelledError} when the study is stopped
 */
export async function declareReference(
  ports: StudyPorts,
  executor: Executor,
  { settings, context, space, kind, parts }: StudyJudge,
): Promise<ReferencePoint | null> {
  const { storage } = ports;
  const key = settings.name;
  const kept = await storage.getDocument(key, referenceDocument);
  if (kept !== undefined) return kept as unknown as ReferencePoint;
  if (!hasReference(settings)) return null;
  const tasks = kind
    .referenceAnns(parts, space)
    .map(([name, ann]) => ({ name: `reference/${name}`, task: annTask(settings, ann) }));
  const evaluations = saysReference(settings)
    ? []
    : await runEvaluations(ports, executor, key, "reference", tasks);
  const reference = referencePoint(settings, evaluations, context);
  await storage.putDocument(key, referenceDocument, reference as unknown as Json);
  await storage.appendEvent(key, "reference-declared", reference as unknown as Json);
  return reference;
}

/** The ANN in int8 with 8-bit activations, which the report lists as well. */
export function int8Ann(ann: string): NetworkPlan {
  return { kind: "ann", ann, bits: 8, activation: { kind: "levels", levels: 255 }, design: null };
}

function annTask(settings: StudySettings, ann: string): EvaluationTask {
  const { seed, evaluation } = settings;
  const { images, faultSeeds: seeds } = evaluation;
  return {
    network: int8Ann(ann),
    split: "validation",
    images,
    ...damagePlans(settings, { phase: "search", seeds, images, trial: -1 }),
    seed,
    trial: -1,
  };
}
