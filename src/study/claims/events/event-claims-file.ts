// The file of a study of claims about event networks: YAML of schema spikefront.claims/1 and kind events, checked against
// the fields of event-claims-settings.ts.

import { eventExperiments } from "../../../event-gradient/event-experiments.ts";
import { eventTrainingFields } from "../../../event-gradient/event-training-fields.ts";
import type { StartingWeights } from "../../../event-gradient/initialise-event-weights.ts";
import { closest } from "../../../space/closest.ts";
import { readClaim } from "../../../statistics/claim.ts";
import type { ClaimsDocument, Path, Settings } from "../claims-document.ts";
import { armNames, type EventArm, eventArmChanges, eventArmFields, startFields } from "./event-arm.ts";
import {
  type EventClaimsSettings,
  type EventPair,
  type EventPaperClaim,
  eventClaimsFields,
  eventConditionFields,
  eventPairFields,
  eventPaperClaimFields,
  measureOf,
} from "./event-claims-settings.ts";
import { type EventMeasureSettings, eventMeasureFields, noiseLists } from "./event-measure-settings.ts";
import { type EventSweep, eventSweepFields } from "./event-sweep.ts";
import { type EventToy, eventToyFields } from "./event-toy.ts";

/** Which kind of claim, by which test, each measure has. */
const kinds = {
  accuracy: ["smaller", "student"],
  progress: ["smaller", "student"],
  robustness: ["smaller", "student"],
  spikes: ["comparable", "tost"],
  latency: ["comparable", "tost"],
  starts: ["smaller", "student"],
  price: ["smaller", "student"],
} as const;

const measureLists = [...noiseLists, "dtMs"] as const;
type MeasureList = (typeof measureLists)[number];

/** @throws {InvalidValueError} for a wrong setting, or claims of another kind */
export function readEventClaims(document: ClaimsDocument): EventClaimsSettings {
  if (document.kind !== "events") document.fail(["kind"], "must be events", document.kind);
  const known = ["schema", "kind", "pairs", "toys", "sweeps", "measure", "claims"];
  const top = document.fields(document.root, [], eventClaimsFields, known);
  document.requireName(top.name, ["name"]);
  const maps = (name: string) => (document.root[name] === undefined ? [] : document.maps([name]));
  const pairs = document.maps(["pairs"]).map((pair, i) => readPair(document, pair, ["pairs", i]));
  const toys = maps("toys").map((toy, i) => readToy(document, toy, ["toys", i]));
  const sweeps = maps("sweeps").map((sweep, i) => readSweep(document, sweep, ["sweeps", i], pairs));
  const names: string[] = [];
  for (const [section, parts] of Object.entries({ pairs, toys, sweeps })) {
    for (const [i, { name }] of parts.entries()) {
      document.requireName(name, [section, i, "name"]);
      if (names.includes(name))
        document.fail([section, i, "name"], "must be different from the others'", name);
      names.push(name);
    }
  }
  const measure = readMeasure(document, document.map(document.root["measure"] ?? {}, ["measure"]), [
    "measure",
  ]);
  for (const list of measureLists) document.list(["measure", list], () => true, "numbers");
  const settings = { ...top, pairs, toys, sweeps, measure: measure as EventMeasureSettings, claims: [] };
  const claims = document
    .maps(["claims"])
    .map((claim, i) => readEventClaim(document, claim, ["claims", i], settings));
  return { ...settings, claims };
}

function readPair(document: ClaimsDocument, given: Settings, path: Path): EventPair {
  const own = document.fields(given, path, eventPairFields, ["name", "measure", ...armNames]);
  const { name } = given;
  if (typeof name !== "string") document.fail([...path, "name"], "must be a name", name ?? "nothing");
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
  const measure = document.map(given["measure"] ?? {}, [...path, "measure"]);
  const read = readMeasure(document, measure, [...path, "measure"]);
  return { name, ...givenOf(own, given), one, many, measure: givenOf(read, measure) };
}

/** Without what was not given. */
function givenOf<V extends object>(values: V, given: Settings): Partial<V> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key in given)) as Partial<V>;
}

function readToy(document: ClaimsDocument, given: Settings, path: Path): EventToy {
  const own = document.fields(given, path, eventToyFields, ["means", "deviations", "training"]);
  for (const arm of armNames) requireExperiment(document, own[arm], [...path, arm]);
  const list = (name: string) =>
    document.list([...path, name], isAbove(-Number.MIN_VALUE), "numbers of at least 0") as number[];
  return {
    ...own,
    means: list("means"),
    deviations: list("deviations"),
    ...readTraining(document, given, path),
  };
}

