// How well do directly trained spiking networks tell apart data with time? N-MNIST from a thousand training recordings,
// on its hundred test recordings and by cross-validation; Braille letters by cross-validation, beside what a softmax
// makes of taxels averaged over time, which know of no time, and of all frames side by side, which know of all.
//
// Every fold: a network trained on the others, its epoch picked on a sixth of those, counted once on the fold. What is
// trained stays trained: a run that is stopped goes on.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzip } from "../src/data/gunzip.ts";
import { loadRecordings, recordingFolders } from "../src/node/recorded-data.ts";
import { brailleSamples, readBraille } from "../src/recordings/braille.ts";
import { pickRecordings, type RecordingSet } from "../src/recordings/recording-set.ts";
import { shuffledParts } from "../src/recordings/shuffled-parts.ts";
import { accuracyInterval } from "../src/statistics/accuracy-interval.ts";
import { kept } from "./kept.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { roomsHash } from "./rooms-hash.ts";
import { type LabelledFeatures, softmaxCorrect } from "./softmax-regression.ts";
import { type Recipe, type RecordedParts, trainedCorrect } from "./timed-data-training.ts";

const folds = 5;
const seed = 0;

const nMnist: Recipe = {
  grid: { steps: 15, stepUs: 20_000, pool: 2 },
  hidden: 256,
  leak: 0.9,
  learn: "nothing",
  epochs: 8,
  batch: 64,
  learningRate: 2e-3,
  moves: [-2, 0, 2]
    .flatMap((right) => [-2, 0, 2].map((down) => [right, down] as const))
    .filter(([r, d]) => r !== 0 || d !== 0),
};

const braille: Recipe = {
  grid: { steps: brailleSamples, stepUs: 25_000 },
  hidden: 256,
  leak: 0.97,
  learn: "leaks",
  epochs: 40,
  batch: 32,
  learningRate: 3e-3,
  moves: [],
};

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const rows = [...(await nMnistRows(quick)), ...(await brailleRows(quick))];
  return benchReport({ name: "timed-data", quick, threads: 2, versions: {}, rows });
}

interface Counted {
  readonly correct: number;
  readonly samples: number;
}

async function nMnistRows(quick: boolean): Promise<readonly BenchRow[]> {
  if (!isThere("n-mnist")) return [absent("N-MNIST")];
  const { recorded } = await loadRecordings("n-mnist");
  const { classes, train, test } = recorded;
  const recipe = quick ? { ...nMnist, epochs: 1, moves: [] } : nMnist;
  const held = Math.floor(train.labels.length / 6);
  const own = [...train.labels.keys()];
  const onTest = await counted("n-mnist test", recipe, () => ({
    classes,
    train: pickRecordings(train, own.slice(0, -held)),
    validation: pickRecordings(train, own.slice(-held)),
    test,
  }));
  const crossed = await crossValidated("n-mnist", { classes, set: train }, recipe, quick);
  return [
    accuracyRow("N-MNIST, 1,000 training recordings, 100 test recordings", onTest, 90),
    accuracyRow(`N-MNIST, cross-validation of the 1,000, ${folds} folds`, crossed, 90),
  ];
}

async function brailleRows(quick: boolean): Promise<readonly BenchRow[]> {
  if (!isThere("braille")) return [absent("Braille")];
  const { recorded } = await loadRecordings("braille");
  const set = joined(recorded.train, recorded.test);
  const recipe = quick ? { ...braille, epochs: 2 } : braille;
  const spiking = await crossValidated("braille", { classes: recorded.classes, set }, recipe, quick);
  const frames = await brailleFrames();
  const averaged = await softmax("braille averages", frames.averaged, quick);
  const flattened = await softmax("braille frames", frames.flattened, quick);
  const goal = (100 * averaged.correct) / averaged.samples + 20;
  return [
    accuracyRow(`Braille, level crossings, spiking network, ${folds} folds`, spiking, goal),
    accuracyRow("Braille, taxels averaged over time, softmax", averaged),
    accuracyRow("Braille, all frames, softmax", flattened),
  ];
}

