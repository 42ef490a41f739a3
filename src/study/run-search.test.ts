import assert from "node:assert/strict";
import { test } from "node:test";
import { madeEvaluation } from "../../test/made-trials.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { runSearch, type SearchOptions } from "./run-search.ts";
import type { Json } from "./storage.ts";
import type { StudyDesign } from "./study-design.ts";
import type { StudyPorts } from "./study-ports.ts";

interface Asked {
  readonly numbers: readonly number[];
  readonly history: readonly number[];
  readonly pending: readonly number[];
}

/** Trial n takes 1 + (7n mod 5) turns of the event loop. */
async function measure({ number }: { readonly number: number }): Promise<Evaluation> {
  for (let turn = 0; turn <= (7 * number) % 5; turn++) await new Promise((go) => setImmediate(go));
  if (number === 5) throw new Error("dead layer");
  return madeEvaluation(600, 1000, 1000);
}

async function searched(
  options: Partial<SearchOptions>,
): Promise<{ readonly asked: readonly Asked[]; readonly designs: readonly Json[]; readonly most: number }> {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "s", settings: null, budgetTrials: 100 });
  const asked: Asked[] = [];
  let [running, most] = [0, 0];
  const ports = { storage, signal: new AbortController().signal } as unknown as StudyPorts;
  await runSearch(ports, {
    key: "s",
    slots: 3,
    budgetTrials: 10,
    batch: 4,
    isAsync: false,
    isOver: async () => false,
    ask: (numbers, history, pending) => {
      const of = (trials: typeof history) => trials.map(({ number }) => number);
      asked.push({ numbers, history: of(history), pending: of(pending) });
      return numbers.map((number) => ({ number, after: history.length }) as unknown as StudyDesign);
    },
    measure: async (trial) => {
      most = Math.max(most, ++running);
      try {
        return await measure(trial);
      } finally {
        running--;
      }
    },
    figuresOf: () => ({ values: [], metrics: [], artefacts: {} }),
    onTrial: () => {},
    ...options,
  });
  return { asked, designs: (await storage.listTrials("s")).map(({ design }) => design), most };
}

test("a block sees exactly the blocks before it and nothing under way, for any number of workers", async () => {
  const { asked, designs } = await searched({});
  const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);
  assert.deepEqual(
    asked,
    [0, 4, 8].map((start) => ({
      numbers: [start, start + 1, start + 2, start + 3],
      history: upTo(start),
      pending: [],
    })),
  );
  assert.deepEqual((await searched({ slots: 1 })).designs, designs);
  assert.equal(designs.length, 10);
});

test("asked asynchronously, every trial knows of all others: as finished or as under way", async () => {
  const { asked, designs } = await searched({ isAsync: true });
  const single = asked.slice(1);
  assert.deepEqual(
    single.map(({ numbers }) => numbers),
    [[4], [5], [6], [7], [8], [9]],
  );
  for (const { numbers, history, pending } of single) {
    const known = [...history, ...pending].sort((a, b) => a - b);
    assert.deepEqual(
      known,
      Array.from({ length: numbers[0] }, (_, i) => i),
    );
  }
  assert.ok(single.some(({ pending }) => pending.length > 0));
  assert.equal(designs.length, 10);
});

test("asked asynchronously, as many trials run at once as there are slots, however small the first block", async () => {
  assert.equal((await searched({ isAsync: true, batch: 1 })).most, 3);
});

for (const isAsync of [false, true]) {
  test(`a search that is over asks nothing more (${isAsync ? "asynchronous" : "in blocks"})`, async () => {
    const isOver: SearchOptions["isOver"] = async (history) => history.length >= 4;
    const { designs, asked } = await searched({ isAsync, isOver });
    assert.ok(asked.every(({ history }) => history.length < 4));
    assert.ok(designs.length >= 4 && designs.length < 10);
  });
}
