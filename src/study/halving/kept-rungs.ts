// What a trial was worth on each of its rungs, and the counts from which it goes on, kept in the study beside it.

import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { EvaluationTally } from "../../pipeline/evaluation-tally.ts";
import type { DocumentStore, Json } from "../storage.ts";

export interface KeptRungs {
  /** By rung. */
  readonly evaluations: readonly Evaluation[];
  /** Counts of the last; null on the highest rung, from which nothing goes on. */
  readonly tally: EvaluationTally | null;
}

export async function keepRungs(
  storage: DocumentStore,
  key: string,
  trial: number,
  rungs: KeptRungs,
): Promise<void> {
  await storage.putDocument(key, nameOf(trial), rungs as unknown as Json);
}

export async function readRungs(storage: DocumentStore, key: string, trial: number): Promise<KeptRungs> {
  const kept = (await storage.getDocument(key, nameOf(trial))) as KeptRungs | undefined;
  return kept ?? { evaluations: [], tally: null };
}

function nameOf(trial: number): string {
  return `halving/${trial}`;
}
