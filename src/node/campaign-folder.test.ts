// A campaign in a folder: stopped, cut off and continued, it ends as if nothing had happened.

import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { classify } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import { initialise } from "../ann/initialise.ts";
import { Random } from "../base/random.ts";
import { type CampaignSettings, campaignFields } from "../campaign/campaign-settings.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import { trialsOf } from "../campaign/trial-plan.ts";
import type { Dataset } from "../data/dataset.ts";
import { struckModel } from "../fault/struck-model.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { type CampaignFolderOptions, campaignPaths, runCampaignInFolder } from "./campaign-folder.ts";
import { lockFolder } from "./folder-lock.ts";

const root = mkdtempSync(path.join(tmpdir(), "spikefront-campaign-"));
after(() => rmSync(root, { recursive: true, force: true }));

const model = spikingModel(spikingNetworks["dense 37-50-33-10"], {
  seed: 11,
  isWhole: true,
  inference: { coding: "rate", steps: 9 },
});
const count = 30;
const { pixels, labels } = spikingImages(model, count, 5);
const images = { pixels, labels, count, imageShape: [1, 1, 37] as const };
const dataset: Dataset = { name: "made", train: images, test: images, classes: [], sha256: "0" };

function options(
  name: string,
  given: Partial<CampaignSettings> = {},
  more: Partial<CampaignFolderOptions> = {},
) {
  return {
    folder: path.join(root, name),
    model,
    sha256: "abc",
    settings: resolve("settings", campaignFields, { count: 3000, ...given }),
    seed: 2,
    dataset,
    split: "test",
    images: 0,
    hasMargins: false,
    threads: 1,
    memoryBytes: 64 * 1024 * 1024,
    signal: new AbortController().signal,
    ...more,
  } as const satisfies CampaignFolderOptions;
}

function fileOf(name: string, which: keyof ReturnType<typeof campaignPaths>): Buffer {
  return readFileSync(campaignPaths(path.join(root, name))[which]);
}

/** Run until some trials are kept, and no more. */
async function stopped(asked: CampaignFolderOptions, after: number): Promise<void> {
  const controller = new AbortController();
  const onProgress = (done: number): void => {
    if (done > after) controller.abort();
  };
  await assert.rejects(runCampaignInFolder({ ...asked, signal: controller.signal, onProgress }), {
    name: "CancelledError",
  });
}

const whole = await runCampaignInFolder(options("whole"));

describe("a campaign that was stopped", () => {
  test("goes on where it was, to the same rows and the same summary", async () => {
    await stopped(options("stopped"), 1024);
    const before = JSON.parse(fileOf("stopped", "record").toString());
    assert.equal(before.state, "running");
    assert.equal(before.trials.run, 1024);
    assert.equal(before.summary, null);
    const runs: number[] = [];
    const { record } = await runCampaignInFolder({
      ...options("stopped"),
      onPlan: ({ run }) => runs.push(run),
    });
    assert.deepEqual(runs, [1024]);
    assert.deepEqual(fileOf("stopped", "faults"), fileOf("whole", "faults"));
    assert.deepEqual(record.summary, whole.record.summary);
  });

  test("drops a batch that was cut off, row or half a row", async () => {
    await stopped(options("cut"), 1024);
    appendFileSync(
      campaignPaths(path.join(root, "cut")).faults,
      "17,weight,dense1,2,0,2,1,,30,0,0,0,0,0,0,0\n99,wei",
    );
    await runCampaignInFolder(options("cut"));
    assert.deepEqual(fileOf("cut", "faults"), fileOf("whole", "faults"));
  });

  test("with rows missing, edited or a record of something else is refused", async () => {
    await stopped(options("harmed"), 1024);
    const { faults, record } = campaignPaths(path.join(root, "harmed"));
    const kept = readFileSync(faults);
    truncateSync(faults, 900);
    await assert.rejects(
      runCampaignInFolder(options("harmed")),
      /faults.csv must hold \d+ bytes, but got 900/,
    );
    writeFileSync(faults, kept.toString().replace(/,\d+\n(?=.*\n$)/, ",x\n"));
    await assert.rejects(runCampaignInFolder(options("harmed")), { name: "FormatError" });
    writeFileSync(record, "{}");
    await assert.rejects(runCampaignInFolder(options("harmed")), /campaign.json must be version 1/);
    rmSync(record);
    await assert.rejects(
      runCampaignInFolder(options("harmed")),
      /must not be there without its campaign.json/,
    );
  });

  test("is not continued by another one, and all that differs is named", async () => {
    const other = { ...options("whole", { count: 500, bits: "7" }), seed: 9 };
    await assert.rejects(
      runCampaignInFolder(other),
      /settings\.bits \("" there, "7" asked\); settings\.count \(3000 there, 500 asked\); seed \(2 there, 9 asked\)/,
    );
  });

  test("is not run by two at a time", async () => {
    const unlock = lockFolder(path.join(root, "whole"));
    await assert.rejects(runCampaignInFolder(options("whole")), /one process at a time/);
    unlock();
  });
});

