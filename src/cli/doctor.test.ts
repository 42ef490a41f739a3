import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { CommandContext } from "./command.ts";
import { doctor, examine } from "./doctor.ts";

test("a check that fails is a finding with its cure, and does not keep the others from being made", async () => {
  const findings = await examine([
    { name: "first", isNeeded: true, find: () => Promise.reject(new Error("Buy one.")) },
    { name: "second", isNeeded: false, find: async () => "here" },
  ]);
  assert.deepEqual(findings, [
    { name: "first", ok: false, isNeeded: true, found: "Buy one." },
    { name: "second", ok: true, isNeeded: false, found: "here" },
  ]);
});

test("this machine is found fit, the folder it tried to write is left as it was, and a file is no folder", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "doctor-"));
  const run = async (out: string) => {
    const terminal = { write: () => {} };
    return (await doctor.run({ options: { store: "" }, out, terminal } as unknown as CommandContext<
      typeof doctor.options
    >)) as {
      ok: boolean;
      checks: { name: string; ok: boolean; found: string }[];
    };
  };
  try {
    const fit = await run(path.join(folder, "runs", "new"));
    assert.equal(fit.ok, true, JSON.stringify(fit.checks));
    assert.deepEqual(readdirSync(folder), []);
    writeFileSync(path.join(folder, "file"), "");
    const unfit = await run(path.join(folder, "file", "runs"));
    assert.equal(unfit.ok, false);
    const output = unfit.checks.find(({ name }) => name === "output");
    assert.match(output?.found ?? "", /is a file\. Choose another folder with --out\./);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
