// Which sampler finds most on a real study, trial by trial? A LeNet-like CNN of MNIST is converted
// (search-study-trials.ts), 60 trials a search, and every sampler of a seed begins with the same ten designs.
// Searches are not told the reference point, but for two of gp: what a search is led to where none is declared, where
// the one below is, and where a study derives its own from the ANN (study/reference-point.ts). Declared before any
// search was run:
//
//   objectives  share of wrong decisions, log10 of the energy of an inference in pJ, share of right decisions lost
//               at a bit-error rate of 1e-3
//   reference   10 % wrong, 10⁶ pJ, 10 % lost: beyond, nothing counts
//   unit        hypervolumes are told as shares of the box from there to nothing wrong, 10⁴ pJ, nothing lost
//
// Bands and leads are 95 % bootstrap intervals over seeds; a full run draws docs/results/search-study.svg.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { svgDocument } from "../src/dashboard/svg-document.ts";
import { hypervolumeHistory } from "../src/optimize/hypervolume-history.ts";
import { Optimizer } from "../src/optimize/optimizer.ts";
import type { Sampler } from "../src/optimize/sampler.ts";
import { samplers } from "../src/optimize/samplers.ts";
import type { DesignValues } from "../src/space/space.ts";
import { bootstrapInterval } from "../src/statistics/bootstrap-interval.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { lead, mean, showLead } from "./search-compare.ts";
import { type Band, searchCurves } from "./search-curves.ts";
import { initialDesigns, initialTrials } from "./search-problems.ts";
import { type StudySize, type StudyTrial, studySearchSpace, studyTrials } from "./search-study-trials.ts";

const directions = ["minimize", "minimize", "minimize"] as const;
const reference = [0.1, 6, 0.1];
const best = [0, 4, 0];
const box = reference.reduce((volume, end, i) => volume * (end - best[i]), 1);

/** @param derived - the reference point of a study that gives none */
function studySamplers(derived: readonly number[]) {
  return {
    "gp, told the reference": (request) => samplers.gp({ ...request, reference }),
    "gp, told what a study derives": (request) => samplers.gp({ ...request, reference: derived }),
    gp: samplers.gp,
    tpe: samplers.tpe,
    nsga2: samplers.nsga2,
    random: samplers.random,
  } satisfies Readonly<Record<string, Sampler>>;
}
type StudySampler = keyof ReturnType<typeof studySamplers>;
const names = Object.keys(studySamplers([])) as StudySampler[];

interface StudyPlan extends StudySize {
  readonly seeds: number;
  readonly trials: number;
}

const full: StudyPlan = { images: 1000, faultSeeds: 5, seeds: 5, trials: 60 };
const quickPlan: StudyPlan = { images: 100, faultSeeds: 2, seeds: 2, trials: 14 };

interface StudySearch {
  /** Share of the box after each trial. */
  readonly curve: readonly number[];
  /** Of each trial that was run. */
  readonly seconds: readonly number[];
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? quickPlan : full;
  const { score, derivedReference } = await studyTrials({ images: plan.images, faultSeeds: plan.faultSeeds });
  const searches = new Map<StudySampler, StudySearch[]>(names.map((sampler) => [sampler, []]));
  const chosen = studySamplers(derivedReference);
  // Seed by seed: what is measured when a run is stopped can be compared.
  for (let seed = 0; seed < plan.seeds; seed++) {
    for (const sampler of names) {
      searches.get(sampler)?.push(await search(chosen[sampler], seed, plan, score));
      process.stderr.write(`seed ${seed}: ${sampler}\n`);
    }
  }
  const rows = names.map((sampler) => samplerRow(sampler, searches, plan));
  if (!quick) {
    const bands = names.map((sampler) => ({ name: sampler, ...bandOf(searches.get(sampler) ?? []) }));
    const path = join(import.meta.dirname, "..", "docs", "results", "search-study.svg");
    writeFileSync(path, svgDocument(searchCurves(bands)));
  }
  return benchReport({ name: "search-study", quick, threads: 1, rows: [...rows, secondsRow(searches)] });
}

async function search(
  sampler: Sampler,
  seed: number,
  plan: StudyPlan,
  score: (design: DesignValues) => Promise<StudyTrial>,
): Promise<StudySearch> {
  const optimizer = new Optimizer({
    space: studySearchSpace,
    directions,
    seed,
    sampler,
    startTrials: initialTrials,
  });
  const seconds: number[] = [];
  const result = async (design: DesignValues): Promise<readonly number[] | Error> => {
    const trial = await score(design);
    seconds.push(trial.seconds);
    return trial.objectives ?? new Error("the design cannot be run");
  };
  const first = initialDesigns({ name: "study", space: studySearchSpace }, seed);
  for (const design of first) optimizer.add(design, await result(design));
  for (let trial = initialTrials; trial < plan.trials; trial++) {
    const { number, design } = optimizer.ask();
    optimizer.tell(number, await result(design));
  }
  const curve = hypervolumeHistory(optimizer.history(), directions, reference);
  return { curve: curve.map(({ hypervolume }) => hypervolume / box), seconds };
}

function samplerRow(
  sampler: StudySampler,
  searches: ReadonlyMap<StudySampler, readonly StudySearch[]>,
  { trials }: StudyPlan,
): BenchRow {
  const after = (of: StudySampler, count: number): readonly number[] =>
    (searches.get(of) ?? []).map(({ curve }) => 100 * curve[count - 1]);
  const ours = after(sampler, trials);
  const others = (["random", "nsga2"] as const).filter((other) => other !== sampler);
  const leads = others.map((other) => {
    const theirs = after(other, trials);
    // `lead` counts what is missing.
    return `${showLead(lead(missing(ours), missing(theirs)))} of ${other}`;
  });
  const earlier = [Math.round(trials / 3), Math.round((2 * trials) / 3)].map(
    (count) => `${count}: ${mean(after(sampler, count)).toFixed(2)}`,
  );
  return benchRow({
    case: `${sampler}: share of the box after ${trials} trials`,
    unit: "%",
    ours: mean(ours),
    better: "higher",
    note: [...(sampler === "random" ? [] : leads), ...earlier].join("; "),
  });
}

function missing(shares: readonly number[]): readonly number[] {
  return shares.map((share) => 100 - share);
}

/** Mean over seeds after each trial, with its interval. */
function bandOf(searches: readonly StudySearch[]): Omit<Band, "name"> {
  const points = (searches[0]?.curve ?? []).map((_, trial) =>
    bootstrapInterval({
      size: searches.length,
      statistic: (places) => places.reduce((sum, i) => sum + searches[i].curve[trial], 0) / places.length,
      key: { seed: 0, trial, purpose: "search-study-bench", index: 0 },
      range: [0, 1],
      kind: "percentile",
      what: "seeds",
    }),
  );
  return { points };
}

function secondsRow(searches: ReadonlyMap<StudySampler, readonly StudySearch[]>): BenchRow {
  const seconds = [...searches.values()]
    .flatMap((of) => of.flatMap((one) => one.seconds))
    .sort((a, b) => a - b);
  const middle = seconds[Math.floor(seconds.length / 2)];
  return benchRow({
    case: "a trial, when it was run",
    unit: "s",
    ours: middle,
    better: "lower",
    note: `median; 95 % within ${seconds[Math.floor(0.95 * seconds.length)].toFixed(2)} s, longest ${seconds[seconds.length - 1].toFixed(2)} s`,
  });
}
