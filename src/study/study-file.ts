// The study file: YAML, checked against the fields of study-settings.ts. Every mistake is told with
// file, line, what must hold, what was given and what to do.

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { FormatError, InvalidValueError } from "../base/errors.ts";
import { noiseDoseField } from "../pipeline/noise-plan.ts";
import { objectives } from "../pipeline/objectives.ts";
import { closest } from "../space/closest.ts";
import type { Fields } from "../space/field.ts";
import { accepts, describeField } from "../space/resolve.ts";
import type { Restriction } from "../space/restrict.ts";
import { needsOf } from "./damage-plans.ts";
import { ladderOf } from "./halving/ladder.ts";
import { hasReference } from "./has-reference.ts";
import { kindOf } from "./kinds/kind-of.ts";
import { readKind } from "./kinds/read-kind.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { joined, json, pairKey, SettingsReader } from "./settings-reader.ts";
import {
  halvingFields,
  listDefaults,
  networkFields,
  racingFields,
  referenceFields,
  type StudySettings,
  sectionFields,
  studyFields,
} from "./study-settings.ts";
import { studySpace } from "./study-space.ts";
import { parseStudyYaml } from "./study-yaml.ts";

export const studySchemaName = "spikefront.study/1";

/**
 * Read a study file.
 *
 * @param fileName - for messages
 * @throws {FormatError} when it is no YAML or of another version, {InvalidValueError} for a wrong setting,
 *   both with line and column
 */
export function readStudyFile(text: string, fileName: string): StudySettings {
  return new StudyReader(text, fileName).read();
}

