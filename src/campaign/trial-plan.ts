// The trials of a campaign as plain data, so that threads and files can hold them.

import { enumerateFaults, type PopulationChoice } from "../fault/enumerate.ts";
import type { Fault } from "../fault/fault.ts";
import type { SpikeJitter } from "../fault/spike-jitter.ts";
import type { FaultTrials } from "./sweep/weight-flips.ts";

export type TrialPlan =
  /** Single faults of a population: those of the indices, or all of them. */
  | { readonly kind: "singles"; readonly population: PopulationChoice; readonly indices: Float64Array | null }
  /** Each trial a list of faults that are there together. */
  | { readonly kind: "lists"; readonly lists: readonly (readonly Fault[])[] }
  /** Each trial layers whose spikes are moved. */
  | { readonly kind: "jitters"; readonly jitters: readonly (readonly SpikeJitter[])[] };

/** @throws {InvalidValueError} for a population that cannot be enumerated */
export function trialsOf(plan: TrialPlan): FaultTrials {
  if (plan.kind === "lists") return { count: plan.lists.length, faultsOf: (trial) => plan.lists[trial] };
  if (plan.kind === "jitters") {
    const { jitters } = plan;
    return { count: jitters.length, faultsOf: () => [], jittersOf: (trial) => jitters[trial] };
  }
  const population = enumerateFaults(plan.population);
  const { indices } = plan;
  if (indices === null) return { count: population.size, faultsOf: (trial) => [population.at(trial)] };
  return { count: indices.length, faultsOf: (trial) => [population.at(indices[trial])] };
}
