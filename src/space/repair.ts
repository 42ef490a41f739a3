// Designs away from forbidden combinations.
//
// A design that is forbidden is left by drawing one field of its combination anew, until none forbids it: a
// random walk through the combinations, as WalkSAT does with clauses (Selman, Kautz & Cohen 1994). It changes
// little of the design, and finds what is left even where that is a small part of the space.

import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { canonical, type DesignValues, forbiddenBy, type Space } from "./space.ts";
import { freeFields, fromUnit } from "./unit-map.ts";

/** Redraws before the space is taken to hold nothing else. */
const longestWalk = 10_000;

/**
 * The canonical design, or an allowed one near it. The same key gives the same design.
 *
 * @throws {InvalidValueError} when no allowed design is found
 */
export function repaired(
  of: Space,
  design: DesignValues,
  key: { readonly seed: number; readonly trial: number },
): DesignValues {
  let current = canonical(of, design);
  let broken = forbiddenBy(of, current);
  if (broken === null) return current;
  const random = new Random({ ...key, purpose: "repair", index: 0 });
  const free = new Set(freeFields(of));
  for (let i = 0; i < longestWalk; i++) {
    const candidates = changeable(of, broken, free);
    if (candidates.length === 0) break;
    const name = candidates[random.integer(candidates.length)];
    current = canonical(of, { ...current, [name]: fromUnit(of.fields[name], random.uniform()) });
    broken = forbiddenBy(of, current);
    if (broken === null) return current;
  }
  throw new InvalidValueError(
    "space",
    `must leave designs that are not forbidden (last by a combination of ${broken.join(", ")})`,
    `none in ${longestWalk} draws`,
    "Take a forbidden combination out, or widen the space.",
  );
}

/** The free fields among these, and those that decide whether these are active. */
function changeable(of: Space, names: readonly string[], free: ReadonlySet<string>): readonly string[] {
  const found = new Set(names);
  for (const name of found) for (const other of Object.keys(of.conditions[name] ?? {})) found.add(other);
  return [...found].filter((name) => free.has(name));
}