/** Every fold once the test part; with `quick`, the first alone. */
async function crossValidated(
  name: string,
  { classes, set }: { readonly classes: readonly string[]; readonly set: RecordingSet },
  recipe: Recipe,
  quick: boolean,
): Promise<Counted> {
  const parts = shuffledParts(set.labels, folds, seed);
  const results: Counted[] = [];
  for (const fold of quick ? [0] : parts.keys()) {
    results.push(
      await counted(`${name} fold ${fold}`, recipe, () => {
        const rest = parts.filter((_, k) => k !== fold).flatMap((part) => [...part]);
        const held = Math.floor(rest.length / 6);
        return {
          classes,
          train: pickRecordings(set, rest.slice(0, -held)),
          validation: pickRecordings(set, rest.slice(-held)),
          test: pickRecordings(set, parts[fold]),
        };
      }),
    );
  }
  return summed(results);
}

async function counted(what: string, recipe: Recipe, partsOf: () => RecordedParts): Promise<Counted> {
  return keptHere([what, recipe, seed], async () => {
    const parts = partsOf();
    return { correct: await trainedCorrect(parts, recipe, seed), samples: parts.test.labels.length };
  });
}

async function softmax(what: string, { values, labels }: LabelledFeatures, quick: boolean): Promise<Counted> {
  const features = values.length / labels.length;
  const parts = shuffledParts(labels, folds, seed);
  const pick = (places: ArrayLike<number>): LabelledFeatures => ({
    values: Float64Array.from(
      Array.from(places).flatMap((i) => [...values.subarray(i * features, (i + 1) * features)]),
    ),
    labels: Uint8Array.from(places, (i) => labels[i]),
  });
  const results: Counted[] = [];
  for (const fold of quick ? [0] : parts.keys()) {
    results.push(
      await keptHere([what, fold, seed], async () => {
        const rest = parts.filter((_, k) => k !== fold).flatMap((part) => [...part]);
        const correct = softmaxCorrect(pick(rest), pick(parts[fold]), features, Math.max(...labels) + 1);
        return { correct, samples: parts[fold].length };
      }),
    );
  }
  return summed(results);
}

/** What a softmax is given: the shortest trial's samples of every trial, and their means. */
async function brailleFrames(): Promise<{
  readonly averaged: LabelledFeatures;
  readonly flattened: LabelledFeatures;
}> {
  const folder = recordingFolders("braille").find((place) => existsSync(place)) as string;
  const file = readdirSync(folder).find((name) => /\.pkl(\.gz)?$/.test(name)) as string;
  const bytes = await gunzip(new Uint8Array(readFileSync(join(folder, file))), file);
  const { labels, frames } = readBraille(bytes, file);
  const taxels = 12;
  const samples = Math.min(...frames.map(({ length }) => length)) / taxels;
  const means = frames.flatMap((own) =>
    Array.from({ length: taxels }, (_, taxel) => {
      let sum = 0;
      for (let at = taxel; at < samples * taxels; at += taxels) sum += own[at];
      return sum / samples;
    }),
  );
  const flat = frames.flatMap((own) => [...own.subarray(0, samples * taxels)]);
  return {
    averaged: { values: Float64Array.from(means), labels },
    flattened: { values: Float64Array.from(flat), labels },
  };
}

async function keptHere<R>(what: unknown, measure: () => Promise<R>): Promise<R> {
  const rooms = ["recordings", "surrogate", "ann", "simulate", "kernels", "data", "coding"];
  return kept("timed-data", what, measure, await roomsHash(rooms));
}

function joined(a: RecordingSet, b: RecordingSet): RecordingSet {
  return { recordings: [...a.recordings, ...b.recordings], labels: Uint8Array.of(...a.labels, ...b.labels) };
}

function summed(results: readonly Counted[]): Counted {
  const total = (of: (one: Counted) => number): number => results.reduce((sum, one) => sum + of(one), 0);
  return { correct: total(({ correct }) => correct), samples: total(({ samples }) => samples) };
}

function accuracyRow(name: string, { correct, samples }: Counted, goal?: number): BenchRow {
  const { value, low, high } = accuracyInterval(correct, samples);
  const percent = (share: number): string => (100 * share).toFixed(1);
  return benchRow({
    case: name,
    unit: "%",
    ours: 100 * value,
    ...(goal !== undefined && { goal }),
    better: "higher",
    note: `${correct} of ${samples}, ${percent(low)} to ${percent(high)}`,
  });
}

function isThere(name: string): boolean {
  return recordingFolders(name).some((place) => existsSync(place));
}

function absent(name: string): BenchRow {
  return benchRow({
    case: name,
    unit: "%",
    ours: Number.NaN,
    better: "higher",
    note: "skipped: no such recordings here",
  });
}