function readSweep(
  document: ClaimsDocument,
  given: Settings,
  path: Path,
  pairs: readonly EventPair[],
): EventSweep {
  const own = document.fields(given, path, eventSweepFields, ["values"]);
  const names = pairs.map(({ name }) => name);
  if (!names.includes(own.pair))
    document.fail([...path, "pair"], `must be one of ${names.join(", ")}`, own.pair);
  const isCap = own.vary === "maxSpikes";
  if (isCap && own.arm === "one")
    document.fail([...path, "arm"], "must be many where caps are varied", own.arm);
  const [rule, accepts] = isCap
    ? (["whole numbers of at least 1", isCount] as const)
    : (["numbers above 0", isAbove(0)] as const);
  return { ...own, values: document.list([...path, "values"], accepts, rule) as number[] };
}

function requireExperiment(document: ClaimsDocument, name: string, path: Path): void {
  const names = Object.keys(eventExperiments);
  if (names.includes(name)) return;
  const guess = closest(name, names);
  const cure = guess === undefined ? "" : `Did you mean ${guess}?`;
  document.fail(path, `must be one of ${names.join(", ")}`, name, cure);
}

function readArm(document: ClaimsDocument, given: Settings, path: Path): EventArm {
  const { windowMs, tauSynapseMs } = eventArmChanges;
  const fields = { ...eventArmFields, windowMs, tauSynapseMs };
  const lists = ["thresholds", "maxSpikes", "starts", "training"];
  const { experiment, epochs, batch, learningRate, ...changes } = document.fields(given, path, fields, lists);
  requireExperiment(document, experiment, [...path, "experiment"]);
  const { layers } = eventExperiments[experiment].network;
  const neurons = layers.filter(({ kind }) => kind !== "pool").length;
  const list = (name: string, rule: string, accepts: (value: unknown) => boolean): readonly number[] => {
    const values = document.list([...path, name], accepts, rule) as number[];
    if (values.length !== neurons) document.fail([...path, name], `must be ${neurons} numbers`, values);
    return values;
  };
  return {
    experiment,
    epochs,
    batch,
    learningRate,
    thresholds: list("thresholds", "numbers above 0", isAbove(0)),
    maxSpikes: list("maxSpikes", "whole numbers of at least 1", isCount),
    ...givenOf(changes, given),
    ...(given["starts"] !== undefined && { starts: readStarts(document, [...path, "starts"], neurons) }),
    ...readTraining(document, given, path),
  };
}

/** Settings of the training but those an arm or toy has itself. */
function readTraining(document: ClaimsDocument, given: Settings, path: Path): Pick<EventArm, "training"> {
  if (given["training"] === undefined) return {};
  const { epochs: _, batch: __, learningRate: ___, ...fields } = eventTrainingFields;
  const training = document.map(given["training"], [...path, "training"]);
  return { training: givenOf(document.fields(training, [...path, "training"], fields, []), training) };
}

function readStarts(document: ClaimsDocument, path: Path, layers: number): readonly StartingWeights[] {
  const starts = document.maps(path);
  if (starts.length !== 1 && starts.length !== layers)
    document.fail(path, `must be 1 or ${layers}`, starts.length);
  return starts.map((start, i) => document.fields(start, [...path, i], startFields, []));
}

/** Lists that are not given are not there. */
function readMeasure(
  document: ClaimsDocument,
  given: Settings,
  path: Path,
): Omit<EventMeasureSettings, MeasureList> & Partial<Pick<EventMeasureSettings, MeasureList>> {
  const own = document.fields(given, path, eventMeasureFields, measureLists);
  const read = measureLists
    .filter((name) => given[name] !== undefined)
    .map((name) => {
      const [rule, accepts] =
        name === "weightBits"
          ? (["whole numbers from 2 to 8", isWidth] as const)
          : (["numbers above 0", isAbove(0)] as const);
      return [name, document.list([...path, name], accepts, rule)];
    });
  return { ...own, ...Object.fromEntries(read) };
}

function readEventClaim(
  document: ClaimsDocument,
  given: Settings,
  path: Path,
  settings: EventClaimsSettings,
): EventPaperClaim {
  const statistical = ["kind", "estimand", "margin", "test", "confidence"];
  const own = document.fields(given, path, eventPaperClaimFields, [...statistical, "stated"]);
  document.requireName(own.id, [...path, "id"]);
  const { pairs, toys, sweeps } = settings;
  const section = own.measure === "starts" ? toys : own.measure === "price" ? sweeps : pairs;
  const names = section.map(({ name }) => name);
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
  const pair = pairs.find(({ name }) => name === own.pair);
  if (own.measure === "robustness" && pair !== undefined) {
    const levels = measureOf(settings, pair)[stated.noise];
    if (!levels.includes(stated.level))
      document.fail([...statedPath, "level"], `must be one of ${levels.join(", ")}`, stated.level);
  }
  return { ...own, claim, stated };
}

function isWidth(value: unknown): boolean {
  return isCount(value) && (value as number) >= 2 && (value as number) <= 8;
}

function isAbove(limit: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && value > limit && value < Infinity;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
