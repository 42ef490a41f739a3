// A whole study of claims on made images and untrained networks: nothing about accuracy, all about what is
// run, kept and refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { untrainedModel } from "../../../test/untrained-model.ts";
import { CancelledError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { storedWeightsHash } from "../../cli/stored-weights-hash.ts";
import type { Dataset, ImageSet } from "../../data/dataset.ts";
import { writeNetworkFile } from "../../formats/network-file.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { EvaluationOutcome } from "../../pipeline/evaluation-task.ts";
import { Evaluator } from "../../pipeline/evaluator.ts";
import { networkOf } from "../network-spec.ts";
import { readClaimsFile } from "./claims-file.ts";
import type { AnnRequest, ClaimsPorts } from "./claims-ports.ts";
import { runClaims } from "./run-claims.ts";

const settings = readClaimsFile(
  `schema: spikefront.claims/1
data: [made]
networks: [{ name: net, hidden: [6] }]
trained: 2
designs: { steps: [2, 3], coding: [constant, rate] }
pick: { networks: 1, images: 10, faultImages: 10, faultSeeds: 2 }
figures: { images: 30, faultImages: 20, imageBlocks: 2, faultSeeds: 3, bitErrorRates: [0.01, 0.05] }
claims:
  - { id: a, data: made, measure: accuracy, kind: comparable, estimand: accuracies }
  - { id: b, data: made, measure: drop, design: drop, kind: ratio at least, margin: 2, test: bootstrap, estimand: drops, stated: { bitErrorRate: 0.05 } }
`,
  "s.yaml",
);

function images(count: number, purpose: string): ImageSet {
  const random = new Random({ seed: 3, trial: -1, purpose, index: 0 });
  const pixels = Uint8Array.from({ length: count * 64 }, () => random.integer(256));
  const labels = Uint8Array.from({ length: count }, () => random.integer(4));
  return { pixels, labels, count, imageShape: [1, 8, 8] };
}

const dataset: Dataset = {
  name: "made",
  train: images(120, "train"),
  test: images(30, "test"),
  classes: ["a", "b", "c", "d"],
  sha256: "made",
};
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });

function ann({ spec, seed }: AnnRequest): Uint8Array<ArrayBuffer> {
  const network = networkOf(spec, dataset.train.imageShape, dataset.classes.length);
  return writeNetworkFile(untrainedModel(network, dataset.classes, seed));
}

interface Watched {
  readonly ports: ClaimsPorts;
  readonly shares: number[];
  readonly measured: () => number;
}

/** @param most - evaluations until the run is stopped */
function watched(pieces: Map<string, string>, most = Number.POSITIVE_INFINITY, change = noChange): Watched {
  const shares: number[] = [];
  let measured = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const ports: ClaimsPorts = {
    loadDataset: async () => dataset,
    trainAnn: async (request) => ann(request),
    openExecutor: (_, anns) => {
      const evaluator = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });
      return {
        evaluate: (task) => {
          // One after the other: they share the kernels' memory.
          const outcome = turn.then(async () => {
            if (measured >= most) throw new CancelledError("the evaluation");
            measured++;
            const { evaluation, file } = change(await evaluator.evaluate(task));
            return { evaluation, weights: await storedWeightsHash(file) };
          });
          turn = outcome.catch(() => {});
          return outcome;
        },
        close: async () => {},
      };
    },
    kept: async (what, measure) => {
      const key = JSON.stringify(what);
      const text = pieces.get(key) ?? JSON.stringify(await measure());
      pieces.set(key, text);
      return JSON.parse(text);
    },
    onProgress: ({ share }) => shares.push(share),
  };
  return { ports, shares, measured: () => measured };
}

function noChange(outcome: EvaluationOutcome): EvaluationOutcome {
  return outcome;
}

test("a run that was stopped goes on where it was and ends with the same result as one that was not", async () => {
  const whole = watched(new Map());
  const result = await runClaims(whole.ports, settings, false);
  const pieces = new Map<string, string>();
  const stopped = watched(pieces, 20);
  await assert.rejects(runClaims(stopped.ports, settings, false), CancelledError);
  const rest = watched(pieces);
  assert.deepEqual(await runClaims(rest.ports, settings, false), result);
  // What was measured but not yet kept when the run was stopped is measured again.
  assert.ok(stopped.measured() + rest.measured() - whole.measured() <= 1);
  const again = watched(pieces);
  assert.deepEqual(await runClaims(again.ports, settings, false), result);
  assert.equal(again.measured(), 0);
});

test("progress grows from above 0 to at most 1 and never falls", async () => {
  const { ports, shares } = watched(new Map());
  await runClaims(ports, settings, false);
  for (const [i, share] of shares.entries()) assert.ok(share > (shares[i - 1] ?? 0) && share <= 1 + 1e-9);
  assert.ok(shares[shares.length - 1] > 0.7);
});

test("every arm of a network has the flips of the others, and every figure its counts", async () => {
  const pieces = new Map<string, string>();
  const { cells, claims } = await runClaims(watched(pieces).ports, settings, true);
  const flips = new Map<string, Set<string>>();
  for (const [key, text] of pieces) {
    const { network, trial, firstImage } = JSON.parse(key);
    if (firstImage === undefined) continue;
    const all = JSON.parse(text).evaluation.faults.map((fault: { seeds: { flippedBits: number }[] }) =>
      fault.seeds.map(({ flippedBits }) => flippedBits),
    );
    const of = `${network.bits} ${trial}`;
    flips.set(of, (flips.get(of) ?? new Set()).add(JSON.stringify(all)));
  }
  assert.equal(flips.size, 4); // two formats × two networks
  for (const different of flips.values()) assert.equal(different.size, 1);
  const [{ figures, picks, designsTried }] = cells;
  assert.equal(designsTried, 4);
  assert.deepEqual(Object.keys(picks[0].design), ["steps", "coding"]);
  assert.equal(figures.length, 4); // two picks × two formats
  assert.deepEqual(
    claims.map(({ all }) => all.length),
    [2, 2 * 2 * 3],
  );
});

test("arms whose stored weights are not the ANN's are refused", async () => {
  const other = ann({ spec: settings.networks[0], data: "made", dataset, seed: 99 });
  const change = (outcome: EvaluationOutcome): EvaluationOutcome =>
    outcome.evaluation.kind === "snn" && outcome.evaluation.split === "test"
      ? { ...outcome, file: other }
      : outcome;
  const { ports } = watched(new Map(), Number.POSITIVE_INFINITY, change);
  await assert.rejects(runClaims(ports, settings, false), /snn in \S+ must store the ANN's weights/);
});
