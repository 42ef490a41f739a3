// A study of claims about skips in a folder: stopped anywhere and on any number of threads it gives the same result.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { StateError } from "../base/errors.ts";
import { openClaims } from "../study/claims/claims-document.ts";
import { runSkipClaims } from "../study/claims/skips/run-skip-claims.ts";
import { readSkipClaims } from "../study/claims/skips/skip-claims-file.ts";
import type { SkipClaimsResult } from "../study/claims/skips/skip-claims-result.ts";
import { KeptPieces } from "./kept-pieces.ts";
import { skipClaimsFigures } from "./skip-claims-figures.ts";
import { skipClaimsPorts } from "./skip-claims-folder.ts";
import { skipClaimsReport } from "./skip-claims-report.ts";

const file = (data: string): string => `schema: spikefront.claims/1
kind: skips
name: small
trained: 2
search: { trials: 3, starts: 2 }
faults: { images: 20, draws: 2, bitErrorRates: [0.05], deadShares: [0.3] }
networks:
  - { name: net, data: ${data}, stem: 4, widths: [4, 4, 4], steps: 2, trainingImages: 64, scoringImages: 40, batch: 32, epochs: 1, tuningEpochs: 1, rounds: 1, isSearched: true }
  - { name: absent, data: cifar10-dvs, kind: conv, stem: 4, widths: [4, 4] }
claims:
  - { id: rate, networks: [net], paper: more spikes, measure: rate, smaller: none, than: add, kind: smaller, estimand: rates }
  - { id: dvs, networks: [absent], paper: better, measure: accuracy, smaller: none, than: add, kind: smaller, estimand: gains }
`;
const root = mkdtempSync(path.join(tmpdir(), "skip-claims-"));
test.after(() => rmSync(root, { recursive: true }));

function run(
  folder: string,
  workers: number,
  onProgress: (abort: () => void) => void,
  data = "mnist",
): Promise<SkipClaimsResult> {
  const controller = new AbortController();
  const ports = skipClaimsPorts({
    folder: path.join(root, folder),
    workers,
    memoryBytes: 2 ** 26,
    signal: controller.signal,
    onProgress: () => onProgress(() => controller.abort()),
  });
  const settings = readSkipClaims(openClaims(file(data), "s.yaml"));
  return runSkipClaims(ports, settings, true);
}

function withoutTimes({ cpuHours: _, networks, ...rest }: SkipClaimsResult): unknown {
  const timeless = networks.map(({ searches, ...network }) => ({
    ...network,
    searches: searches.map((search) => ({ ...search, minutes: 0 })),
  }));
  return { ...rest, networks: timeless };
}

test("a run that was stopped goes on where it was, and two threads find what one does", async () => {
  const whole = await run("whole", 1, () => {});
  let told = 0;
  const stopped = run("stopped", 2, (abort) => {
    told++;
    if (told === 5) abort();
  });
  await assert.rejects(stopped, { name: "CancelledError" });
  const pieces = (): readonly string[] => readdirSync(path.join(root, "stopped", "pieces"));
  const before = pieces();
  assert.ok(before.length > 0 && before.length < readdirSync(path.join(root, "whole", "pieces")).length);
  const continued = await run("stopped", 2, () => {});
  assert.ok(before.every((piece) => pieces().includes(piece)));
  assert.deepEqual(withoutTimes(continued), withoutTimes(whole));
  // All is kept: the same figures come back, times and all but the sampler's.
  const again = await run("whole", 1, () => {});
  assert.equal(again.cpuHours, whole.cpuHours);
  assert.deepEqual(again.networks[0].arms, whole.networks[0].arms);

  const report = skipClaimsReport(whole, ["made"]);
  assert.match(report, /left out: absent\. The data set cifar10-dvs is not on this machine/);
  assert.match(report, /\| dvs \| better \| gains; absent \| below 0 \| \*\*not tested\*\* \|/);
  assert.match(report, /spikes a neuron and step \| (supported|contradicted|inconclusive): −?[\d.e-]+ \(/);
  const figures = skipClaimsFigures(whole);
  assert.ok(figures.startsWith("<svg") && figures.includes("Searches: net"));
});

test("a data set that nobody knows is a mistake, not one that is left out", async () => {
  await assert.rejects(
    run("unknown", 1, () => {}, "fashon-mnist"),
    StateError,
  );
});

test("pieces come back as they were, arrays of floats bit for bit, and those of another source do not", () => {
  const pieces = new KeptPieces(path.join(root, "kept"), "source");
  const result = { tensors: { a: { data: Float32Array.from([0.1, -0, Number.NaN, 1e-40]) } }, text: "x" };
  pieces.write(["what", 1], result);
  assert.deepEqual(pieces.read(["what", 1]), result);
  assert.equal(pieces.read(["what", 2]), null);
  assert.equal(new KeptPieces(path.join(root, "kept"), "other").read(["what", 1]), null);
});
