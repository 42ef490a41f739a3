import { repaired } from "../space/repair.ts";
import type { DesignValues } from "../space/space.ts";
import { designAt, freeFields } from "../space/unit-map.ts";
import type { Sampler } from "./sampler.ts";
import { owenSobolPoint, sobolPoint, sobolShift } from "./sobol.ts";

/** Trial 0 is the default design, the others follow a shifted Sobol sequence, whatever is known. */
export const sobolSampler: Sampler = sequenceSampler(sobolPoint);

/** The same with Owen's scrambling, which spreads the designs of large searches more evenly. */
export const owenSampler: Sampler = sequenceSampler(owenSobolPoint);

function sequenceSampler(pointOf: typeof owenSobolPoint): Sampler {
  return ({ space, numbers, seed }) => {
    const names = freeFields(space);
    const words = sobolShift(seed, names.length);
    const defaults: DesignValues = Object.fromEntries(
      Object.entries(space.fields).map(([name, field]) => [name, field.default]),
    );
    return numbers.map((number) => {
      const design = number === 0 ? defaults : designAt(space, names, pointOf(number, names.length, words));
      return repaired(space, design, { seed, trial: number });
    });
  };
}
