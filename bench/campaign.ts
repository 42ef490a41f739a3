// How fast are fault campaigns, beside simulating everything again and beside PyTorch, do they count the same, and
// does the map of all single faults tell the accuracy at small bit-error rates?

import type { Dataset } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { equalityRow, peerRow } from "./campaign-equality.ts";
import { firstOrderRows } from "./campaign-first-order.ts";
import {
  type CampaignCase,
  type CampaignNetwork,
  type CampaignTime,
  campaignTime,
  faultAt,
  peerTime,
  sharesOf,
  simulationTime,
  titleOf,
} from "./campaign-measure.ts";
import { type CampaignSubject, subjects } from "./campaign-networks.ts";
import { CampaignPeer } from "./campaign-peer.ts";
import { coreSpeed } from "./core-speed.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

interface CampaignBench {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  readonly quick: boolean;
  readonly peer: CampaignPeer | undefined;
  /** Gains what the peer tells. */
  readonly versions: Record<string, string>;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const peer = CampaignPeer.start();
  const versions: Record<string, string> = {};
  if (peer === undefined)
    versions["peers"] = "none (set SPIKEFRONT_PEERS_PYTHON to a Python with torch and spikingjelly)";
  const kernels = await loadKernels({ build: "simd" });
  const bench = { kernels, dataset: await loadDataset("mnist"), quick, peer, versions };
  const rows: BenchRow[] = [];
  try {
    for (const subject of await subjects(bench.dataset, quick)) rows.push(...(await rowsOf(bench, subject)));
  } finally {
    peer?.close();
  }
  return benchReport({ name: "campaign", quick, threads: 2, versions, rows });
}

async function rowsOf(bench: CampaignBench, subject: CampaignSubject): Promise<BenchRow[]> {
  const { kernels, quick, peer } = bench;
  const { weights, everyWeight, transients } = subject;
  const network = await networkOf(bench, subject, subject.model);
  const theirs = network.peer;
  const rows: BenchRow[] = [];
  const add = async (one: CampaignCase, goal?: number, of = network): Promise<CampaignTime> => {
    const time = await campaignTime(of, one, 2);
    rows.push(...timeRows(of, one, time, goal));
    return time;
  };
  const sampled = await add(weights, subject.goal);
  rows.push(await threadRow(network, weights, sampled, quick));
  rows.push(equalityRow(kernels, network, weights, sampled, subject.repeated));
  if (peer && theirs) rows.push(await peerRow(peer, network, weights, sampled, subject.peer));
  if (everyWeight !== null) {
    const every = await add(everyWeight, subject.everyGoal);
    rows.push(await limitRow(network, every, quick));
    rows.push(equalityRow(kernels, network, everyWeight, every, subject.repeated));
    if (subject.hasFirstOrder)
      rows.push(...(await firstOrderRows(kernels, network, everyWeight, every, quick)));
  }
  const isSame = subject.transientModel === subject.model;
  const passing = isSame ? network : await networkOf(bench, subject, subject.transientModel);
  for (const one of transients) {
    const time = await add(one, undefined, passing);
    if (peer && theirs) rows.push(await peerRow(peer, passing, one, time, subject.peer));
  }
  return rows;
}

/** A network with what simulating it takes, here and in PyTorch, which is left holding it. */
async function networkOf(
  { dataset, quick, peer, versions }: CampaignBench,
  { name, weights, peer: asked }: CampaignSubject,
  model: Model,
): Promise<CampaignNetwork> {
  const set = splitOf(dataset, "test");
  const simulation = await simulationTime(model, subset(set, 0, quick ? 500 : set.count), quick ? 1 : 5);
  const faultOf = faultAt(weights);
  const timed = Array.from({ length: asked.timed }, (_, trial) => faultOf(trial));
  const theirs = await peerTime(peer, model, subset(set, 0, asked.images), timed, versions);
  return { name, model, set, simulation, peer: theirs };
}

