// Where good trials are denser than bad ones: log l(x) − log g(x) over some fields, l and g being Parzen
// estimators of the good and of the other trials. Only trials in which all the fields are active, with
// values of today's space, are observations.

import type { Random } from "../../base/random.ts";
import { accepts } from "../../space/resolve.ts";
import { type DesignValues, isActive, type Space } from "../../space/space.ts";
import { dimensionsOf } from "./dimension.ts";
import { parzenEstimator } from "./parzen-estimator.ts";

export interface DensityRatio {
  /** log l − log g of a design in which the fields are active. */
  readonly logRatio: (design: DesignValues) => number;
  /** The fields' values of the best among `count` draws from l. */
  readonly propose: (random: Random, count: number) => DesignValues;
}

/** What the trials teach, oldest first: `weigh` gives each observation its weight, by what is observed. */
export interface Evidence {
  readonly designs: readonly DesignValues[];
  /** @param indices - of the designs that are observations */
  readonly weigh: (indices: readonly number[]) => readonly number[];
}

/** @param names - of fields with more than one value */
export function densityRatio(
  space: Space,
  names: readonly string[],
  good: Evidence,
  bad: Evidence,
): DensityRatio {
  const parts = names.map((name) => ({ name, ...dimensionsOf(space.fields[name]) }));
  const encode = (design: DesignValues): readonly number[] =>
    parts.flatMap(({ name, encode: encodeField }) => encodeField(design[name]));
  const dimensions = parts.flatMap((part) => part.dimensions);
  const estimate = ({ designs, weigh }: Evidence) => {
    const indices = [...designs.keys()].filter((i) =>
      names.every(
        (name) => isActive(space, name, designs[i]) && accepts(space.fields[name], designs[i][name]),
      ),
    );
    return parzenEstimator(
      dimensions,
      indices.map((i) => encode(designs[i])),
      weigh(indices),
    );
  };
  const [l, g] = [estimate(good), estimate(bad)];
  const ratio = (coordinates: readonly number[]): number =>
    l.logDensity(coordinates) - g.logDensity(coordinates);
  return {
    logRatio: (design) => ratio(encode(design)),
    propose: (random, count) => {
      let best: readonly number[] = [];
      let highest = -Infinity;
      for (let i = 0; i < count; i++) {
        const coordinates = l.draw(random);
        const value = ratio(coordinates);
        if (i > 0 && !(value > highest)) continue;
        highest = value;
        best = coordinates;
      }
      let start = 0;
      return Object.fromEntries(
        parts.map(({ name, dimensions: own, decode }) => {
          const coordinates = best.slice(start, start + own.length);
          start += own.length;
          return [name, decode(coordinates)];
        }),
      );
    },
  };
}
