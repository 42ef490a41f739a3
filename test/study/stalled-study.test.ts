// A study whose search stalls: where it ends does not depend on workers or interruptions, and more budget goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/base/hash.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { Front } from "../../src/study/front.ts";
import { MemoryStorage } from "../../src/study/memory-storage.ts";
import { runStudy } from "../../src/study/run-study.ts";
import { readStudyFile } from "../../src/study/study-file.ts";
import { madeExecutor } from "./made-executor.ts";

const studyText = (trials: number) => `schema: spikefront.study/1
name: stalling
seed: 5
networks: [{ file: ann.safetensors }]
space: { steps: { low: 1, high: 16 } }
objectives: [accuracy, energy]
search: { trials: ${trials}, startTrials: 4, stopWhenStalled: 10 }
evaluation: { images: 1000, faultSeeds: 2 }
confirm: { images: 100 }
final: { images: 100, points: 3, faultSeeds: 2 }
`;
const split = {
  pixels: new Uint8Array(12_000),
  labels: new Uint8Array(12_000),
  imageShape: [1, 1, 1],
} as const;
const part = { ...split, count: 12_000 };
const dataset: Dataset = { name: "made", train: part, test: part, classes: ["0", "1"], sha256: "ab" };

interface Run {
  readonly storage: MemoryStorage;
  readonly slots?: number;
  readonly trials?: number;
  /** Abort when so many tasks have ended. */
  readonly stopAfter?: number;
  readonly notes?: string[];
}

async function run({
  storage,
  slots = 1,
  trials = 60,
  stopAfter = Infinity,
  notes = [],
}: Run): Promise<Front> {
  const stop = new AbortController();
  let ended = 0;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return runStudy(
    {
      storage,
      blobs: {
        put: async (bytes) => {
          const hash = await sha256(bytes);
          files.set(hash, bytes);
          return hash;
        },
        get: async (hash) => files.get(hash),
      },
      trainPart: async () => new Uint8Array([0]),
      openExecutor: () =>
        madeExecutor(slots, () => {
          if (++ended === stopAfter) stop.abort();
        }),
      signal: stop.signal,
      onProgress: () => {},
      onNote: (line) => notes.push(line),
    },
    { settings: readStudyFile(studyText(trials), "s.yaml"), dataset, isAsync: false, versions: {} },
  );
}

const opened = (): MemoryStorage => new MemoryStorage(() => 0);

test("a stalled search ends at the same trial for any workers and after interruptions, and says so", async () => {
  const notes: string[] = [];
  const front = await run({ storage: opened(), notes });
  const { stalled } = front;
  assert.ok(stalled !== undefined && stalled.trials < 60 && stalled.window === 10);
  assert.equal(front.trials.length, stalled.trials);
  assert.deepEqual(notes, [
    `search: ended after ${stalled.trials} of 60 trials, for the last 10 brought no more hypervolume than its error`,
  ]);
  assert.deepEqual(await run({ storage: opened(), slots: 3 }), front);
  const storage = opened();
  for (const stopAfter of [5, 9, 13])
    await assert.rejects(run({ storage, slots: 2, stopAfter }), { name: "CancelledError" });
  assert.deepEqual({ ...(await run({ storage })), testUses: [] }, { ...front, testUses: [] });
  assert.deepEqual((await run({ storage })).stalled, stalled, "a stalled study that is run again stays so");
});

test("a larger budget goes on from where the search stalled, with the trials it had", async () => {
  const storage = opened();
  const { stalled, trials } = await run({ storage });
  const grown = await run({ storage, trials: 61 });
  assert.ok(grown.trials.length >= (stalled?.trials ?? 0) + 10);
  assert.deepEqual(
    grown.trials.slice(0, trials.length).map(({ design }) => design),
    trials.map(({ design }) => design),
  );
});

test("a study's reference point is derived once, before the search, and stays", async () => {
  const storage = opened();
  const { reference } = await run({ storage });
  assert.deepEqual(
    reference?.map(({ objective, source, scale }) => [objective, source, scale]),
    [
      ["accuracy", "ann", "linear"],
      ["energy", "ann", "log"],
    ],
  );
  const events = await storage.listEvents("stalling", 0);
  const kinds = events.map(({ kind }) => kind);
  assert.ok(kinds.indexOf("reference-declared") < kinds.indexOf("trials-asked"));
  await run({ storage, trials: 80 });
  const later = await storage.listEvents("stalling", events.length);
  assert.ok(!later.some(({ kind }) => kind === "reference-declared"));
});
