// The file of a study of claims about event networks: YAML of schema spikefront.claims/1 and kind events, checked against
// the fields of event-claims-settings.ts.

import { eventExperiments } from "../../../event-gradient/event-experiments.ts";
import { closest } from "../../../space/closest.ts";
import { readClaim } from "../../../statistics/claim.ts";
import type { ClaimsDocument, Path, Settings } from "../claims-document.ts";
import {
  armNames,
  type EventArm,
  type EventClaimsSettings,
  type EventMeasureSettings,
  type EventPair,
  type EventPaperClaim,
  eventArmFields,
  eventClaimsFields,
  eventConditionFields,
  eventMeasureFields,
  eventPaperClaimFields,
  noiseLists,
} from "./event-claims-settings.ts";

/** Which kind of claim, by which test, each measure has. */
const kinds = {
  accuracy: ["smaller", "student"],
  progress: ["smaller", "student"],
  robustness: ["smaller", "student"],
  spikes: ["comparable", "tost"],
  latency: ["comparable", "tost"],
} as const;

/** @throws {InvalidValueError} for a wrong setting, or claims of another kind */
export function readEventClaims(document: ClaimsDocument): EventClaimsSettings {
  if (document.kind !== "events") document.fail(["kind"], "must be events", document.kind);
  const known = ["schema", "kind", "pairs", "measure", "claims"];
  const top = document.fields(document.root, [], eventClaimsFields, known);
  document.requireName(top.name, ["name"]);
  const pairs = document.maps(["pairs"]).map((pair, i) => readPair(document, pair, ["pairs", i]));
  for (const [i, { name }] of pairs.entries()) {
    if (pairs.findIndex((other) => other.name === name) < i)
      document.fail(["pairs", i, "name"], "must be different from the others'", name);
  }
  const settings = { ...top, pairs, measure: readMeasure(document), claims: [] };
  const claims = document
    .maps(["claims"])
    .map((claim, i) => readEventClaim(document, claim, ["claims", i], settings));
  return { ...settings, claims };
}

function readPair(document: ClaimsDocument, given: Settings, path: Path): EventPair {
  document.fields(given, path, {}, ["name", ...armNames]);
  const { name } = given;
  if (typeof name !== "string") document.fail([...path, "name"], "must be a name", name ?? "nothing");
  document.requireName(name, [...path, "name"]);
  const [one, many] = armNames.map((arm) =>
    readArm(document, document.map(given[arm], [...path, arm]), [...path, arm]),
  );
  if (one.maxSpikes.some((cap) => cap !== 1))
    document.fail([...path, "one", "maxSpikes"], "must be 1 for every layer", one.maxSpikes);
  if (one.epochs !== many.epochs)
    document.fail([...path, "many", "epochs"], `must be the same as one's (${one.epochs})`, many.epochs);
  const [data, other] = [one, many].map(({ experiment }) => eventExperiments[experiment].data);
  if (data !== other)
    document.fail([...path, "many", "experiment"], `must be of the data set ${data}, as one's is`, other);
  return { name, one, many };
}

function readArm(document: ClaimsDocument, given: Settings, path: Path): EventArm {
  const own = document.fields(given, path, eventArmFields, ["thresholds", "maxSpikes"]);
  const names = Object.keys(eventExperiments);
  if (!names.includes(own.experiment)) {
    const guess = closest(own.experiment, names);
    const cure = guess === undefined ? "" : `Did you mean ${guess}?`;
    document.fail([...path, "experiment"], `must be one of ${names.join(", ")}`, own.experiment, cure);
  }
  const layers = eventExperiments[own.experiment].network.layers.filter(({ kind }) => kind !== "pool").length;
  const list = (name: string, rule: string, accepts: (value: unknown) => boolean): readonly number[] => {
    const values = document.list([...path, name], accepts, rule) as number[];
    if (values.length !== layers) document.fail([...path, name], `must be ${layers} numbers`, values);
    return values;
  };
  return {
    ...own,
    thresholds: list("thresholds", "numbers above 0", isAbove(0)),
    maxSpikes: list("maxSpikes", "whole numbers of at least 1", isCount),
  };
}

function readMeasure(document: ClaimsDocument): EventMeasureSettings {
  const lists = [...noiseLists, "dtMs"] as const;
  const given = document.map(document.root["measure"] ?? {}, ["measure"]);
  const own = document.fields(given, ["measure"], eventMeasureFields, lists);
  const read = lists.map((name) => {
    const [rule, accepts] =
      name === "weightBits"
        ? ([
            "whole numbers from 2 to 8",
            (value: unknown) => isCount(value) && (value as number) <= 8 && value !== 1,
          ] as const)
        : (["numbers above 0", isAbove(0)] as const);
    return [name, document.list(["measure", name], accepts, rule)];
  });
  return { ...own, ...Object.fromEntries(read) };
}

function readEventClaim(
  document: ClaimsDocument,
  given: Settings,
  path: Path,
  { pairs, measure }: EventClaimsSettings,
): EventPaperClaim {
  const statistical = ["kind", "estimand", "margin", "test", "confidence"];
  const own = document.fields(given, path, eventPaperClaimFields, [...statistical, "stated"]);
  document.requireName(own.id, [...path, "id"]);
  const names = pairs.map(({ name }) => name);
  if (!names.includes(own.pair))
    document.fail([...path, "pair"], `must be one of ${names.join(", ")}`, own.pair);
  const picked = Object.fromEntries(Object.entries(given).filter(([key]) => statistical.includes(key)));
  const claim = readClaim(document.where(path), picked);
  const [kind, test] = kinds[own.measure];
  if (claim.kind !== kind || claim.test !== test) {
    const got = `${claim.kind} by ${claim.test}`;
    document.fail(path, `must be "${kind}" by the test ${test}, as it is of ${own.measure}`, got);
  }
  const statedPath = [...path, "stated"];
  const stated = document.fields(
    document.map(given["stated"] ?? {}, statedPath),
    statedPath,
    eventConditionFields,
    [],
  );
  const levels = measure[stated.noise];
  if (own.measure === "robustness" && !levels.includes(stated.level))
    document.fail([...statedPath, "level"], `must be one of ${levels.join(", ")}`, stated.level);
  return { ...own, claim, stated };
}

function isAbove(limit: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && value > limit && value < Infinity;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