/** Names of studies and networks become names of folders and files. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const ownAnn = "The ANN they are compared with is that of the blocks without skips.";
const plainNameRule = "must be letters, digits, dots, dashes and underscores";

class StudyReader {
  readonly #read: SettingsReader;
  readonly #root: YAMLMap;
  readonly #where: SettingsReader["where"];

  constructor(text: string, fileName: string) {
    this.#read = new SettingsReader(parseStudyYaml(text, fileName, `Begin with: schema: ${studySchemaName}`));
    this.#root = this.#read.root;
    this.#where = this.#read.where;
  }

  read(): StudySettings {
    const schema = this.#root.get("schema", true) as Node | undefined;
    const given = isScalar(schema) ? schema.value : undefined;
    if (given !== studySchemaName) {
      throw new FormatError(
        this.#where(schema ?? this.#root, "schema"),
        `must be ${studySchemaName}`,
        given ?? "nothing",
        given === undefined
          ? `Begin with: schema: ${studySchemaName}`
          : "This release reads no other version.",
      );
    }
    const lists = ["networks", "objectives", "space", "forbidden", "methods", "skips", "ttfs"];
    this.#read.requireKnown(this.#root, "", [
      "schema",
      ...Object.keys(studyFields),
      ...Object.keys(sectionFields),
      ...lists,
    ]);
    const top = this.#read.values(this.#root, "", studyFields);
    if (!plainName.test(String(top["name"]))) {
      this.#read.fail(this.#root.get("name", true), "name", plainNameRule, top["name"], "It names a folder.");
    }
    const final = this.#read.section("final", sectionFields.final, ["bitErrorRates"]);
    const kind = readKind(this.#read);
    const settings = {
      ...top,
      networks: this.#networks(kind),
      training: this.#read.section("training", sectionFields.training),
      space: this.#space(),
      ...this.#forbidden(),
      search: this.#search(),
      evaluation: this.#read.section("evaluation", sectionFields.evaluation),
      confirm: this.#read.section("confirm", sectionFields.confirm),
      final: { ...final, bitErrorRates: this.#rates() },
      objectives: this.#objectives(),
      requirements: this.#read.given("requirements", sectionFields.requirements),
      ...kind,
    } as unknown as StudySettings;
    this.#checkSpace(settings);
    this.#checkDamage(settings);
    this.#checkReference(settings);
    this.#checkHalving(settings);
    this.#checkObjectives(settings);
    this.#checkStall(settings);
    return settings;
  }

  /** `reference`, `halving` and `racing` only when they are written, so that studies from before there were any go on. */
  #search(): Record<string, unknown> {
    const search = {
      ...this.#read.section("search", sectionFields.search, ["reference", "halving", "racing"]),
      ...this.#part("halving", halvingFields),
      ...this.#part("racing", racingFields),
    };
    const node = this.#read.map("search")?.get("reference", true);
    if (node === undefined) return search;
    if (!isMap(node)) this.#read.fail(node, "search.reference", "must be a map of objectives", json(node));
    this.#read.requireKnown(node, "search.reference", Object.keys(referenceFields));
    const values = this.#read.values(node, "search.reference", referenceFields);
    return {
      ...search,
      reference: Object.fromEntries(Object.entries(values).filter(([name]) => node.has(name))),
    };
  }

  /** A part of the search, defaults filled in; nothing when it is not written. */
  #part(name: string, fields: Fields): Record<string, unknown> {
    const node = this.#read.map("search")?.get(name, true);
    if (node === undefined) return {};
    const path = `search.${name}`;
    if (!isMap(node)) this.#read.fail(node, path, "must be a map of settings", json(node));
    this.#read.requireKnown(node, path, Object.keys(fields));
    return { [name]: this.#read.values(node, path, fields) };
  }

  #checkHalving(settings: StudySettings): void {
    const ladder = ladderOf(settings);
    if (ladder === null || ladder.images.length > 1) return;
    const { evaluation, search } = settings;
    const most = Math.floor(evaluation.images / (search.halving?.factor ?? 1));
    const node = this.#read.map("search")?.get("halving", true);
    this.#read.fail(
      isMap(node) ? (pairKey(node, "minImages") ?? node) : node,
      "search.halving.minImages",
      `must be at most ${most}, evaluation.images by search.halving.factor`,
      search.halving?.minImages,
      "There is nothing to halve.",
    );
  }

  /** Some figures only networks of one kind have. */
  #checkObjectives(settings: StudySettings): void {
    const stray = settings.objectives.find((name) => !kindOf(settings).has(name));
    if (stray === undefined) return;
    const rule = `must be what ${kindOf(settings).about} has`;
    this.#read.fail(this.#root.get("objectives", true), "objectives", rule, stray);
  }

  #checkStall(settings: StudySettings): void {
    const { stopWhenStalled } = settings.search;
    if (stopWhenStalled === 0 || hasReference(settings)) return;
    const node = pairKey(this.#read.map("search"), "stopWhenStalled");
    const cure = "Write search.reference for every objective that no requirement limits and no ANN has.";
    this.#read.fail(
      node,
      "search.stopWhenStalled",
      "must be 0 without a reference point",
      stopWhenStalled,
      cure,
    );
  }

  #checkReference({ search, objectives: names }: StudySettings): void {
    const stray = Object.keys(search.reference ?? {}).find(
      (name) => !(names as readonly string[]).includes(name),
    );
    if (stray === undefined) return;
    const node = this.#read.map("search")?.get("reference", true);
    const rule = `must be among the study's objectives, ${names.join(", ")}`;
    this.#read.fail(isMap(node) ? pairKey(node, stray) : node, "search.reference", rule, stray);
  }

  /** Without any, a study converts one; one that trains its own networks has none beside them. */
  #networks({
    methods,
    skips,
    ttfs,
  }: Pick<StudySettings, "methods" | "skips" | "ttfs">): readonly NetworkSpec[] {
    const node = this.#root.get("networks", true);
    if (skips !== undefined && methods === undefined && node !== undefined)
      this.#read.fail(node, "networks", "must not be given in a study of skips", json(node), ownAnn);
    const converts = methods === undefined ? !(skips ?? ttfs) : methods.includes("convert");
    if (node === undefined) return converts ? [this.#network(undefined, "networks[0]", 0)] : [];
    if (!isSeq(node) || node.items.length === 0)
      this.#read.fail(node, "networks", "must be a list of at least one network", json(node));
    const specs = node.items.map((item, i) => this.#network(item as Node, `networks[${i}]`, i));
    for (const [i, { name }] of specs.entries()) {
      if (!plainName.test(name)) this.#read.fail(node.items[i], `networks[${i}].name`, plainNameRule, name);
      if (specs.findIndex((other) => other.name === name) < i)
        this.#read.fail(node.items[i], `networks[${i}].name`, "must be different from the others'", name);
    }
    return specs;
  }

  #network(node: Node | undefined, path: string, index: number): NetworkSpec {
    if (node === undefined) return { name: "ann", kind: "mlp", kernel: 5, batchNorm: false, ...copyLists() };
    if (!isMap(node)) this.#read.fail(node, path, "must be a map of settings", json(node));
    this.#read.requireKnown(node, path, [...Object.keys(networkFields), "hidden", "channels"]);
    const values = this.#read.values(node, path, networkFields) as Record<string, never>;
    const { file, name, kind, kernel, batchNorm, activation, levels } = values;
    const named = node.has("name") ? name : (`ann${index === 0 ? "" : index + 1}` as never);
    if (file !== "") {
      const stray = node.items.find(({ key }) => !["name", "file"].includes(String(key)));
      if (stray !== undefined)
        this.#read.fail(
          stray.key,
          path,
          "must hold name and file only, for the file says the rest",
          String(stray.key),
        );
      return { name: named, file };
    }
    const sizes = (list: "hidden" | "channels"): readonly number[] =>
      node.has(list)
        ? this.#read.numbers(
            node.get(list, true),
            joined(path, list),
            isSize,
            "whole numbers of at least 1",
            true,
          )
        : listDefaults[list];
    const shape = { kind, kernel, batchNorm, hidden: sizes("hidden"), channels: sizes("channels") };
    // Plain networks are written down as they always were, so that their studies go on.
    return { name: named, ...shape, ...(activation !== "relu" && { activation, levels }) };
  }

  #rates(): readonly number[] {
    const node = this.#read.map("final");
    if (node === undefined || !node.has("bitErrorRates")) return listDefaults.bitErrorRates;
    return this.#read.numbers(
      node.get("bitErrorRates", true),
      "final.bitErrorRates",
      isRate,
      "numbers from 0 to 1",
      false,
    );
  }

  #objectives(): StudySettings["objectives"] {
    const node = this.#root.get("objectives", true);
    if (node === undefined) return [...listDefaults.objectives];
    const known = Object.keys(objectives);
    const names = isSeq(node) ? (node.toJSON() as unknown[]) : [];
    const stray = names.find((name) => !known.includes(String(name)));
    if (stray !== undefined) {
      const guess = closest(String(stray), known);
      this.#read.fail(
        node,
        "objectives",
        `must be among ${known.join(", ")}`,
        stray,
        guess === undefined ? "" : `Did you mean ${guess}?`,
      );
    }
    if (names.length < 2 || new Set(names).size < names.length)
      this.#read.fail(node, "objectives", "must be a list of at least 2 different objectives", json(node));
    return names as StudySettings["objectives"];
  }

  #space(): Readonly<Record<string, Restriction>> {
    return (this.#read.map("space")?.toJSON() ?? {}) as Record<string, Restriction>;
  }

  /** Nothing when none are written, so that studies from before there were any go on. */
  #forbidden(): Pick<StudySettings, "forbidden"> {
    const node = this.#root.get("forbidden", true);
    if (node === undefined) return {};
    if (!isSeq(node) || !node.items.every(isMap))
      this.#read.fail(node, "forbidden", "must be a list of combinations such as {coding: rate}", json(node));
    return { forbidden: node.toJSON() as NonNullable<StudySettings["forbidden"]> };
  }

  /** The space checks its own restrictions; add the line. */
  #checkSpace(settings: StudySettings): void {
    try {
      studySpace(settings);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const [, combination] = /^forbidden\[(\d+)\]/.exec(error.where) ?? [];
      const list = this.#root.get("forbidden", true);
      const node =
        combination !== undefined && isSeq(list) ? list.items[Number(combination)] : this.#read.map("space");
      const map = isMap(node) ? node : undefined;
      const field = /^[a-z]+(?:\[\d+\])?\.((?:(?:convert|skips|ttfs)\.)?[A-Za-z0-9]+)/.exec(error.where)?.[1];
      throw relocated(error, this.#where(pairKey(map, field ?? String(error.got)) ?? map ?? this.#root, ""));
    }
  }

  /** What objectives need of other settings. */
  #checkDamage({ evaluation, final, objectives: names }: StudySettings): void {
    const field = noiseDoseField(evaluation.noise);
    if (!accepts(field, evaluation.noiseDose)) {
      const rule = `must be ${describeField(field)} for noise: ${evaluation.noise}`;
      const node = pairKey(this.#read.map("evaluation"), "noiseDose") ?? this.#root.get("evaluation", true);
      this.#read.fail(node, "evaluation.noiseDose", rule, evaluation.noiseDose);
    }
    const rates = new Set(final.bitErrorRates.filter((rate) => rate > 0));
    if (needsOf(names).has("rates") && rates.size < 2) {
      const node = this.#read.map("final") ?? this.#root.get("objectives", true);
      const rule = "must hold at least 2 different rates above 0 for the objective faultArea";
      this.#read.fail(node, "final.bitErrorRates", rule, final.bitErrorRates);
    }
  }
}

function relocated(error: InvalidValueError, where: string): InvalidValueError {
  const moved = new InvalidValueError(`${where}: ${error.where}`, "", error.got);
  moved.message = `${where}: ${error.message}`;
  return moved;
}

function copyLists(): { readonly hidden: readonly number[]; readonly channels: readonly number[] } {
  return { hidden: listDefaults.hidden, channels: listDefaults.channels };
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isRate(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}
