// The sampler that chooses the sampler, by what is known of a search when a trial is asked:
//
//   up to 300 trials       Gaussian processes: the most from few trials, in spaces with conditional settings too
//                          (with five objectives and more weighted into one, ParEGO)
//   from there to 1,000    TPE: a Gaussian process takes the cube of its trials
//   from trial 1,000 on    NSGA-II: so many trials must be cheap, and models would cost more than they
//
// The choice depends on the trial's number alone, never on time or results: a search that is continued chooses as
// one that never stopped.

import type { DesignValues } from "../space/space.ts";
import { gpSampler } from "./gp-sampler.ts";
import { nsga2Sampler } from "./nsga2-sampler.ts";
import type { PendingTrial, Sampler } from "./sampler.ts";
import { tpeSampler } from "./tpe-sampler.ts";

const samplers = { gp: gpSampler, tpe: tpeSampler, nsga2: nsga2Sampler } as const;

const mostForProcesses = 300;
const mostForModels = 1000;

/** The sampler that `autoSampler` asks for the design of a trial. */
export function chosenSampler(number: number): keyof typeof samplers {
  if (number >= mostForModels) return "nsga2";
  return number < mostForProcesses ? "gp" : "tpe";
}

export const autoSampler: Sampler = (request) => {
  const designs: DesignValues[] = [];
  const pending: PendingTrial[] = [...(request.pending ?? [])];
  // Runs of numbers with one choice are asked at once; later runs know of the earlier ones' designs.
  for (let start = 0; start < request.numbers.length; ) {
    const choice = chosenSampler(request.numbers[start]);
    let end = start + 1;
    while (end < request.numbers.length && chosenSampler(request.numbers[end]) === choice) end++;
    const numbers = request.numbers.slice(start, end);
    for (const [i, design] of samplers[choice]({ ...request, pending: [...pending], numbers }).entries()) {
      designs.push(design);
      pending.push({ number: numbers[i], design });
    }
    start = end;
  }
  return designs;
};
