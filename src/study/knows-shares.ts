import { chosenSampler } from "../optimize/auto-sampler.ts";
import type { SamplerName } from "../optimize/samplers.ts";

/** Samplers that know what a share of the full evaluation is worth; the others take every trial for a full one. */
const samplersOfShares: readonly SamplerName[] = ["gp", "tpe"];

/** Whether the sampler may be told of trials on a share of the images as they are, for the design of this trial. */
export function knowsShares(sampler: SamplerName, trial: number): boolean {
  return samplersOfShares.includes(sampler === "auto" ? chosenSampler(trial) : sampler);
}