test("a campaign that is complete is read, not run", async () => {
  const again = await runCampaignInFolder({ ...options("whole"), onProgress: () => assert.fail("ran") });
  assert.deepEqual(again.record, JSON.parse(fileOf("whole", "record").toString()));
  assert.equal(again.table.count, 3000);
  assert.deepEqual(again.table.indices, whole.table.indices);
  assert.deepEqual(again.table.outcomes, whole.table.outcomes);
});

test("rows say where each fault was", () => {
  const [head, ...rows] = fileOf("whole", "faults").toString().trim().split("\n");
  assert.equal(head, `index,target,layer,element,output,input,bit,step,${faultOutcomes.join(",")}`);
  assert.equal(rows.length, 3000);
  for (const [k, row] of rows.entries()) {
    const [index, target, layer, element, output, input, bit, step, ...counts] = row.split(",");
    const place = whole.plan.population?.placeOf(Number(index));
    assert.deepEqual(
      [target, layer, Number(element), Number(bit), step],
      [place?.sites.target, place?.sites.layer, place?.element, place?.bit, ""],
    );
    const [, perOutput] = model.tensors[`${layer}.weight`].shape;
    assert.equal(Number(output) * perOutput + Number(input), Number(element));
    assert.deepEqual(counts.map(Number), [...whole.table.outcomes.subarray(8 * k, 8 * k + 8)]);
    assert.equal(
      counts.reduce((sum, n) => sum + Number(n), 0),
      count,
    );
  }
});

test("margins are kept trial by trial, 0 wherever nothing changed, and change no count", async () => {
  const asked = options("margins", { count: 100 }, { hasMargins: true });
  let told = 0;
  const { table } = await runCampaignInFolder({
    ...asked,
    onPlan: ({ marginBytes }) => {
      told = marginBytes;
    },
  });
  const bytes = fileOf("margins", "margins");
  assert.equal(statSync(campaignPaths(asked.folder).margins).size, told);
  assert.equal(told, 100 * count * 4);
  assert.deepEqual(table.outcomes.subarray(0, 800), whole.table.outcomes.subarray(0, 800));
  for (let trial = 0; trial < 100; trial++) {
    let critical = 0;
    let still = 0;
    for (let image = 0; image < count; image++) {
      const change = bytes.readFloatLE(4 * (trial * count + image));
      if (change < 0) critical++;
      if (change === 0) still++;
    }
    const [masked, , , , , changed, harmed, healed] = table.outcomes.subarray(8 * trial);
    assert.ok(still >= masked && critical >= 0 && critical + still <= count);
    // Another class is one whose score has passed the golden one's.
    assert.ok(critical >= changed + harmed + healed);
  }
});

test("an ANN's faults are those of running it again with each struck weight", async () => {
  const network = sequential("ann", [37], [dense(12), relu(), dense(10)]);
  const random = new Random({ seed: 3, trial: 0, purpose: "campaign-test", index: 0 });
  const ann: Model = {
    ...model,
    kind: "ann",
    network,
    inference: null,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, 4),
    preprocessing: { scale: 1 / 255, offset: 0 },
  };
  const set = { ...images, labels: labels.map(() => random.integer(10)) };
  const asked = options("ann", { count: 150 }, { model: ann, dataset: { ...dataset, test: set } });
  const { plan, table, record } = await runCampaignInFolder(asked);
  const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });
  const classesOf = (one: Model): Uint8Array =>
    classify(new Forward(kernels, one, { maximumBatch: count }), { ...set, isCancelled: () => false })
      .predictions;
  const golden = classesOf(ann);
  assert.equal(record.goldenCorrect, golden.filter((decision, n) => decision === set.labels[n]).length);
  const trials = trialsOf(plan.part(0, 150));
  let critical = 0;
  for (let trial = 0; trial < 150; trial++) {
    const mark = kernels.mark();
    const now = classesOf(struckModel(ann, trials.faultsOf(trial)));
    kernels.release(mark);
    const counted = [...table.outcomes.subarray(8 * trial, 8 * trial + 8)];
    const changes = [...now.keys()].filter((n) => now[n] !== golden[n]);
    const harmed = changes.filter((n) => golden[n] === set.labels[n]).length;
    const healed = changes.filter((n) => now[n] === set.labels[n]).length;
    assert.deepEqual(counted.slice(5), [changes.length - harmed - healed, harmed, healed]);
    critical += changes.length;
  }
  assert.ok(critical > 0);
});

test("draws of a fault model have their rows, and no population", async () => {
  const { record, table } = await runCampaignInFolder(
    options("draws", { faultModel: "bit-flip", faultsPerDraw: 40, count: 9 }),
  );
  const [head, ...rows] = fileOf("draws", "faults").toString().trim().split("\n");
  assert.equal(head, `draw,faults,${faultOutcomes.join(",")}`);
  assert.deepEqual(
    rows.map((row) => row.split(",").slice(0, 2).map(Number)),
    Array.from({ length: 9 }, (_, k) => [k, 40]),
  );
  assert.equal(record.population, null);
  assert.equal(record.summary?.overall.faults, table.count);
});
