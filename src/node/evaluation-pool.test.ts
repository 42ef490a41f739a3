import assert from "node:assert/strict";
import { test } from "node:test";
import { patternDataset as dataset } from "../../test/study/patterns.ts";
import type { EvaluationTask } from "../pipeline/evaluation-task.ts";
import { EvaluationPool } from "./evaluation-pool.ts";

test("a thread without the memory to begin says so of every piece of work, not that the pool is closed", async () => {
  const pool = new EvaluationPool({ dataset, anns: new Map(), workers: 1, memoryBytes: 2 ** 10 });
  const task = { network: { kind: "ann", ann: "ab" } } as unknown as EvaluationTask;
  for (let turn = 0; turn < 2; turn++)
    await assert.rejects(pool.evaluate(task), /memoryBytes must be at least 1 MiB, but got 1024/);
  await pool.close();
  await assert.rejects(pool.evaluate(task), /the evaluation pool is closed/);
});
