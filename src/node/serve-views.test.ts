import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { syntheticFront } from "../../test/fixtures/synthetic-front.ts";
import { networkHash, StudyInFolder, skipNetwork } from "../../test/served-study.ts";
import { loadKernels } from "../kernels/load.ts";
import { createSimulator } from "../simulate/simulator.ts";
import type {
  LiveCampaign,
  LiveFinalists,
  LiveRaster,
  LiveStudyName,
  LiveTrialNetworks,
} from "../study/live-network.ts";
import { loadDataset } from "./dataset-files.ts";
import { type ServedFolder, serveFolder } from "./serve.ts";

const root = mkdtempSync(join(tmpdir(), "views-"));
const made = new StudyInFolder(join(root, "first"));
let served: ServedFolder;

before(async () => {
  await made.begin(60, true);
  await made.finish(0, 41);
  served = await serveFolder({
    folder: root,
    host: "127.0.0.1",
    port: 0,
    files: new Map(),
    report: () => null,
  });
});
after(async () => {
  await served.close();
  rmSync(root, { recursive: true });
});

const get = (path: string): Promise<Response> => fetch(new URL(path, served.url));
const told = async <T>(path: string): Promise<T> => {
  const response = await get(path);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
};

test("a folder of studies shows each by its id, and the first where none is asked for", async () => {
  const other = new StudyInFolder(join(root, "second"));
  await other.begin(5);
  const ids = (await told<LiveStudyName[]>("/studies")).map(({ id }) => id);
  assert.deepEqual([...ids].sort(), ["first/served", "second/served"]);
  const trials = async (study: string): Promise<number> =>
    (await told<LiveTrialNetworks>(`/view/trials?numbers=3&study=${study}`)).trials.length;
  assert.equal(await trials("first/served"), 1);
  assert.equal(await trials("second/served"), 0, "another study's trials are not this one's");
  const first = await get(`/events?study=second/served`);
  const reader = first.body?.getReader();
  let text = "";
  while (!text.includes("\ndata: ")) text += new TextDecoder().decode((await reader?.read())?.value);
  await reader?.cancel();
  assert.match(text, /"budgetTrials":5\b/);
});

for (const [path, status] of [
  ["/view/trials?study=../first/served&numbers=1", 404],
  ["/view/trials?study=first&numbers=1", 404],
  ["/events?study=none", 404],
  ["/report?study=none", 404],
  ["/view/trials?study=first/served&numbers=1,2,3,4,5,6,7,8,9,10,11,12,13", 400],
  ["/view/trials?study=first/served&numbers=-1", 400],
  ["/view/trials?study=first/served&numbers=1e3", 400],
  ["/view/raster?study=first/served&trial=3", 400],
  ["/view/raster?study=first/served&trial=3&image=../../x", 400],
  ["/view/raster?study=first/served&trial=3&image=10", 400],
  ["/view/raster?study=first/served&trial=39&image=0", 404],
  ["/view/other", 404],
] as const) {
  test(`${path} is refused with ${status}`, async () => assert.equal((await get(path)).status, status));
}

test("a trial's network has its figures and the connections of its file", async () => {
  const { trials, anns } = await told<LiveTrialNetworks>("/view/trials?study=first/served&numbers=3,39,77");
  assert.deepEqual(
    trials.map(({ trial }) => trial),
    [3],
    "a failed trial and one that is not there have none",
  );
  const [{ figures, graph, explanation }] = trials;
  assert.equal(figures.evaluation.network, networkHash);
  assert.equal(figures.accuracyPerStep.length, 5);
  assert.deepEqual(
    graph?.layers.find(({ id }) => id === "add1")?.inputs.map(({ from }) => from),
    ["neuron1", "neuron2"],
  );
  assert.equal(explanation, null);
  assert.deepEqual(anns, []);
});

test("finalists are none, then those confirmed on validation images, then the front's on test images", async () => {
  const finalists = () => told<LiveFinalists | null>("/view/finalists?study=first/served");
  assert.equal(await finalists(), null);
  await made.confirm([3, 7]);
  const confirmed = await finalists();
  assert.equal(confirmed?.split, "validation");
  assert.deepEqual(
    [...(confirmed?.points ?? []), ...(confirmed?.networks ?? [])].map(({ id, role }) => [id, role]),
    [
      ["p3", "snn"],
      ["p7", "snn"],
      ["ann-int8", "ann"],
    ],
  );
  await made.end({ ...syntheticFront(3), study: "served" });
  const final = await finalists();
  assert.equal(final?.split, "test");
  assert.equal(final?.points.length, 3);
});

test("campaigns below the folder are told, whole or running; links and other files are passed over", async () => {
  const record = (state: string, summary: unknown) =>
    JSON.stringify({
      schema: "spikefront.campaign",
      version: 1,
      state,
      summary,
      settings: { faultModel: "single", change: "flip", persistence: "permanent", sampling: "random" },
      network: { sha256: networkHash, kind: "snn", weights: "int8", steps: 5 },
      data: { name: "made", split: "test", images: 9 },
      seed: 0,
      population: 100,
      trials: { planned: 20, run: 4 },
    });
  const folders = ["campaign-a", "campaign-b", "notes"].map((name) => join(root, "first", name));
  for (const folder of folders) mkdirSync(folder);
  writeFileSync(join(folders[0], "campaign.json"), record("running", null));
  writeFileSync(join(folders[1], "campaign.json"), record("complete", { images: 9, byNeuron: [1, 2] }));
  writeFileSync(join(folders[2], "campaign.json"), "{}");
  symlinkSync(folders[0], join(root, "first", "link"));
  const campaigns = await told<LiveCampaign[]>("/view/campaigns?study=first/served");
  assert.deepEqual(
    campaigns.map(({ name, summary, network }) => [name, summary?.byNeuron ?? null, network]),
    [
      ["campaign-a", null, networkHash],
      ["campaign-b", [], networkHash],
    ],
  );
});

test("a raster has the spikes that the search's own run of the image has", async () => {
  const raster = await told<LiveRaster>("/view/raster?study=first/served&trial=3&image=4");
  const { train } = await loadDataset(join(made.folder, "data"));
  const kernels = await loadKernels({ build: "simd", memoryBytes: 16 * 1024 * 1024 });
  const { layers, predictions } = createSimulator(kernels, skipNetwork()).run({
    pixels: train.pixels.subarray(4 * 50),
    labels: train.labels.subarray(50),
    firstImage: 4,
    count: 1,
    seed: 0,
    trial: 3,
    isCancelled: () => false,
  });
  const spikes = layers.filter(({ kind }) => kind === "neuron").map((one) => [one.layer, one.spikes]);
  const drawn = raster.layers.filter(({ layer }) => layer !== "input");
  assert.deepEqual(
    drawn.map((one) => [one.layer, one.spikes]),
    spikes,
  );
  for (const { events, spikes: count } of raster.layers) assert.equal(events.flat().length, count);
  assert.ok(spikes.some(([, count]) => Number(count) > 0));
  assert.equal(raster.decided, predictions[0]);
  assert.equal(raster.label, train.labels[54]);
  assert.equal(raster.steps, 5);
});
