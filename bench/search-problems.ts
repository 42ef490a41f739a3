// What samplers are measured by: seven problems whose best hypervolume is known, and the designs that every
// search of a problem and seed begins with, whoever leads it. Those of ZDT are judged below (11, 11) as BoTorch
// does; it flattens their differences, and so they are told below (1.1, 1.1) as well.

import { sha256 } from "../src/base/hash.ts";
import { Random } from "../src/base/random.ts";
import {
  braninCurrin,
  dtlz2,
  type TestFunction,
  vehicleSafety,
  zdt1,
  zdt2,
  zdt3WithoutFactor,
} from "../src/optimize/test-functions.ts";
import { repaired } from "../src/space/repair.ts";
import type { DesignValues, Space } from "../src/space/space.ts";
import { designAt, freeFields } from "../src/space/unit-map.ts";

/** What hypervolumes are measured below, and the most there is of it. */
export interface SearchView {
  readonly reference: readonly number[];
  readonly bestHypervolume: number;
}

/** All objectives are minimised. */
export interface SearchProblem {
  readonly name: string;
  readonly space: Space;
  readonly objectives: (design: DesignValues) => readonly number[];
  /** The first is judged. */
  readonly views: readonly SearchView[];
}

/** Designs that every search is given. */
export const initialTrials = 10;

export const searchProblems: readonly SearchProblem[] = [
  problemOf([braninCurrin]),
  ...[zdt1, zdt2, zdt3WithoutFactor].map((zdt) => problemOf([zdt(6), zdt(6, 1.1)])),
  problemOf([dtlz2(6, 2)]),
  problemOf([dtlz2(6, 3)]),
  problemOf([vehicleSafety]),
];

/** One function, below each of its references. */
function problemOf(functions: readonly TestFunction[]): SearchProblem {
  const [{ name, space, objectives }] = functions;
  const names = Object.keys(space.fields);
  return {
    name,
    space,
    objectives: (design) => objectives(names.map((field) => design[field] as number)),
    views: functions.map(({ reference, bestHypervolume }) => ({ reference, bestHypervolume })),
  };
}

/** Of a problem and a seed: uniform in the space, the same for every sampler. */
export function initialDesigns(
  { space, name }: Pick<SearchProblem, "space" | "name">,
  seed: number,
): readonly DesignValues[] {
  const random = new Random({ seed, trial: -1, purpose: `search-bench ${name}`, index: 0 });
  const names = freeFields(space);
  return Array.from({ length: initialTrials }, (_, trial) => {
    const design = designAt(
      space,
      names,
      names.map(() => random.uniform()),
    );
    return repaired(space, design, { seed, trial });
  });
}

/**
 * What a search is asked to do, in few letters: another problem or seed has another. Machines may differ in the
 * last digits of an objective.
 */
export async function searchFingerprint(problem: SearchProblem, seed: number): Promise<string> {
  const designs = initialDesigns(problem, seed);
  const values = designs.map((design) => problem.objectives(design).map((value) => value.toPrecision(9)));
  const told = [problem.views, designs, values];
  return (await sha256(new TextEncoder().encode(JSON.stringify(told)))).slice(0, 16);
}
