// Which skip connections make a small spiking network best, how fast do searches find them, and is what shared
// weights say of candidates true? One block of four layers, 729 matrices, Fashion-MNIST.
//
// A full run writes docs/results/skip-search.json and the pictures of docs/skips.md. Candidates are kept as they
// are measured: a run that was stopped goes on where it was.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../src/base/random.ts";
import { type Curve, curvePanels } from "../src/dashboard/curve-panels.ts";
import { skipDrawing } from "../src/dashboard/skip-drawing.ts";
import { svgDocument } from "../src/dashboard/svg-document.ts";
import { sourceRevision } from "../src/node/source-revision.ts";
import { adjacencyAt, adjacencyCount } from "../src/space/adjacency.ts";
import type { Interval } from "../src/statistics/interval.ts";
import { pairedDifference } from "../src/statistics/mean-estimate.ts";
import { meanInterval, studentInterval } from "../src/statistics/mean-interval.ts";
import { rankCorrelation } from "../src/statistics/rank-correlation.ts";
import { showSkips } from "../src/topology/show-skips.ts";
import { skipField } from "../src/topology/skip-block.ts";
import { skipEdges } from "../src/topology/skip-edges.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { SkipProblem } from "./skip-search-problem.ts";
import {
  type SkipGoal,
  type SkipSearch,
  type SkipSearchPlan,
  searchedBy,
  searchSkips,
} from "./skip-search-runs.ts";

interface Plan extends SkipSearchPlan {
  /** Candidates that are trained from nothing, too, and how often each. */
  readonly compared: number;
  readonly comparedSeeds: number;
  /** Trainings from nothing of the best matrix and of none. */
  readonly gainSeeds: number;
}

const full: Plan = { seeds: 10, trials: 30, starts: 8, compared: 24, comparedSeeds: 3, gainSeeds: 8 };
const small: Plan = { seeds: 2, trials: 5, starts: 3, compared: 4, comparedSeeds: 1, gainSeeds: 2 };
const unbounded: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? small : full;
  const problem = await SkipProblem.open();
  const annSeeds = Array.from({ length: plan.gainSeeds }, (_, seed) => seed);
  const anns = await Promise.all(annSeeds.map((seed) => problem.ann(seed)));
  const annAccuracy = meanOf(anns.map(({ validation }) => validation));
  const sharing = await sharingRows(problem, plan);
  const searches = new Map<SkipGoal, ReadonlyMap<string, readonly SkipSearch[]>>();
  for (const goal of ["drop", "three"] as const) {
    const found = new Map<string, readonly SkipSearch[]>();
    for (const sampler of searchedBy) {
      const runs: SkipSearch[] = [];
      for (let seed = 0; seed < plan.seeds; seed++)
        runs.push(await searchSkips(problem, goal, sampler, seed, { ...plan, annAccuracy }));
      found.set(sampler, runs);
    }
    searches.set(goal, found);
  }
  const all = [...searches.values()].flatMap((found) => [...found.values()].flat());
  const { matrix } = all
    .map(({ best }) => best)
    .reduce((least, one) => (one.drop < least.drop ? one : least));
  const gain = await gainRow(problem, matrix, plan, meanOf(anns.map(({ test }) => test)));
  const distinct = new Set(all.flatMap(({ matrices }) => matrices)).size;
  const rows = [...searchRows(searches), ...sharing.rows, gain.row];
  const report = benchReport({ name: "skip-search", quick, threads: 1, versions: { kernels: "simd" }, rows });
  console.log(
    `${distinct} candidates; the best of shared weights, beside the ANN's ${percent(annAccuracy)}:`,
  );
  console.log(showSkips(problem.setting.block, matrix));
  if (!quick) {
    writeResults({
      report,
      problem,
      matrix,
      distinct,
      annAccuracy,
      gain: gain.details,
      sharing: sharing.details,
    });
    writePictures(searches, problem, matrix, gain.row.note ?? "");
  }
  return report;
}

/** Where each sampler had come at the end, and after how many trials random search's end was passed. */
function searchRows(
  searches: ReadonlyMap<SkipGoal, ReadonlyMap<string, readonly SkipSearch[]>>,
): readonly BenchRow[] {
  const lastOf = ({ progress }: SkipSearch): number => progress[progress.length - 1];
  return [...searches].flatMap(([goal, found]) => {
    const isDrop = goal === "drop";
    const told = (value: number): string => (isDrop ? 100 * value : value).toFixed(isDrop ? 2 : 4);
    const random = (found.get("random") ?? []).map(lastOf);
    return [...found].map(([sampler, runs]) => {
      const ends = runs.map(lastOf);
      const { value, low, high } = meanInterval(ends, unbounded, "searches");
      const better = isDrop ? pairedDifference(random, ends) : pairedDifference(ends, random);
      const lead = studentInterval(better, unbounded, "searches");
      const passed = meanCurve(runs).findIndex((at) =>
        isDrop ? at.value <= meanOf(random) : at.value >= meanOf(random),
      );
      const ahead = `ahead of random by ${told(lead.value)} (${told(lead.low)} to ${told(lead.high)})`;
      const when =
        passed < 0 ? "never as good as random's end" : `as good as random's end after ${passed + 1} trials`;
      return benchRow({
        case: `${sampler}: ${isDrop ? "lowest drop found" : "hypervolume of drop, energy and rate"}`,
        unit: isDrop ? "points" : "share",
        ours: isDrop ? 100 * value : value,
        better: isDrop ? "lower" : "higher",
        note: `${told(low)} to ${told(high)} over ${runs.length} seeds${sampler === "random" ? "" : `; ${ahead}`}; ${when}`,
      });
    });
  });
}

