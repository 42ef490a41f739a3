import assert from "node:assert/strict";
import { test } from "node:test";
import type { PastTrial } from "../optimize/sampler.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { rememberPast } from "./remember-past.ts";

const past: readonly PastTrial[] = [
  { number: -3, design: { steps: 4 }, objectives: [0.5, 3], violation: 0.5, constraints: [0.5, -1] },
  { number: -2, design: { steps: 5 }, objectives: null, violation: Infinity },
  { number: -1, design: { steps: 6 }, objectives: [0.25, 1], violation: 0, fidelity: 0.25 },
];

async function begun(): Promise<MemoryStorage> {
  const storage = new MemoryStorage(() => 0);
  await storage.createStudy({ key: "s", settings: {}, budgetTrials: 4 });
  return storage;
}

test("past trials given at the start are there when the study goes on without them", async () => {
  const storage = await begun();
  assert.deepEqual(await rememberPast(storage, "s", past), past);
  assert.deepEqual(await rememberPast(storage, "s", undefined), past);
  assert.deepEqual(await rememberPast(storage, "s", past), past);
});

test("a study that has begun takes no other past, and one that began without takes none", async () => {
  const storage = await begun();
  await rememberPast(storage, "s", past);
  await assert.rejects(rememberPast(storage, "s", past.slice(1)), {
    name: "StateError",
    message: /study s has begun with 3 past trials that differ from the 2 given\. Leave --past out/,
  });
  const other = await begun();
  assert.deepEqual(await rememberPast(other, "s", undefined), []);
  await other.addTrials("s", [{ number: 0, design: {} }]);
  await assert.rejects(rememberPast(other, "s", past), /has begun with 0 past trials/);
});

test("trials whose values cannot be kept are left out, and the others numbered up to −1", async () => {
  const storage = await begun();
  const infinite = { ...past[0], objectives: [Infinity, 1] };
  const known = await rememberPast(storage, "s", [infinite, ...past.slice(1)]);
  assert.deepEqual(known, past.slice(1));
});
