// Does successive halving find more for the same image evaluations? An MLP of MNIST, 784-128-10, is converted; a
// search spends as many images as so many full evaluations have, each of 2,000 validation images under 4 masks of
// flipped bits: all of a trial at once, or by halving from an eighth, a sixteenth, or so.
//
// What a search has found are the trials on its front that had all images. They are measured anew, on 4,000 other
// images under 8 other masks: the search's own figures of them are the luckier the more trials there were.
// Declared before any search was run:
//
//   objectives  accuracy, energy of an inference, accuracy lost at a bit-error rate of 2e-3
//   reference   90 % right, 10⁵ pJ, 10 % lost: beyond, nothing counts; energy by its logarithm
//   unit        hypervolumes are told as shares of the box from there to all right, 10² pJ, nothing lost
//
// Leads are 95 % bootstrap intervals over seeds, paired.

import { writeNetworkFile } from "../src/formats/network-file.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { dense, flatten, relu, sequential } from "../src/model/build.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { hypervolume } from "../src/optimize/hypervolume.ts";
import { minimised, paretoFront } from "../src/optimize/pareto.ts";
import { Evaluator } from "../src/pipeline/evaluator.ts";
import { MemoryStorage } from "../src/study/memory-storage.ts";
import { searchDesigns } from "../src/study/search-designs.ts";
import { scaledValues } from "../src/study/search-history.ts";
import { readStudyFile } from "../src/study/study-file.ts";
import { StudyJudge } from "../src/study/study-judge.ts";
import type { StudyPorts } from "../src/study/study-ports.ts";
import { trained } from "./converted-networks.ts";
import { kept } from "./kept.ts";
import { type BenchReport, benchReport, benchRow } from "./report.ts";
import { roomsHash } from "./rooms-hash.ts";
import { lead, mean, showLead } from "./search-compare.ts";

const ways = {
  whole: "",
  "from 1/4, by 4": "minImages: 500, factor: 4",
  "from 1/9, by 3": "minImages: 222, factor: 3",
  "from 1/16, by 4": "minImages: 125, factor: 4",
} as const;
type Way = keyof typeof ways;
const wayNames = Object.keys(ways) as Way[];

interface Plan {
  readonly seeds: number;
  /** In full evaluations. */
  readonly budgets: readonly number[];
  readonly images: number;
  readonly samplers: readonly string[];
}

const full: Plan = { seeds: 5, budgets: [20, 60], images: 2000, samplers: ["nsga2", "tpe"] };
const quickPlan: Plan = { seeds: 2, budgets: [4], images: 500, samplers: ["nsga2"] };

interface Found {
  /** Share of the box that the front fills on other images. */
  readonly share: number;
  readonly trials: number;
  readonly points: number;
  readonly seconds: number;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? quickPlan : full;
  const search = await searches(plan);
  const rows = [];
  for (const sampler of plan.samplers) {
    for (const budget of plan.budgets) {
      const found = new Map<Way, Found[]>(wayNames.map((way) => [way, []]));
      for (let seed = 0; seed < plan.seeds; seed++) {
        for (const way of wayNames) {
          found.get(way)?.push(await search({ sampler, budget, way, seed }));
          process.stderr.write(`${sampler}, ${budget}, seed ${seed}: ${way}\n`);
        }
      }
      const missing = (way: Way): readonly number[] =>
        (found.get(way) ?? []).map(({ share }) => 100 - 100 * share);
      for (const way of wayNames) {
        const own = found.get(way) ?? [];
        const average = (of: (one: Found) => number): string => mean(own.map(of)).toFixed(0);
        const note = `${average(({ trials }) => trials)} designs, ${average(({ points }) => points)} points, ${average(({ seconds }) => seconds)} s`;
        rows.push(
          benchRow({
            case: `${sampler}, ${budget} full evaluations, ${way}: share of the box`,
            unit: "%",
            ours: 100 - mean(missing(way)),
            better: "higher",
            note:
              way === "whole" ? note : `${showLead(lead(missing(way), missing("whole")))} of whole; ${note}`,
          }),
        );
      }
    }
  }
  return benchReport({ name: "search-halving", quick, threads: 1, rows });
}

interface Asked {
  readonly sampler: string;
  readonly budget: number;
  readonly way: Way;
  readonly seed: number;
}

async function searches({ images }: Plan): Promise<(asked: Asked) => Promise<Found>> {
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 28 });
  const dataset = await loadDataset("mnist");
  const network = sequential("mlp128", [1, 28, 28], [flatten(), dense(128), relu(), dense(10)]);
  const anns = new Map([["mlp128", writeNetworkFile(await trained(network, dataset))]]);
  const evaluator = new Evaluator({ kernels, dataset, anns, isCancelled: () => false });
  const executor = { slots: 1, evaluate: evaluator.evaluate.bind(evaluator) };
  const rooms =
    "base space statistics kernels neuron model coding data formats ann simulate convert fault energy pipeline optimize study";
  const revision = await roomsHash(rooms.split(" "));

  const measured = async ({ sampler, budget, way, seed }: Asked): Promise<Found> => {
    const start = performance.now();
    const settings = readStudyFile(
      `schema: spikefront.study/1
name: halving
seed: ${seed}
networks: [{ name: mlp128 }]
space: { steps: { low: 1, high: 16 } }
search: { trials: ${budget}, sampler: ${sampler}${way === "whole" ? "" : `, halving: { ${halvingOf(way, images)} }`} }
evaluation: { images: ${images}, faultSeeds: 4, bitErrorRate: 0.002 }
`,
      "halving.yaml",
    );
    const judge = new StudyJudge(settings, new Map([["mlp128", "mlp128"]]));
    const storage = new MemoryStorage(() => 0);
    await storage.createStudy({ key: "halving", settings: null, budgetTrials: budget });
    const ports = {
      storage,
      blobs: { put: async () => "" },
      signal: new AbortController().signal,
      onProgress: () => {},
    } as unknown as StudyPorts;
    await searchDesigns(ports, { executor, judge, isAsync: false });
    const seconds = (performance.now() - start) / 1000;
    const records = await storage.listTrials("halving");
    const whole = judge.judge(records).filter(({ fidelity }) => fidelity === 1);
    const front = paretoFront(
      whole.map(({ objectives }) => objectives),
      judge.directions,
    ).map((i) => whole[i]);
    const values = [];
    for (const { design } of front) {
      const task = judge.taskOf(-1, design);
      const more = { images: 4000, seeds: 8, trial: -1, purpose: "fault-confirm" } as const;
      const { evaluation } = await evaluator.evaluate({
        ...task,
        firstImage: images,
        images: 4000,
        faults: task.faults.map((fault) => ({ ...fault, ...more })),
      });
      values.push(
        scaledValues(
          judge.objectives.map(({ score }) => score(evaluation, judge.context).value),
          judge.objectives,
        ),
      );
    }
    const reached = hypervolume(minimised(values, judge.directions), [-0.9, 5, 0.1]);
    return { share: reached / (0.1 * 3 * 0.1), trials: records.length, points: front.length, seconds };
  };
  return (asked) => kept("search-halving", [asked, images], () => measured(asked), revision);
}

function halvingOf(way: Way, images: number): string {
  // Of 2,000 images.
  return ways[way].replace(
    /minImages: (\d+)/,
    (_, count) => `minImages: ${Math.floor((Number(count) * images) / 2000)}`,
  );
}
