// Does Bayesian optimisation find good skips in fewer evaluations than chance (Benmeziane et al. 2023)? Searches with
// hundreds of seeds on tables in which every matrix of a block has been trained from nothing (skip-tables.ts).
//
// Fixed before any search was run:
//   a table      all matrices, each trained with one seed, so that a matrix is worth the same to all who ask. Three were
//                meant, as noise; time ran short before any search was run. `seeds` below is all there is to change.
//   a search     tries `trials` matrices, the first `starts` the same for all samplers of a seed. Of each it is told the
//                validation error of one training, drawn anew by search and trial where there are several.
//   evaluations  until a search's lowest error so far is at most the median over random searches of their lowest at
//                the end; trials + 1 if never.
//   found        error on test samples, mean over all trainings, of the matrix whose error was the lowest seen.
//   claims       each of both is smaller for the Gaussian process than for random search: paired by seed, a bootstrap's
//                95 % interval of the mean difference. Every table must support a claim; one that contradicts it decides.
// Evolution stands beside it, with no claim. A full run writes docs/results/skip-samplers.json and a picture.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../src/base/random.ts";
import { curvePanels } from "../src/dashboard/curve-panels.ts";
import { svgDocument } from "../src/dashboard/svg-document.ts";
import { sourceRevision } from "../src/node/source-revision.ts";
import { bootstrapInterval } from "../src/statistics/bootstrap-interval.ts";
import { readClaim } from "../src/statistics/claim.ts";
import type { Interval } from "../src/statistics/interval.ts";
import { meanInterval } from "../src/statistics/mean-interval.ts";
import { type Verdict, verdict } from "../src/statistics/verdict.ts";
import { together } from "../src/study/claims/together.ts";
import { kept } from "./kept.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { roomsHash } from "./rooms-hash.ts";
import { type SearchedBy, searchedBy, searchMatrices } from "./skip-search-runs.ts";
import { type SkipTable, skipTable, type TableName, tableNames } from "./skip-tables.ts";

interface Plan {
  readonly searches: number;
  readonly trials: number;
  readonly starts: number;
  readonly table: { readonly matrices?: number; readonly seeds: number };
}

const full: Plan = { searches: 200, trials: 30, starts: 8, table: { seeds: 1 } };
const small: Plan = { searches: 4, trials: 6, starts: 3, table: { seeds: 1, matrices: 4 } };
/** Searches that are kept together. */
const keptTogether = 20;
const unbounded: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** By trial: lowest error seen so far, and what the matrix that had it is worth. */
interface TableSearch {
  readonly lowest: readonly number[];
  readonly found: readonly number[];
}

type Searches = Readonly<Record<SearchedBy, readonly TableSearch[]>>;

const figures = ["evaluations", "found"] as const;
type Figure = (typeof figures)[number];

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? small : full;
  const rows: BenchRow[] = [];
  const verdicts: Record<Figure, Verdict[]> = { evaluations: [], found: [] };
  const told: Record<string, unknown> = {};
  const searched = new Map<TableName, Searches>();
  for (const name of tableNames) {
    const table = await skipTable(name, plan.table);
    const searches = await searchesOf(table, plan);
    searched.set(name, searches);
    for (const figure of figures) {
      for (const sampler of ["gp", "evolution"] as const) {
        const { row, said } = compared(name, figure, sampler, searches);
        rows.push(row);
        if (sampler === "gp") verdicts[figure].push(said);
      }
    }
    told[name] = tableOf(table);
  }
  const report = benchReport({
    name: "skip-samplers",
    quick,
    threads: 1,
    versions: { kernels: "simd" },
    rows,
  });
  const answers = figures.map((figure) => ({
    claim: `${estimands[figure]}, Gaussian process − random; every of ${tableNames.length} tables`,
    verdict: together("every", verdicts[figure]),
  }));
  for (const { claim, verdict: said } of answers) console.log(`${claim}: ${said}`);
  if (!quick) {
    write(report, plan, answers, told);
    draw(searched);
  }
  return report;
}

const estimands: Readonly<Record<Figure, string>> = {
  evaluations: "evaluations until random search's median lowest error",
  found: "test error of what was found",
};

