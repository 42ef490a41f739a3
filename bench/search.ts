// How close do searches come to all there is to find? log10(best − hypervolume) after 25, 50 and 100 trials on
// seven problems, our samplers beside Optuna's, all of a seed from the same ten designs, and the time that a
// suggestion takes. What is judged is the end of the search, below each problem's usual reference point; our
// samplers are not told it, and no more than Optuna's. Told it, ours is another row.
//
// Ahead: the bootstrap interval of the paired difference is nowhere below 0. Then a space of all kinds of
// settings, whose front is known: search-mixed.ts. On a real study: search-study.ts.

import { chosenSampler } from "../src/optimize/auto-sampler.ts";
import type { SamplerName } from "../src/optimize/samplers.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { type Lead, lead, mean, missing, showLead, standing } from "./search-compare.ts";
import { mixedRows } from "./search-mixed.ts";
import { type OptunaSampler, OptunaSearches } from "./search-optuna.ts";
import { type SearchProblem, searchProblems } from "./search-problems.ts";
import { type OurSampler, optunaRun, ourRun, type SearchPlan, type SearchRun } from "./search-runs.ts";
import { type SpeedPlan, suggestionTimes } from "./search-speed.ts";

const ours: readonly OurSampler[] = ["gp", "tpe", "nsga2", "random", "auto", "gp, told the reference"];
const peers: Readonly<Partial<Record<OurSampler, OptunaSampler>>> = {
  gp: "gp",
  tpe: "tpe",
  nsga2: "nsga2",
  auto: "gp",
  "gp, told the reference": "gp",
};
const peerNames = { gp: "GPSampler", tpe: "TPESampler", nsga2: "NSGAIISampler" } as const;

const full: SearchPlan = { seeds: 10, checkpoints: [25, 50, 100] };
const quickPlan: SearchPlan = { seeds: 2, checkpoints: [15, 20] };

/** All searches of a problem, of each sampler one a seed. */
interface Searched {
  readonly problem: SearchProblem;
  readonly ours: ReadonlyMap<OurSampler, readonly SearchRun[]>;
  /** Of a sampler whose every seed there is. */
  readonly theirs: ReadonlyMap<OptunaSampler, readonly SearchRun[]>;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? quickPlan : full;
  const problems = quick ? searchProblems.slice(0, 2) : searchProblems;
  const optuna = await OptunaSearches.open();
  try {
    const searched: Searched[] = [];
    for (const problem of problems) searched.push(await searchAll(problem, plan, optuna));
    const isComplete = searched.every(({ theirs }) => theirs.size === 3);
    if (!quick && optuna.isLive && isComplete) optuna.record("npm run bench -- search");
    const rows = [
      ...searched.flatMap((entry) => problemRows(entry, plan)),
      ...(isComplete ? goalRows(searched, plan) : []),
      ...(await speedRows(optuna, problems, quick)),
      ...(await mixedRows(plan)),
    ];
    const versions = Object.fromEntries(
      Object.entries(optuna.versions).map(([name, version]) => [
        name,
        `${version}${optuna.isLive ? "" : " (recorded)"}`,
      ]),
    );
    return benchReport({ name: "search", quick, threads: 1, versions, rows });
  } finally {
    optuna.close();
  }
}

async function searchAll(
  problem: SearchProblem,
  { seeds, checkpoints }: SearchPlan,
  optuna: OptunaSearches,
): Promise<Searched> {
  const ourRuns = new Map<OurSampler, readonly SearchRun[]>();
  const theirRuns = new Map<OptunaSampler, readonly SearchRun[]>();
  const each = Array.from({ length: seeds }, (_, seed) => seed);
  for (const sampler of ours) {
    const runs: SearchRun[] = [];
    for (const seed of each)
      runs.push(await ourRun(chosen(sampler, checkpoints), problem, seed, checkpoints));
    ourRuns.set(sampler, runs);
    progress(problem, sampler, seeds);
  }
  for (const sampler of ["tpe", "nsga2", "gp"] as const) {
    const runs: SearchRun[] = [];
    for (const seed of each) {
      const measure = (): Promise<SearchRun> => optunaRun(optuna, sampler, problem, seed, checkpoints);
      const found = await optuna.run(sampler, problem, seed, checkpoints, measure);
      if (found !== undefined) runs.push(found);
    }
    if (runs.length === seeds) theirRuns.set(sampler, runs);
    progress(problem, `Optuna's ${peerNames[sampler]}`, runs.length);
  }
  return { problem, ours: ourRuns, theirs: theirRuns };
}

function progress(problem: SearchProblem, sampler: string, seeds: number): void {
  process.stderr.write(`${problem.name}: ${sampler}, ${seeds} seeds\n`);
}

/** What `auto` is from the first trial to the last, if it is one sampler: the same searches need not be done again. */
function chosen(sampler: OurSampler, checkpoints: readonly number[]): OurSampler {
  if (sampler !== "auto") return sampler;
  const trials = checkpoints[checkpoints.length - 1];
  const choices = new Set<SamplerName>(Array.from({ length: trials }, (_, number) => chosenSampler(number)));
  const [only] = choices;
  return choices.size === 1 ? only : "auto";
}

