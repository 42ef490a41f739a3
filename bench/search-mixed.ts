// Our samplers in a space of all kinds of settings whose front is known (search-mixed-problem.ts), from the same
// ten designs a seed, beside random search in the same seeds.

import { type BenchRow, benchRow } from "./report.ts";
import { lead, mean, missing, showLead } from "./search-compare.ts";
import { mixedProblem } from "./search-mixed-problem.ts";
import { type OurSampler, ourRun, type SearchPlan, type SearchRun } from "./search-runs.ts";

const samplers: readonly OurSampler[] = ["random", "nsga2", "tpe", "gp", "auto"];

export async function mixedRows({ seeds, checkpoints }: SearchPlan): Promise<BenchRow[]> {
  const [view] = mixedProblem.views;
  const last = checkpoints.length - 1;
  const searched = new Map<OurSampler, readonly SearchRun[]>();
  for (const sampler of samplers) {
    const runs: SearchRun[] = [];
    for (let seed = 0; seed < seeds; seed++)
      runs.push(await ourRun(sampler, mixedProblem, seed, checkpoints));
    searched.set(sampler, runs);
  }
  const random = missing(searched.get("random") ?? [], 0, last, view);
  return [...searched].map(([sampler, runs]) => {
    const ours = missing(runs, 0, last, view);
    const reached = runs.map(({ hypervolumes }) => hypervolumes[0][last] / view.bestHypervolume);
    const curve = checkpoints
      .slice(0, -1)
      .map((trials, c) => `${trials}: ${mean(missing(runs, 0, c, view)).toFixed(2)}`)
      .join(", ");
    return benchRow({
      case: `${mixedProblem.name}, ${sampler}: log10(best − hypervolume) at ${checkpoints[last]}`,
      unit: "log10",
      ours: mean(ours),
      better: "lower",
      note: `${(100 * mean(reached)).toFixed(1)} % of the best; ${curve}${sampler === "random" ? "" : `; ${showLead(lead(ours, random))} of random`}`,
    });
  });
}