/** Do shared weights put candidates in the order in which training from nothing does? */
async function sharingRows(problem: SkipProblem, { compared, comparedSeeds }: Plan) {
  const field = skipField(problem.setting.block);
  const random = new Random({ seed: 0, trial: -1, purpose: "skip-sharing", index: 0 });
  const drawn = new Set([field.default]);
  while (drawn.size < compared) drawn.add(adjacencyAt(field, random.integer(adjacencyCount(field))));
  const details: { matrix: string; shared: number; fromNothing: number[] }[] = [];
  for (const matrix of drawn) {
    const { correct, images } = await problem.candidate(matrix);
    const fromNothing: number[] = [];
    for (let seed = 1; seed <= comparedSeeds; seed++) {
      const { validation } = await problem.fromNothing(matrix, seed);
      fromNothing.push(validation.correct / validation.images);
    }
    details.push({ matrix, shared: correct / images, fromNothing });
  }
  const a = details.map(({ shared }) => shared);
  const b = details.map(({ fromNothing }) => meanOf(fromNothing));
  const rows = (["kendall", "spearman"] as const).map((kind) => {
    const key = { seed: 0, trial: -1, purpose: "skip-sharing-bootstrap", index: 0 };
    const interval = rankCorrelation({ a, b, kind, key });
    return benchRow({
      case: `shared weights and training from nothing: ${kind === "kendall" ? "Kendall's τ" : "Spearman's ρ"}`,
      unit: "1",
      ours: interval?.value ?? Number.NaN,
      better: "higher",
      note: `${signed(interval?.low)} to ${signed(interval?.high)}; ${compared} candidates, ${comparedSeeds} seeds each; mean accuracy ${percent(meanOf(a))} shared, ${percent(meanOf(b))} from nothing`,
    });
  });
  return { rows, details };
}

/** The best matrix against none, both trained from nothing with the same seeds, on the test split. */
async function gainRow(problem: SkipProblem, matrix: string, { gainSeeds }: Plan, annTest: number) {
  const details: { seed: number; none: number; best: number }[] = [];
  for (let k = 0; k < gainSeeds; k++) {
    const seed = 100 + k;
    const [none, best] = [
      await problem.fromNothing(problem.noSkips, seed),
      await problem.fromNothing(matrix, seed),
    ].map(({ test }) => test.correct / test.images);
    details.push({ seed, none, best });
  }
  const [best, none] = [details.map((one) => one.best), details.map((one) => one.none)];
  const { value, low, high } = studentInterval(pairedDifference(best, none), unbounded, "trainings");
  const row = benchRow({
    case: `gain of ${matrix} over no skips, test split, trained from nothing`,
    unit: "points",
    ours: 100 * value,
    goal: 0,
    better: "higher",
    note: `${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)}; ${percent(meanOf(none))} to ${percent(meanOf(best))} over ${gainSeeds} seeds; the ANN without skips ${percent(annTest)}`,
  });
  return { row, details };
}

function meanCurve(runs: readonly SkipSearch[]): readonly Interval[] {
  return runs[0].progress.map((_, i) =>
    meanInterval(
      runs.map(({ progress }) => progress[i]),
      unbounded,
      "searches",
    ),
  );
}

function writeResults(results: {
  readonly report: BenchReport;
  readonly problem: SkipProblem;
  readonly [name: string]: unknown;
}): void {
  const { report, problem, ...rest } = results;
  const told = {
    command: "npm run bench -- skip-search",
    commit: sourceRevision(),
    ...report,
    setting: problem.setting,
    ...rest,
  };
  writeFileSync(join(docs, "results/skip-search.json"), `${JSON.stringify(told, null, 2)}\n`);
}

const docs = join(import.meta.dirname, "../docs");
const roles = { gp: "first", evolution: "third", random: "second" } as const;

function writePictures(
  searches: ReadonlyMap<SkipGoal, ReadonlyMap<string, readonly SkipSearch[]>>,
  problem: SkipProblem,
  matrix: string,
  note: string,
): void {
  const panels = [...searches].map(([goal, found]) => ({
    title: goal === "drop" ? "Accuracy drop alone" : "Drop, energy and firing rate",
    xTitle: "trials",
    yTitle: goal === "drop" ? "Lowest drop so far, points" : "Hypervolume so far",
    yFormat: (value: number) => (goal === "drop" ? (100 * value).toFixed(1) : value.toFixed(2)),
    curves: searchedBy.map(
      (sampler): Curve => ({
        name: sampler,
        role: roles[sampler],
        points: meanCurve(found.get(sampler) ?? []).map((interval, i) => ({ x: i + 1, interval })),
      }),
    ),
  }));
  const caption = "Means over seeds with 95 % intervals; every sampler begins with the same designs.";
  const curves = curvePanels(panels, {
    id: "skip-search",
    title: "Searches for skips",
    caption,
    summary: caption,
  });
  writeFileSync(join(docs, "skip-search.svg"), svgDocument(curves));
  const { block } = problem.setting;
  const best = skipDrawing({
    title: `Best block: ${matrix}`,
    caption: note,
    nodes: ["in", ...block.widths.map(String)],
    edges: skipEdges(block, matrix),
  });
  writeFileSync(join(docs, "skip-best.svg"), svgDocument(best));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function signed(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(2);
}
