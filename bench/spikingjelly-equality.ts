// Does our conversion do what SpikingJelly's converter does? The network of its tutorial is given to both with
// the same weights and the same calibration batches, in every mode it has: bounds must agree to 1e-6, and so
// must the class after every step, except where rounding in another order decides it.
//
// A decision that differs is explained where either the two classes' sums were as near each other as rounding
// reaches, or a neuron has sent a spike earlier in one of the two, its potential having been as near its
// threshold. Bounds and folded weights that agree to 1e-6 let a potential drift apart by as much of a threshold
// at every step that charges it, and sums by as much of themselves. Without SpikingJelly the rows tell our
// accuracies only.

import { Forward } from "../src/ann/forward.ts";
import { activationBounds } from "../src/convert/activation-bounds.ts";
import type { ActivationStatistics } from "../src/convert/activation-statistics.ts";
import { collectStatistics } from "../src/convert/collect-statistics.ts";
import { type ConversionSettings, ruleFields } from "../src/convert/conversion-fields.ts";
import { convertToSnn } from "../src/convert/convert-to-snn.ts";
import { foldBatchNorm } from "../src/convert/fold-batch-norm.ts";
import { watchBounds } from "../src/convert/watched-bounds.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { resolve } from "../src/space/resolve.ts";
import { annRow, countAnn, interval } from "./conversion-rows.ts";
import { correctPerStep } from "./conversion-steps.ts";
import { trained } from "./converted-networks.ts";
import { firstDifference } from "./first-difference.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { type Mode, modes, tutorialNetwork, tutorialTraining } from "./spikingjelly-modes.ts";
import { orThrow, type PeerRun, SpikingJelly } from "./spikingjelly-peer.ts";
import { stepDecisions } from "./step-decisions.ts";

/** Images of a calibration batch: the most whose activations SpikingJelly takes quantiles of without sampling. */
const batch = 48;

/** What rounding reaches: of a bound, of a threshold at every step, and of the largest class sum. */
const rounding = 1e-6;

const noPeer = "none (set SPIKEFRONT_PEERS_PYTHON to a Python with torch and spikingjelly)";

/** One network and its images, ready for every mode. */
interface Subject {
  readonly kernels: Kernels;
  /** Batch norm folded. */
  readonly ann: Model;
  readonly statistics: ActivationStatistics;
  /** Compared step by step. */
  readonly compared: ImageSet;
  /** Our accuracy is of these. */
  readonly test: ImageSet;
  readonly steps: number;
  readonly annCorrect: number;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const kernels = await loadKernels({ build: "simd" });
  const dataset = await loadDataset("mnist");
  const model = await trained(tutorialNetwork, dataset, quick ? { epochs: 2 } : tutorialTraining);
  const calibration = subset(splitOf(dataset, "train"), 0, quick ? 4 * batch : 42 * batch);
  const all = splitOf(dataset, "test");
  const test = subset(all, 0, quick ? 200 : all.count);
  const compared = subset(all, 0, quick ? 50 : 1000);
  const ann = foldBatchNorm(model);
  const statistics = statisticsOf(kernels, ann, calibration);
  const annCorrect = countAnn(kernels, model, test);
  const subject = { kernels, ann, statistics, compared, test, steps: quick ? 10 : 50, annCorrect };
  const peer = SpikingJelly.start();
  const loaded = peer && orThrow(await peer.load(model, calibration, compared, 2));
  const rows = [annRow("ANN", annCorrect, test)];
  try {
    for (const [name, mode] of Object.entries(modes)) {
      process.stderr.write(`${name} …\n`);
      rows.push(...(await modeRows(subject, name, mode, peer)));
    }
  } finally {
    peer?.close();
  }
  const versions = {
    spikingjelly: loaded === undefined ? noPeer : loaded.version,
    ...(loaded && { torch: loaded.torch }),
    calibration: `${calibration.count} training images in batches of ${batch}`,
    rounding: `${rounding} of a bound, of a threshold a step, of the largest class sum`,
  };
  return benchReport({ name: "spikingjelly-equality", quick, threads: 2, versions, rows });
}

function statisticsOf(kernels: Kernels, ann: Model, images: ImageSet): ActivationStatistics {
  const mark = kernels.mark();
  const forward = new Forward(kernels, ann, { maximumBatch: batch });
  const { pixels, count } = images;
  const isCancelled = (): boolean => false;
  const plain = collectStatistics({ forward, network: ann.network, pixels, first: 0, count, isCancelled });
  kernels.release(mark);
  const set = { kernels, images, count, seed: 0, isCancelled };
  return { ...plain, watched: (rule) => watchBounds(ann, rule, set, batch) };
}

