// The file of a study of claims about skip connections: YAML of schema spikefront.claims/1 and kind skips, checked
// against the fields of skip-claims-settings.ts.

import { closest } from "../../../space/closest.ts";
import { readClaim } from "../../../statistics/claim.ts";
import type { ClaimsDocument, Path, Settings } from "../claims-document.ts";
import {
  armNames,
  faultLists,
  matrixOf,
  type SkipClaimsSettings,
  type SkipNetworkSettings,
  type SkipPaperClaim,
  searchedBy,
  searchMeasures,
  skipClaimsFields,
  skipFaultFields,
  skipNetworkFields,
  skipPaperClaimFields,
  skipSearchFields,
} from "./skip-claims-settings.ts";

/** @throws {InvalidValueError} for a wrong setting, or claims of another kind */
export function readSkipClaims(document: ClaimsDocument): SkipClaimsSettings {
  if (document.kind !== "skips") document.fail(["kind"], "must be skips", document.kind);
  const known = ["schema", "kind", "search", "faults", "networks", "claims"];
  const top = document.fields(document.root, [], skipClaimsFields, known);
  document.requireName(top.name, ["name"]);
  const search = document.section("search", skipSearchFields);
  if (search.starts >= search.trials)
    document.fail(["search", "starts"], `must be below trials (${search.trials})`, search.starts);
  const networks = document
    .maps(["networks"])
    .map((network, i) => readNetwork(document, network, ["networks", i]));
  for (const [i, { name }] of networks.entries()) {
    if (networks.findIndex((other) => other.name === name) < i)
      document.fail(["networks", i, "name"], "must be different from the others'", name);
  }
  const claims = document
    .maps(["claims"])
    .map((claim, i) => readSkipClaim(document, claim, ["claims", i], networks));
  return { ...top, search, faults: readFaults(document), networks, claims };
}

function readFaults(document: ClaimsDocument): SkipClaimsSettings["faults"] {
  const lists = Object.keys(faultLists);
  const given = document.map(document.root["faults"] ?? {}, ["faults"]);
  const own = document.fields(given, ["faults"], skipFaultFields, lists);
  const chances = (list: string): readonly number[] =>
    document.list(["faults", list], isChance, "numbers above 0 and up to 1", true) as number[];
  return { ...own, bitErrorRates: chances("bitErrorRates"), deadShares: chances("deadShares") };
}

function readNetwork(document: ClaimsDocument, given: Settings, path: Path): SkipNetworkSettings {
  const own = document.fields(given, path, skipNetworkFields, ["widths"]);
  document.requireName(own.name, [...path, "name"]);
  if (own.data === "") document.fail([...path, "data"], "must be the name of a data set", "nothing");
  const widths = document.list([...path, "widths"], isSize, "whole numbers of at least 1") as number[];
  if (widths.length < 2 || widths.length > 8)
    document.fail([...path, "widths"], "must be of 2 to 8 layers", widths.length);
  const network = { ...own, widths };
  matrixOf(network, "none");
  return network;
}

function readSkipClaim(
  document: ClaimsDocument,
  given: Settings,
  path: Path,
  networks: readonly SkipNetworkSettings[],
): SkipPaperClaim {
  const statistical = ["kind", "estimand", "margin", "test", "confidence"];
  const own = document.fields(given, path, skipPaperClaimFields, [...statistical, "networks"]);
  document.requireName(own.id, [...path, "id"]);
  const names = document.list(
    [...path, "networks"],
    (value) => typeof value === "string",
    "names of networks",
  ) as string[];
  const picked = Object.fromEntries(Object.entries(given).filter(([key]) => statistical.includes(key)));
  const claim = readClaim(document.where(path), picked);
  if (!["smaller", "no larger"].includes(claim.kind) || claim.test !== "student")
    document.fail(
      path,
      'must be "smaller" or "no larger" by the test student',
      `${claim.kind}, ${claim.test}`,
    );
  const isOfSearches = own.measure === "minutes" || searchMeasures.some((name) => name === own.measure);
  const sides: readonly string[] = isOfSearches ? searchedBy : armNames;
  for (const side of own.measure === "minutes" ? (["smaller"] as const) : (["smaller", "than"] as const)) {
    if (!sides.includes(own[side]))
      document.fail([...path, side], `must be one of ${sides.join(", ")} for ${own.measure}`, own[side]);
  }
  const wantsSearch = isOfSearches || own.smaller === "found" || own.than === "found";
  for (const [i, name] of names.entries()) {
    const network = networks.find((each) => each.name === name);
    const all = networks.map((each) => each.name);
    const guess = closest(name, all);
    if (network === undefined)
      document.fail(
        [...path, "networks", i],
        `must be one of ${all.join(", ")}`,
        name,
        guess === undefined ? "" : `Did you mean ${guess}?`,
      );
    if (wantsSearch && !network.isSearched)
      document.fail([...path, "networks", i], "must be searched (isSearched: true)", name);
  }
  return { ...own, networks: names, claim };
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isChance(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= 1;
}
