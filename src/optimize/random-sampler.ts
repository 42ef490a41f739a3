import { Random } from "../base/random.ts";
import { repaired } from "../space/repair.ts";
import { designAt, freeFields } from "../space/unit-map.ts";
import type { Sampler } from "./sampler.ts";

/** Every design drawn uniformly (log fields in their logarithm), whatever is known. */
export const randomSampler: Sampler = ({ space, numbers, seed }) => {
  const names = freeFields(space);
  return numbers.map((number) => {
    const random = new Random({ seed, trial: number, purpose: "sampler-random", index: 0 });
    const places = names.map(() => random.uniform());
    return repaired(space, designAt(space, names, places), { seed, trial: number });
  });
};
