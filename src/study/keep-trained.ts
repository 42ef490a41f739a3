// An executor for plans whose network an evaluation trains: what was trained once is kept, so that the same plan on
// other images, under other faults or after an interruption is not trained again. A network follows from its plan, so
// this changes no figure.

import { sha256 } from "../base/hash.ts";
import type { Executor, NetworkPlan } from "../pipeline/evaluation-task.ts";
import type { StudyPorts } from "./study-ports.ts";

/** @param key - of the study */
export function keepTrained(
  executor: Executor,
  { storage, blobs }: Pick<StudyPorts, "storage" | "blobs">,
  key: string,
): Executor {
  return {
    slots: executor.slots,
    async evaluate(task) {
      const name = await documentOf(task.network);
      if (name === null) return executor.evaluate(task);
      const hash = await storage.getDocument(key, name);
      const made = typeof hash === "string" ? await blobs.get(hash) : undefined;
      const outcome = await executor.evaluate(made === undefined ? task : { ...task, made });
      if (made === undefined && outcome.trained !== undefined)
        await storage.putDocument(key, name, await blobs.put(outcome.trained));
      return outcome;
    },
  };
}

/** Where the hash of what a plan trains is kept; null: it trains nothing. How weights are stored makes no difference. */
async function documentOf(plan: NetworkPlan): Promise<string | null> {
  if (plan.kind !== "skips" && plan.kind !== "ttfs") return null;
  const { bits: _, ...training } = plan;
  return `trained/${await sha256(new TextEncoder().encode(JSON.stringify(training)))}`;
}
