// What every storage must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, Storage, TrialFigures } from "../../src/study/storage.ts";

/**
 * @param open - a storage on a place of its own for this `place`; the same place again sees what was kept, where
 *   the storage keeps anything
 */
export function storageContract(
  name: string,
  open: (place: string, now: () => number) => Storage | Promise<Storage>,
  { skip = false }: { readonly skip?: string | false } = {},
): void {
  const settings = { name: "s", list: [1, "zwei ✓", null, { deep: true }] };
  const start = async (place: string, now = () => 0): Promise<Storage> => {
    const storage = await open(place, now);
    await storage.createStudy({ key: "s", settings, budgetTrials: 4 });
    return storage;
  };
  const measured = { fidelity: 1, repeat: 0, seed: 3, standardError: 0.25 };
  const figures: TrialFigures = {
    values: [
      { ...measured, objective: "energy", value: 1e9 / 3 },
      { ...measured, objective: "accuracy", value: 0.5, fidelity: 0.1, standardError: null },
      { ...measured, objective: "accuracy", value: -0.75, repeat: 1, seed: 2 ** 40 },
    ],
    metrics: [
      { name: "accuracyPerStep", step: 2, value: 0.9 },
      { name: "accuracyPerStep", step: 1, value: 0.1 },
    ],
    artefacts: { network: "ab".repeat(32) },
  };
  const design = (n: number): Json => ({ steps: n, coding: "rate" });

  describe(`${name} keeps the storage contract`, { skip }, () => {
    test("a study is created once and comes back as it was", async () => {
      const storage = await start("create");
      const again = await storage.createStudy({ key: "s", settings: { other: 1 }, budgetTrials: 9 });
      assert.deepEqual(again, { key: "s", settings, budgetTrials: 4 });
      assert.deepEqual(await storage.getStudy("s"), again);
      assert.equal(await storage.getStudy("t"), null);
      await storage.close();
    });

    test("the budget grows and never shrinks", async () => {
      const storage = await start("budget");
      await storage.growBudget("s", 6);
      await assert.rejects(storage.growBudget("s", 5), {
        name: "StateError",
        message: /only grow: it is 6 .* 5 were/,
      });
      assert.equal((await storage.getStudy("s"))?.budgetTrials, 6);
      await storage.close();
    });

    test("trials are claimed in order of their numbers, each once", async () => {
      const storage = await start("claim");
      await storage.addTrials(
        "s",
        [2, 0, 1].map((number) => ({ number, design: design(number) })),
      );
      const claims = [];
      for (let i = 0; i < 4; i++) claims.push(await storage.claimTrial("s", "me", 1000));
      assert.deepEqual(
        claims.map((claim) => claim?.number),
        [0, 1, 2, undefined],
      );
      assert.deepEqual(claims[2], {
        number: 2,
        state: "running",
        design: design(2),
        attempt: 1,
        result: null,
        error: "",
      });
      await storage.close();
    });

    test("a number that exists already is left as it is", async () => {
      const storage = await start("twice");
      await storage.addTrials("s", [{ number: 0, design: design(1) }]);
      await storage.addTrials("s", [
        { number: 0, design: design(2) },
        { number: 1, design: design(3) },
      ]);
      assert.deepEqual(
        (await storage.listTrials("s")).map((trial) => trial.design),
        [design(1), design(3)],
      );
      await storage.close();
    });

    test("a batch is added whole or not at all", async () => {
      const storage = await start("whole");
      const batch = [
        { number: 0, design: design(1) },
        { number: 1, design: { bad: Number.NaN } },
      ];
      await assert.rejects(storage.addTrials("s", batch), { name: "InvalidValueError", message: /finite/ });
      assert.deepEqual(await storage.listTrials("s"), []);
      await storage.close();
    });

    test("a result is accepted once, for the current claim only", async () => {
      let now = 0;
      const storage = await start("fence", () => now);
      await storage.addTrials("s", [{ number: 0, design: design(1) }]);
      const late = await storage.claimTrial("s", "slow", 100);
      now = 101;
      const current = await storage.claimTrial("s", "fast", 100);
      assert.equal(current?.attempt, 2);
      assert.equal(await storage.completeTrial("s", 0, late?.attempt ?? 0, { from: "late" }), false);
      assert.equal(await storage.heartbeat("s", 0, late?.attempt ?? 0, 100), false);
      assert.equal(await storage.completeTrial("s", 0, 2, { from: "current" }), true);
      assert.equal(await storage.completeTrial("s", 0, 2, { from: "again" }), false);
      assert.equal(await storage.failTrial("s", 0, 2, "no"), false);
      const [trial] = await storage.listTrials("s");
      assert.deepEqual([trial.state, trial.result], ["complete", { from: "current" }]);
      await storage.close();
    });

    test("a complete trial that is reopened is claimed again, and keeps what it has until it is complete", async () => {
      const storage = await start("reopen");
      await storage.addTrials(
        "s",
        [0, 1].map((number) => ({ number, design: design(number) })),
      );
      assert.equal(await storage.reopenTrial("s", 0), false);
      await storage.claimTrial("s", "me", 100);
      assert.equal(await storage.reopenTrial("s", 0), false);
      const value = { objective: "accuracy", repeat: 0, seed: 3, standardError: null };
      const partial: TrialFigures = {
        values: [{ ...value, fidelity: 0.25, value: 0.5 }],
        metrics: [{ name: "accuracy", step: 1, value: 0.5 }],
        artefacts: { network: "ab".repeat(32) },
      };
      await storage.completeTrial("s", 0, 1, { images: 1 }, partial);
      assert.equal(await storage.reopenTrial("s", 0), true);
      assert.equal(await storage.reopenTrial("s", 0), false);
      assert.deepEqual(await storage.checkIntegrity(), []);
      const again = await storage.claimTrial("s", "me", 100);
      assert.deepEqual(again, {
        number: 0,
        state: "running",
        design: design(0),
        attempt: 2,
        result: { images: 1 },
        error: "",
      });
      assert.equal(await storage.completeTrial("s", 0, 1, { images: 9 }), false);
      assert.deepEqual((await storage.listDetails("s"))[0].values, partial.values);
      const further = { ...partial, values: [{ ...value, fidelity: 1, value: 0.75 }] };
      assert.equal(await storage.completeTrial("s", 0, 2, { images: 4 }, further), true);
      const [details] = await storage.listDetails("s");
      assert.deepEqual(details.values, [...partial.values, ...further.values]);
      assert.deepEqual([details.metrics, details.artefacts], [partial.metrics, partial.artefacts]);
      await storage.reopenTrial("s", 0);
      await storage.claimTrial("s", "me", 100);
      await storage.failTrial("s", 0, 3, "no");
      assert.deepEqual((await storage.listTrials("s"))[0].result, { images: 4 });
      assert.deepEqual(await storage.checkIntegrity(), []);
      await storage.close();
    });

    test("a heartbeat keeps a claim, and without one the lease runs out", async () => {
      let now = 0;
      const storage = await start("lease", () => now);
      await storage.addTrials("s", [{ number: 0, design: design(1) }]);
      await storage.claimTrial("s", "me", 100);
      now = 90;
      assert.equal(await storage.heartbeat("s", 0, 1, 100), true);
      now = 150;
      assert.equal(await storage.claimTrial("s", "you", 100), null);
      now = 191;
      assert.equal((await storage.claimTrial("s", "you", 100))?.attempt, 2);
      await storage.close();
    });

    test("what an owner held goes back to waiting, and nobody else's does", async () => {
      const storage = await start("release");
      await storage.addTrials(
        "s",
        [0, 1, 2].map((number) => ({ number, design: design(number) })),
      );
      await storage.claimTrial("s", "dead", 1e9);
      await storage.claimTrial("s", "alive", 1e9);
      await storage.claimTrial("s", "dead", 1e9);
      assert.equal(await storage.releaseOwner("s", "dead"), 2);
      assert.equal(await storage.releaseTrial("s", 1, 1), true);
      assert.deepEqual(
        (await storage.listTrials("s")).map((trial) => trial.state),
        ["waiting", "waiting", "waiting"],
      );
      await storage.close();
    });

    test("a failure is kept with its reason", async () => {
      const storage = await start("fail");
      await storage.addTrials("s", [{ number: 0, design: design(1) }]);
      await storage.claimTrial("s", "me", 100);
      assert.equal(await storage.failTrial("s", 0, 1, "dead layer „relu1“"), true);
      const [trial] = await storage.listTrials("s");
      assert.deepEqual([trial.state, trial.error], ["failed", "dead layer „relu1“"]);
      assert.equal(await storage.claimTrial("s", "me", 100), null);
      await storage.close();
    });

    test("a complete trial has its figures in order and its times, others have none", async () => {
      let now = 5;
      const storage = await start("figures", () => now);
      await storage.addTrials("s", [
        { number: 1, design: { b: 1, a: [{ d: 2, c: 3 }] } },
        { number: 0, design: { a: [{ c: 3, d: 2 }], b: 1 } },
      ]);
      now = 7;
      await storage.claimTrial("s", "me", 100);
      now = 9;
      assert.equal(await storage.completeTrial("s", 0, 1, { any: 1 }, figures), true);
      const [first, second] = await storage.listDetails("s");
      // sha256sum of {"a":[{"c":3,"d":2}],"b":1}
      const hash = "aa0fff90b247460fff3592ff491ac879c69b05ee5efa14393d3154bd9199273f";
      assert.deepEqual(first, {
        number: 0,
        designHash: hash,
        createdMs: 5,
        startedMs: 7,
        finishedMs: 9,
        values: [figures.values[1], figures.values[2], figures.values[0]],
        metrics: figures.metrics.toReversed(),
        artefacts: figures.artefacts,
      });
      assert.equal(second.designHash, hash, "the order of names tells no designs apart");
      assert.deepEqual(
        [
          second.createdMs,
          second.startedMs,
          second.finishedMs,
          second.values,
          second.metrics,
          second.artefacts,
        ],
        [5, null, null, [], [], {}],
      );
      assert.deepEqual(await storage.listDetails("t"), []);
      assert.deepEqual(await storage.checkIntegrity(), []);
      await storage.close();
    });

    test("figures are kept with a result that is accepted, and replaced for complete trials only", async () => {
      const storage = await start("replaced");
      await storage.addTrials("s", [{ number: 0, design: design(1) }]);
      assert.equal(await storage.replaceFigures("s", 0, figures), false);
      await storage.claimTrial("s", "me", 100);
      assert.equal(await storage.completeTrial("s", 0, 2, { late: true }, figures), false);
      await assert.rejects(
        storage.completeTrial(
          "s",
          0,
          1,
          {},
          { ...figures, metrics: [{ name: "m", step: 1, value: Number.NaN }] },
        ),
        /figures: value must be a finite number/,
      );
      assert.deepEqual((await storage.listDetails("s"))[0].values, []);
      assert.equal(await storage.completeTrial("s", 0, 1, {}, figures), true);
      const fewer = { values: [figures.values[2]], metrics: [], artefacts: {} };
      assert.equal(await storage.replaceFigures("s", 0, fewer), true);
      const [{ values, metrics, artefacts }] = await storage.listDetails("s");
      assert.deepEqual({ values, metrics, artefacts }, fewer);
      assert.equal(await storage.replaceFigures("s", 1, fewer), false);
      await storage.close();
    });

    test("documents, test uses and events come back, events after a sequence only", async () => {
      const storage = await start("rest");
      await storage.putDocument("s", "a", { x: 1 });
      await storage.putDocument("s", "a", { x: 2, text: "x".repeat(300_000) });
      assert.equal(((await storage.getDocument("s", "a")) as { x: number }).x, 2);
      assert.equal(await storage.getDocument("s", "b"), undefined);
      await storage.recordTestUse("s", "final/p1", 100);
      await storage.recordTestUse("s", "final/p1", 100);
      assert.deepEqual(await storage.listTestUses("s"), [
        { purpose: "final/p1", images: 100 },
        { purpose: "final/p1", images: 100 },
      ]);
      for (const kind of ["one", "two", "three"]) await storage.appendEvent("s", kind, { kind });
      const [first] = await storage.listEvents("s", 0);
      assert.deepEqual(
        (await storage.listEvents("s", first.sequence)).map(({ kind }) => kind),
        ["two", "three"],
      );
      assert.deepEqual(await storage.checkIntegrity(), []);
      await storage.close();
    });

    test("nothing is written for a study that does not exist, and there is nothing to read", async () => {
      const storage = await start("unknown");
      for (const write of [
        () => storage.growBudget("t", 5),
        () => storage.addTrials("t", [{ number: 0, design: design(1) }]),
        () => storage.putDocument("t", "a", 1),
        () => storage.recordTestUse("t", "final", 1),
        () => storage.appendEvent("t", "kind", 1),
      ]) {
        await assert.rejects(write, { name: "StateError", message: /create it first/ });
      }
      assert.deepEqual(
        [await storage.listTrials("t"), await storage.listTestUses("t"), await storage.listEvents("t", 0)],
        [[], [], []],
      );
      assert.equal(await storage.claimTrial("t", "me", 1), null);
      assert.equal(await storage.completeTrial("t", 0, 1, 1), false);
      assert.equal(await storage.releaseOwner("t", "me"), 0);
      assert.equal(await storage.getDocument("t", "a"), undefined);
      await storage.close();
    });

    test("studies in one storage do not see each other", async () => {
      const storage = await start("two studies");
      await storage.createStudy({ key: "schlüssel/ключ 'x'", settings: 1, budgetTrials: 1 });
      for (const key of ["s", "schlüssel/ключ 'x'"]) {
        await storage.addTrials(key, [{ number: 0, design: key }]);
        await storage.appendEvent(key, key, key);
        await storage.putDocument(key, "a", key);
      }
      assert.deepEqual(await storage.listStudies(), ["s", "schlüssel/ключ 'x'"]);
      assert.equal((await storage.claimTrial("s", "me", 1e9))?.design, "s");
      assert.equal(await storage.claimTrial("s", "me", 1e9), null);
      assert.equal((await storage.listTrials("schlüssel/ключ 'x'"))[0].state, "waiting");
      assert.equal(await storage.getDocument("schlüssel/ключ 'x'", "a"), "schlüssel/ключ 'x'");
      assert.equal((await storage.listEvents("s", 0)).length, 1);
      await storage.close();
    });

    test("numbers JSON cannot hold are refused, not turned into null", async () => {
      const storage = await start("nan");
      await assert.rejects(
        storage.putDocument("s", "a", { x: Number.POSITIVE_INFINITY }),
        /a: x must be a finite number/,
      );
      await storage.close();
    });
  });
}
