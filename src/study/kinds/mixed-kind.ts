// Trials of several kinds in one search: the method is the root of the design space, and each kind's settings, named
// `METHOD.SETTING`, matter under its method alone. A design is made as its own kind makes it, to the same plan, so that
// a network is the same in a study of one kind and in one of several.
//
// Networks that conversions and event networks stand beside are the study's; what a kind trains for itself has the
// method in its name.

import { InvalidValueError } from "../../base/errors.ts";
import { choice, type Field } from "../../space/field.ts";
import {
  type Combination,
  type Conditions,
  type DesignValues,
  type Space,
  space,
} from "../../space/space.ts";
import type { Finalist } from "../finalists.ts";
import type { StudyPart } from "../study-ports.ts";
import type { StudySettings } from "../study-settings.ts";
import type { Method } from "./methods.ts";
import type { PartHashes, StudyKind } from "./study-kind.ts";

/** @param kinds - by method, each for its own part of the settings; in order, the first is the default */
export function mixedKind(
  { forbidden, space: restrictions }: Pick<StudySettings, "forbidden" | "space">,
  kinds: ReadonlyMap<Method, StudyKind>,
): StudyKind {
  const all = [...kinds];
  const kindOfDesign = (design: DesignValues): [method: Method, kind: StudyKind] => {
    const method = design["method"] as Method;
    return [method, kinds.get(method) as StudyKind];
  };
  const ownOf = (method: Method, designs: readonly DesignValues[]): readonly DesignValues[] =>
    designs.filter((design) => design["method"] === method).map((design) => ownDesign(method, design));
  return {
    about: all.map(([, { about }]) => about).join(", "),
    has: (objective) => all.every(([, kind]) => kind.has(objective)),
    space: () => {
      requireMethods(restrictions, [...kinds.keys()]);
      return mixedSpace(
        all.map(([method, kind]) => [method, within(method, () => kind.space())]),
        forbidden,
      );
    },
    parts: uniqueBy(
      all.flatMap(([method, { parts }]) => parts.map((part) => ({ ...part, name: partName(method, part) }))),
      ({ name }) => name,
    ),
    requireData: (dataset) => {
      for (const [, kind] of all) kind.requireData(dataset);
    },
    plan: (parts, design, depth) => {
      const [method, kind] = kindOfDesign(design);
      return kind.plan(ownParts(method, kind, parts), ownDesign(method, design), depth);
    },
    referenceAnns: (parts) =>
      uniqueBy(
        all.flatMap(([method, kind]) =>
          kind.referenceAnns(ownParts(method, kind, parts), kind.space()).map(([name, hash]) => {
            const part = kind.parts.find((other) => other.name === name) as StudyPart;
            return [partName(method, part), hash] as const;
          }),
        ),
        ([name]) => name,
      ),
    anns: (parts, designs) =>
      distinct(
        all.flatMap(([method, kind]) => {
          const own = ownOf(method, designs);
          const anns = own.length === 0 ? [] : kind.anns(ownParts(method, kind, parts), own);
          return anns.map((ann) => ({ method, ann, isOwn: kind.parts.some((part) => "task" in part) }));
        }),
      ),
    controls: (parts, design) => {
      const [method, kind] = kindOfDesign(design);
      return kind.controls(ownParts(method, kind, parts), ownDesign(method, design));
    },
    told: (design) => {
      const [method, kind] = kindOfDesign(design);
      return { method, ...kind.told(ownDesign(method, design)) };
    },
    notes: (designs) => ({
      // Also of methods without a point: their best stands beside.
      networks: all.flatMap(([method, kind]) =>
        kind.notes(ownOf(method, designs)).networks.map((note) => `${method}: ${note}`),
      ),
      reading: all.flatMap(([method, kind]) => kind.notes(ownOf(method, designs)).reading),
    }),
  };
}

/** The settings as the kind of one method knows them. */
export function ownSettings(
  { methods: _, forbidden: __, ...settings }: StudySettings,
  method: Method,
): StudySettings {
  return { ...settings, space: own(method, settings.space) };
}

function mixedSpace(
  spaces: readonly (readonly [method: Method, space: Space])[],
  forbidden: readonly Combination[] | undefined,
): Space {
  const names = spaces.map(([method]) => method);
  const method = choice({ about: "how the network is made", options: names, default: names[0] });
  const fields: Record<string, Field> = { method };
  const conditions: Record<string, Conditions[string]> = {};
  for (const [name, own] of spaces) {
    Object.assign(fields, prefixed(name, own.fields));
    for (const field of Object.keys(own.fields))
      conditions[`${name}.${field}`] = { method: name, ...prefixed(name, own.conditions[field] ?? {}) };
  }
  // Conditions were checked where they are from: here some of the values they ask for may be narrowed away.
  const whole = { ...space(fields, {}, forbidden), conditions };
  const further = spaces.flatMap(([name, own]) =>
    own.forbidden.map((combination) => prefixed(name, combination)),
  );
  return { ...whole, forbidden: [...whole.forbidden, ...further] };
}

function prefixed<T>(method: Method, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${method}.${name}`, value]));
}

/** What a record says of one method. */
function own<T>(method: Method, values: Readonly<Record<string, T>>): Record<string, T> {
  const head = `${method}.`;
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(head) ? [[name.slice(head.length), value]] : [],
    ),
  );
}

function ownDesign(method: Method, design: DesignValues): DesignValues {
  return own(method, design);
}

/** @throws {InvalidValueError} for a setting that is of no method of the study */
function requireMethods(restrictions: StudySettings["space"], known: readonly Method[]): void {
  const stray = Object.keys(restrictions).find(
    (name) => !known.some((method) => name.startsWith(`${method}.`)),
  );
  if (stray === undefined) return;
  const rule = `must name settings by their method, as in ${known[0]}.weightBits`;
  throw new InvalidValueError("space", rule, stray, `Methods of this study are ${known.join(", ")}.`);
}

/** Tells of a restriction as it is written in a study of several methods. */
function within<T>(method: Method, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    const move = (text: string): string => text.replace(/^space\b/, `space.${method}`);
    const moved = new InvalidValueError(move(error.where), "", error.got);
    moved.message = move(error.message);
    throw moved;
  }
}

/** Networks of the study are shared, what a kind makes for itself is its own. */
function partName(method: Method, part: StudyPart): string {
  return "task" in part ? `${method}.${part.name}` : part.name;
}

function ownParts(method: Method, { parts }: StudyKind, hashes: PartHashes): PartHashes {
  return new Map(parts.map((part) => [part.name, hashes.get(partName(method, part)) ?? ""]));
}

/** Two kinds may stand beside the same ANN, which is listed once. What only one stands beside says so. */
function distinct(
  anns: readonly { readonly method: Method; readonly ann: Finalist; readonly isOwn: boolean }[],
): readonly Finalist[] {
  const kept = new Map<string, Finalist>();
  const plans = new Set<string>();
  for (const { method, ann, isOwn } of anns) {
    const plan = JSON.stringify(ann.plan);
    if (plans.has(plan)) continue;
    plans.add(plan);
    const isPlain = !isOwn && !kept.has(ann.id);
    const { id, label } = ann;
    const listed = isPlain ? ann : { ...ann, id: `${method}-${id}`, label: `${label} (${method})` };
    kept.set(listed.id, listed);
  }
  return [...kept.values()];
}

function uniqueBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}