/** A campaign whose goal is told in seconds, or the time of a fault on an image; and what simulating again takes. */
function timeRows(
  network: CampaignNetwork,
  one: CampaignCase,
  time: CampaignTime,
  goal: number | undefined,
): BenchRow[] {
  const { simulation, peer } = network;
  const pairs = time.trials * time.images;
  const again = pairs * simulation.seconds;
  const what = `${titleOf(network, one)}, ${time.images} images`;
  const perPair = 1e6 / pairs;
  const scale = goal === undefined ? perPair : 1;
  const notes = [
    `${time.seconds.toPrecision(3)} s, ${(pairs / time.seconds / 1e6).toPrecision(3)} million (fault, image) pairs a second`,
    sharesOf(time),
  ];
  if (peer) notes.push(`PyTorch extrapolated: ${peer.note}, ${inWords(pairs * peer.seconds)}`);
  return [
    benchRow({
      case: what,
      unit: goal === undefined ? "us a fault and image" : "s",
      ours: time.seconds * scale,
      peer: peer && pairs * peer.seconds * scale,
      goal,
      better: "lower",
      note: notes.join("; "),
    }),
    benchRow({
      case: `${what}: full re-simulation over the campaign`,
      unit: "times its time",
      ours: again / time.seconds,
      better: "higher",
      note: `${inWords(again)}, extrapolated from the fastest of ${simulation.runs} runs of our simulator, two threads`,
    }),
  ];
}

/** One thread beside two, on a part of the campaign that both take. */
async function threadRow(
  network: CampaignNetwork,
  one: CampaignCase,
  two: CampaignTime,
  quick: boolean,
): Promise<BenchRow> {
  // Half a minute of one thread at most.
  const share = Math.min(1, 15 / two.seconds);
  const images = Math.max(quick ? 10 : 100, Math.floor(one.images * share));
  const part = { ...one, images: Math.min(images, one.images) };
  const alone = await campaignTime(network, part, 1);
  const both = part.images === one.images ? two : await campaignTime(network, part, 2);
  return benchRow({
    case: `${titleOf(network, one)}, ${part.images} images: two threads over one`,
    unit: "times faster",
    ours: alone.seconds / both.seconds,
    better: "higher",
    note: `one thread ${alone.seconds.toPrecision(3)} s, two ${both.seconds.toPrecision(3)} s`,
  });
}

/**
 * Weight bits at pixels that are not 0 have to be looked at; each needs 4 bytes, the step its weight takes, and
 * every eighth 4 bytes more, where the weight's bits stand.
 */
async function limitRow(
  { name, model, set }: CampaignNetwork,
  time: CampaignTime,
  quick: boolean,
): Promise<BenchRow> {
  const { pixels } = subset(set, 0, time.images);
  const present = pixels.reduce((count, pixel) => count + Number(pixel !== 0), 0);
  const [units] = model.tensors["dense1.weight"].shape;
  const visits = present * units * 8;
  const bytesPerSecond = (visits * 4.5) / time.seconds;
  const { readsMemory, readsL2 } = await coreSpeed(quick ? 2 : 9);
  const share = (limit: number): string => `${((100 * bytesPerSecond) / (2e9 * limit)).toFixed(0)} %`;
  return benchRow({
    case: `${name}: all weight bits, those of the first layer at pixels that are not 0`,
    unit: "G visits/s",
    ours: visits / time.seconds / 1e9,
    better: "higher",
    note: `${((100 * visits) / (time.trials * time.images)).toFixed(0)} % of the pairs; ${(bytesPerSecond / 1e9).toFixed(1)} GB/s, ${share(readsMemory)} of what two cores read from memory, ${share(readsL2)} of L2`,
  });
}

function inWords(seconds: number): string {
  if (seconds < 120) return `${seconds.toPrecision(3)} s`;
  if (seconds < 7200) return `${(seconds / 60).toPrecision(3)} minutes`;
  return seconds < 172_800
    ? `${(seconds / 3600).toPrecision(3)} hours`
    : `${(seconds / 86_400).toPrecision(3)} days`;
}
