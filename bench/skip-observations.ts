// What Benmeziane et al. (2023) say of additions (ASC) and concatenations (DSC), asked of two data sets and two
// topologies: a block without skips, with all of them added, and with all of them concatenated, trained from nothing
// with the same seeds and measured on the test split. Claims, tests and margins stand below.
// Searching is skip-search.ts. A full run writes docs/results/skip-observations.json.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sourceRevision } from "../src/node/source-revision.ts";
import { type Claim, readClaim } from "../src/statistics/claim.ts";
import { pairedDifference } from "../src/statistics/mean-estimate.ts";
import { studentInterval } from "../src/statistics/mean-interval.ts";
import { type Verdict, verdict } from "../src/statistics/verdict.ts";
import type { SkipFigures } from "../src/topology/measure-skips.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { SkipProblem, skipSettings } from "./skip-search-problem.ts";

type Arm = "none" | "add" | "concat";

interface Trained {
  readonly begun: SkipFigures;
  readonly test: SkipFigures;
}

interface Observation {
  readonly id: string;
  readonly paper: string;
  /** Whose figure the paper says is smaller, and than whose. */
  readonly smaller: Arm;
  readonly than: Arm;
  readonly figure: string;
  readonly of: (trained: Trained) => number;
}

const rate = { figure: "spikes a neuron and step", of: ({ test }: Trained) => test.firingRate };
const begunRate = { figure: "the same before training", of: ({ begun }: Trained) => begun.firingRate };
const accuracy = { figure: "test accuracy", of: ({ test }: Trained) => test.correct / test.images };
const products = { figure: "products of a dense pass", of: ({ test }: Trained) => test.products };
const energy = { figure: "pJ an image", of: ({ test }: Trained) => test.energyPj ?? Number.NaN };

const observations: readonly Observation[] = [
  { id: "rate-add", paper: "additions raise the firing rate", smaller: "none", than: "add", ...rate },
  {
    id: "rate-concat",
    paper: "concatenations raise the firing rate",
    smaller: "none",
    than: "concat",
    ...rate,
  },
  { id: "rate-order", paper: "additions raise it more", smaller: "concat", than: "add", ...rate },
  { id: "begun-add", paper: "additions raise the firing rate", smaller: "none", than: "add", ...begunRate },
  { id: "begun-concat", paper: "concatenations raise it", smaller: "none", than: "concat", ...begunRate },
  { id: "begun-order", paper: "additions raise it more", smaller: "concat", than: "add", ...begunRate },
  {
    id: "accuracy-concat",
    paper: "concatenations gain accuracy",
    smaller: "none",
    than: "concat",
    ...accuracy,
  },
  { id: "accuracy-add", paper: "additions gain accuracy", smaller: "none", than: "add", ...accuracy },
  { id: "accuracy-order", paper: "additions gain more", smaller: "concat", than: "add", ...accuracy },
  { id: "products", paper: "concatenations cost products", smaller: "add", than: "concat", ...products },
  { id: "energy", paper: "concatenations are more efficient", smaller: "concat", than: "add", ...energy },
];

const notTested = readClaim("event-data", {
  kind: "smaller",
  estimand: "accuracy on CIFAR10-DVS and DVS128 Gesture without skips − with those found, 8 points said",
  margin: 0.08,
});
const unbounded: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const names = Object.keys(skipSettings) as (keyof typeof skipSettings)[];
  const told: { setting: string; id: string; paper: string; verdict: Verdict }[] = [];
  const rows: BenchRow[] = [];
  for (const name of quick ? names.slice(0, 1) : names) {
    const arms = await trainedArms(await SkipProblem.open(name), quick ? 2 : 5);
    for (const observation of observations) {
      const { claim, difference, answer } = judge(name, observation, arms);
      told.push({ setting: name, id: observation.id, paper: observation.paper, verdict: answer });
      rows.push(
        benchRow({
          case: `${name}: ${observation.paper}`,
          unit: observation.figure,
          ours: difference,
          better: "lower",
          note: `${answer.verdict}: ${claim.estimand}`,
        }),
      );
    }
  }
  const unseen = {
    setting: "event data",
    id: "event-data",
    paper: "+8 %",
    verdict: verdict(notTested, null),
  };
  told.push(unseen);
  const report = benchReport({
    name: "skip-observations",
    quick,
    threads: 1,
    versions: { kernels: "simd" },
    rows,
  });
  if (!quick) {
    const results = {
      command: "npm run bench -- skip-observations",
      commit: sourceRevision(),
      ...report,
      told,
    };
    const path = join(import.meta.dirname, "../docs/results/skip-observations.json");
    writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  }
  return report;
}

async function trainedArms(
  problem: SkipProblem,
  seeds: number,
): Promise<Readonly<Record<Arm, readonly Trained[]>>> {
  const everywhere = (digit: string): string => problem.noSkips.replaceAll("0", digit);
  const trained = async (matrix: string): Promise<readonly Trained[]> => {
    const runs: Trained[] = [];
    for (let seed = 200; seed < 200 + seeds; seed++) runs.push(await problem.fromNothing(matrix, seed));
    return runs;
  };
  return {
    none: await trained(problem.noSkips),
    add: await trained(everywhere("1")),
    concat: await trained(everywhere("2")),
  };
}

function judge(
  setting: string,
  { smaller, than, figure, of }: Observation,
  arms: Readonly<Record<Arm, readonly Trained[]>>,
): { readonly claim: Claim; readonly difference: number; readonly answer: Verdict } {
  const estimand = `${figure}, ${smaller} − ${than}, matched by seed (${setting})`;
  const claim = readClaim(setting, { kind: "smaller", estimand, margin: 0, test: "student" });
  const estimate = pairedDifference(arms[smaller].map(of), arms[than].map(of));
  const interval = studentInterval(estimate, unbounded, "trainings", claim.confidence);
  return { claim, difference: interval.value, answer: verdict(claim, { test: "student", interval }) };
}