async function searchesOf(table: SkipTable, { searches, trials, starts }: Plan): Promise<Searches> {
  const place = new Map(table.matrices.map((matrix, i) => [matrix, i]));
  const blocks = [table.setting.block] as const;
  const one = async (sampler: SearchedBy, seed: number): Promise<TableSearch> => {
    const [lowest, found]: [number[], number[]] = [[], []];
    await searchMatrices(
      { blocks, directions: ["minimize"], sampler, seed, trials, starts },
      async (matrix) => {
        const trial = lowest.length;
        // A quick run has few matrices: the others borrow their figures.
        const at = place.get(matrix) ?? trial % table.matrices.length;
        const random = new Random({ seed, trial, purpose: "skip-table-training", index: 0 });
        const error = table.seen[at][random.integer(table.seen[at].length)];
        const isBetter = trial === 0 || error < lowest[trial - 1];
        lowest.push(isBetter ? error : lowest[trial - 1]);
        found.push(isBetter ? mean(table.test[at]) : found[trial - 1]);
        return [error];
      },
    );
    return { lowest, found };
  };
  const revision = await roomsHash(["base", "space", "optimize", "topology"]);
  const of = async (sampler: SearchedBy): Promise<readonly TableSearch[]> => {
    const runs: TableSearch[] = [];
    for (let first = 0; first < searches; first += keptTogether) {
      const told = [table, sampler, trials, starts, first];
      const some = async (): Promise<TableSearch[]> => {
        const found: TableSearch[] = [];
        for (let seed = first; seed < first + keptTogether; seed++) found.push(await one(sampler, seed));
        return found;
      };
      runs.push(...(await kept("skip-samplers", told, some, revision)));
    }
    return runs.slice(0, searches);
  };
  return { gp: await of("gp"), evolution: await of("evolution"), random: await of("random") };
}

/** A sampler beside random search, seed by seed. */
function compared(name: TableName, figure: Figure, sampler: "gp" | "evolution", searches: Searches) {
  const figureOf = figure === "found" ? foundOf : evaluationsOf(median(searches.random.map(endOf)));
  const [own, random] = [searches[sampler].map(figureOf), searches.random.map(figureOf)];
  const differences = own.map((value, seed) => value - random[seed]);
  const interval = bootstrapInterval({
    size: differences.length,
    statistic: (places) => places.reduce((sum, at) => sum + differences[at], 0) / places.length,
    key: { seed: 0, trial: -1, purpose: `skip-samplers ${name} ${figure} ${sampler}`, index: 0 },
    range: unbounded,
    what: "searches",
  });
  const claim = readClaim("claim", { kind: "smaller", estimand: estimands[figure], test: "bootstrap" });
  const said = verdict(claim, { test: "bootstrap", interval });
  const [scale, digits] = figure === "found" ? [100, 2] : [1, 2];
  const told = (value: number): string => (scale * value).toFixed(digits);
  const row = benchRow({
    case: `${name}, ${sampler}: ${estimands[figure]}`,
    unit: figure === "found" ? "%" : "evaluations",
    ours: scale * mean(own),
    peer: scale * mean(random),
    better: "lower",
    note: `peer: random search; difference ${told(interval.value)} (${told(interval.low)} to ${told(interval.high)}) over ${own.length} seeds: ${said.verdict}`,
  });
  return { row, said };
}

function endOf({ lowest }: TableSearch): number {
  return lowest[lowest.length - 1];
}

function foundOf({ found }: TableSearch): number {
  return found[found.length - 1];
}

function evaluationsOf(target: number): (search: TableSearch) => number {
  return ({ lowest }) => {
    const reached = lowest.findIndex((error) => error <= target);
    return (reached < 0 ? lowest.length : reached) + 1;
  };
}

function tableOf({ setting, matrices, seen, test }: SkipTable) {
  const told = (errors: readonly (readonly number[])[]): readonly string[] =>
    errors.map((own) => own.map((error) => error.toFixed(4)).join(" "));
  return { setting, matrices: matrices.join(" "), seen: told(seen), test: told(test) };
}

const docs = join(import.meta.dirname, "../docs");

function write(report: BenchReport, plan: Plan, answers: readonly unknown[], tables: unknown): void {
  const command = "npm run bench -- skip-samplers";
  const told = { command, commit: sourceRevision(), ...report, plan, answers, tables };
  writeFileSync(join(docs, "results/skip-samplers.json"), `${JSON.stringify(told, null, 1)}\n`);
}

const arms = { gp: "first", random: "second", evolution: "third" } as const;

function draw(searched: ReadonlyMap<TableName, Searches>): void {
  const panels = [...searched].map(([name, searches]) => ({
    title: name,
    xTitle: "evaluations",
    yTitle: "Test error of what was found, %",
    yFormat: (value: number) => (100 * value).toFixed(1),
    curves: searchedBy.map((sampler) => ({
      name: sampler,
      role: arms[sampler],
      points: searches[sampler][0].found.map((_, i) => ({
        x: i + 1,
        interval: meanOf(searches[sampler].map(({ found }) => found[i])),
      })),
    })),
  }));
  const caption =
    "Means over 200 seeds with 95 % intervals; every sampler begins with the same eight matrices a seed.";
  const about = {
    id: "skip-samplers",
    title: "Samplers on tables of all matrices",
    caption,
    summary: caption,
  };
  writeFileSync(join(docs, "skip-samplers.svg"), svgDocument(curvePanels(panels, about)));
}

function meanOf(values: readonly number[]): Interval {
  return meanInterval(values, unbounded, "searches");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}