async function modeRows(
  subject: Subject,
  name: string,
  { peer: mode, ours, published }: Mode,
  peer: SpikingJelly | undefined,
): Promise<BenchRow[]> {
  const { ann, statistics, steps, test } = subject;
  const settings: ConversionSettings = resolve("mode", ruleFields, ours);
  const inference = { coding: "constant", steps, readout: "membrane", dtMs: 1 } as const;
  const snn = convertToSnn(ann, statistics, settings, inference);
  const rows: BenchRow[] = [];
  let theirs: PeerRun | undefined;
  if (peer !== undefined) {
    const { scales } = orThrow(await peer.convert(mode, batch));
    const bounds = [...activationBounds(ann, statistics, settings, steps).values()];
    rows.push(scaleRow(name, bounds, scales));
    theirs = orThrow(await peer.run(steps));
    rows.push(...(await decisionRows(subject, name, snn, theirs, peer)));
  }
  const correct = (await correctPerStep(snn, test)).at(-1) ?? 0;
  const loss = (100 * (subject.annCorrect - correct)) / test.count;
  const told = published === undefined ? "" : `; published for SpikingJelly's ANN of 98.70 %: ${published} %`;
  const row = { case: `${name}: right at T = ${steps}`, unit: "% right", better: "higher" } as const;
  const note = `${interval(correct, test.count)}, ${loss.toFixed(2)} points below the ANN${told}`;
  rows.push(benchRow({ ...row, ours: (100 * correct) / test.count, note }));
  return rows;
}

/** Largest relative difference of a bound. */
function scaleRow(
  name: string,
  ours: readonly Float64Array[],
  theirs: readonly (readonly number[])[],
): BenchRow {
  let most = 0;
  let count = 0;
  for (const [layer, scales] of theirs.entries()) {
    for (const [c, scale] of scales.entries()) {
      const bound = ours[layer].length === 1 ? ours[layer][0] : ours[layer][c];
      most = Math.max(most, Math.abs(bound - scale) / scale);
      count++;
    }
  }
  const note = `largest relative difference of ${count} bounds`;
  return benchRow({ case: `${name}: bounds`, unit: "", ours: most, goal: rounding, better: "lower", note });
}

async function decisionRows(
  subject: Subject,
  name: string,
  snn: Model,
  theirs: PeerRun,
  peer: SpikingJelly,
): Promise<BenchRow[]> {
  const { kernels, compared, steps } = subject;
  const ours = stepDecisions(kernels, snn, compared, (image) => theirs.decisions[image]);
  const different = ours.flatMap((own, image) =>
    own.some((c, step) => c !== theirs.decisions[image][step]) ? [image] : [],
  );
  const right = (decisions: readonly ArrayLike<number>[]): number =>
    decisions.filter((own, image) => own[steps - 1] === compared.labels[image]).length;
  const pairs = compared.count * steps;
  let equal = 0;
  for (const [image, own] of ours.entries())
    for (const [step, c] of own.entries()) if (c === theirs.decisions[image][step]) equal++;
  const explained = await explain(subject, snn, ours, theirs, different, peer);
  return [
    benchRow({
      case: `${name}: equal decisions of ${compared.count} images at ${steps} steps`,
      unit: "%",
      ours: (100 * equal) / pairs,
      better: "higher",
      note: `${pairs - equal} of ${pairs} differ, in ${different.length} images${explained.note}`,
    }),
    benchRow({
      case: `${name}: images that differ for another reason than rounding`,
      unit: "images",
      ours: explained.unexplained,
      goal: 0,
      better: "lower",
    }),
    benchRow({
      case: `${name}: right at T = ${steps} of the images compared`,
      unit: "images",
      ours: right(ours),
      peer: right(theirs.decisions),
      better: "higher",
    }),
  ];
}

/** Look for the cause in every image with another decision. */
async function explain(
  { kernels, compared, steps }: Subject,
  snn: Model,
  ours: readonly Uint8Array[],
  { decisions, scores }: PeerRun,
  different: readonly number[],
  peer: SpikingJelly,
): Promise<{ readonly unexplained: number; readonly note: string }> {
  if (different.length === 0) return { unexplained: 0, note: "" };
  const layers = orThrow(await peer.trace(different, steps));
  const classes = scores.length / (steps * compared.count);
  let unexplained = 0;
  let widest = 0;
  for (const [at, image] of different.entries()) {
    const place = { at, traced: different.length };
    const first = firstDifference(kernels, snn, compared, image, layers, place);
    let gap = first === undefined ? 0 : first.gap / (first.step + 1);
    // Decisions before any spike differs have nothing but their sums to differ by.
    for (let step = 0; step < (first?.step ?? steps); step++) {
      if (ours[image][step] === decisions[image][step]) continue;
      const from = (step * compared.count + image) * classes;
      const sums = scores.subarray(from, from + classes);
      const largest = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0);
      gap = Math.max(gap, Math.abs(sums[ours[image][step]] - sums[decisions[image][step]]) / largest);
    }
    widest = Math.max(widest, gap);
    if (gap > rounding) unexplained++;
  }
  return { unexplained, note: `; widest gap that decided: ${widest.toExponential(1)}` };
}