function problemRows({ problem, ours, theirs }: Searched, { checkpoints }: SearchPlan): BenchRow[] {
  return problem.views.flatMap((view, v) =>
    [...ours].map(([sampler, runs]) => {
      const peer = peers[sampler];
      const peerRuns = peer && theirs.get(peer);
      const at = (of: readonly SearchRun[], c: number): readonly number[] => missing(of, v, c, view);
      const last = checkpoints.length - 1;
      const curve = checkpoints.slice(0, -1).map((trials, c) => {
        const beside = peerRuns === undefined ? "" : ` beside ${mean(at(peerRuns, c)).toFixed(2)}`;
        return `${trials}: ${mean(at(runs, c)).toFixed(2)}${beside}`;
      });
      const told = peerRuns && showLead(lead(at(runs, last), at(peerRuns, last)));
      const peerName = peer && ` beside Optuna's ${peerNames[peer]}`;
      const row = benchRow({
        case: `${problem.name} below (${view.reference.join(", ")}), ${sampler}: log10(best − hypervolume) at ${checkpoints[last]}`,
        unit: "log10",
        ours: mean(at(runs, last)),
        peer: peerRuns && mean(at(peerRuns, last)),
        better: "lower",
        note: [...(told === undefined ? [] : [`${told}${peerName}`]), ...curve].join("; "),
      });
      // A quotient of logarithms says nothing; of what is missing it does.
      return { ...row, ratio: row.peer === null ? null : 10 ** (row.peer - row.ours) };
    }),
  );
}

/** Of the judged view at the end of the search, problem by problem. */
function leads(
  searched: readonly Searched[],
  sampler: OurSampler,
  view: "judged" | "other",
  last: number,
): Lead[] {
  const peer = peers[sampler];
  return searched.flatMap(({ problem, ours, theirs }) =>
    problem.views.flatMap((of, v) => {
      const [runs, peerRuns] = [ours.get(sampler), peer && theirs.get(peer)];
      if ((v === 0) !== (view === "judged") || runs === undefined || peerRuns === undefined) return [];
      return [lead(missing(runs, v, last, of), missing(peerRuns, v, last, of))];
    }),
  );
}

function goalRows(searched: readonly Searched[], { checkpoints }: SearchPlan): BenchRow[] {
  const last = checkpoints.length - 1;
  const count = (
    name: string,
    sampler: OurSampler,
    what: readonly string[],
    goal?: { readonly at: number; readonly better: "lower" | "higher" },
    view: "judged" | "other" = "judged",
  ): BenchRow => {
    const found = leads(searched, sampler, view, last).map(standing);
    return benchRow({
      case: name,
      unit: "problems",
      ours: found.filter((of) => what.includes(of)).length,
      // Some of the problems cannot be five.
      goal: searched.length < searchProblems.length ? undefined : goal?.at,
      better: goal?.better ?? "higher",
      note: `of ${found.length}: ${found.join(", ")}`,
    });
  };
  return [
    count("gp ahead of Optuna's GPSampler", "gp", ["ahead"], { at: 5, better: "higher" }),
    count("gp clearly behind Optuna's GPSampler", "gp", ["behind"], { at: 0, better: "lower" }),
    count("tpe level with or ahead of Optuna's TPESampler", "tpe", ["ahead", "level"], {
      at: 5,
      better: "higher",
    }),
    count("gp, told the reference, ahead of Optuna's GPSampler", "gp, told the reference", ["ahead"]),
    count("nsga2 level with or ahead of Optuna's NSGAIISampler", "nsga2", ["ahead", "level"]),
    count("ZDT below (1.1, 1.1): gp ahead of Optuna's GPSampler", "gp", ["ahead"], undefined, "other"),
    count("ZDT below (1.1, 1.1): tpe level or ahead", "tpe", ["ahead", "level"], undefined, "other"),
  ];
}

async function speedRows(
  optuna: OptunaSearches,
  problems: readonly SearchProblem[],
  quick: boolean,
): Promise<BenchRow[]> {
  if (!optuna.isLive) {
    const note = "not run: name a Python with optuna and torch in SPIKEFRONT_PEERS_PYTHON";
    return [benchRow({ case: "gp: a suggestion", unit: "ms", ours: Number.NaN, better: "lower", note })];
  }
  const plan: SpeedPlan = quick
    ? { problems: problems.slice(0, 1), histories: [20], rounds: 3 }
    : { problems, histories: [20, 50, 90], rounds: 5 };
  const rows: BenchRow[] = [];
  for (const sampler of ["gp", "tpe", "nsga2"] as const) {
    const { ours, theirs } = await suggestionTimes(sampler, optuna, plan);
    const row = benchRow({
      case: `${sampler}: a suggestion after ${plan.histories.join(", ")} trials`,
      unit: "ms",
      ours: ours.ms,
      peer: theirs.ms,
      ...(sampler === "gp" && { goal: theirs.ms / 3 }),
      better: "lower",
      note: `beside Optuna's ${peerNames[sampler]}, one thread each; of the processor ${ours.cpuMs.toFixed(1)} beside ${theirs.cpuMs.toFixed(1)} ms`,
    });
    rows.push(row);
  }
  return rows;
}
