import { Random } from "../base/random.ts";
import { canonical } from "../space/space.ts";
import { designAt, freeFields } from "../space/unit-map.ts";
import type { Sampler } from "./sampler.ts";

/** Every design drawn uniformly (log fields in their logarithm), whatever is known. */
export const randomSampler: Sampler = ({ space, numbers, seed }) => {
  const names = freeFields(space);
  return numbers.map((number) => {
    const random = new Random({ seed, trial: number, purpose: "sampler-random", index: 0 });
    return canonical(
      space,
      designAt(
        space,
        names,
        names.map(() => random.uniform()),
      ),
    );
  });
};
