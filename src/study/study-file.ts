// The study file: YAML, checked against the fields of study-settings.ts. Every mistake is told with
// file, line, what must hold, what was given and what to do.

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { FormatError, InvalidValueError } from "../base/errors.ts";
import { noiseDoseField } from "../pipeline/noise-plan.ts";
import { objectives } from "../pipeline/objectives.ts";
import { closest } from "../space/closest.ts";
import type { Field, Fields } from "../space/field.ts";
import { accepts, checkValue, describeField } from "../space/resolve.ts";
import type { Restriction } from "../space/restrict.ts";
import { needsOf } from "./damage-plans.ts";
import { ladderOf } from "./halving/ladder.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { studySpace } from "./study-design.ts";
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
import { parseStudyYaml, type StudyYaml } from "./study-yaml.ts";

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
const plainNameRule = "must be letters, digits, dots, dashes and underscores";

class StudyReader {
  readonly #root: YAMLMap;
  /** `file:line:column: path` */
  readonly #where: StudyYaml["where"];

  constructor(text: string, fileName: string) {
    const { root, where } = parseStudyYaml(text, fileName, `Begin with: schema: ${studySchemaName}`);
    this.#root = root;
    this.#where = where;
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
    const lists = ["networks", "objectives", "space", "forbidden"];
    this.#requireKnown(this.#root, "", [
      "schema",
      ...Object.keys(studyFields),
      ...Object.keys(sectionFields),
      ...lists,
    ]);
    const top = this.#values(this.#root, "", studyFields);
    if (!plainName.test(String(top["name"]))) {
      this.#fail(this.#root.get("name", true), "name", plainNameRule, top["name"], "It names a folder.");
    }
    const final = this.#section("final", sectionFields.final, ["bitErrorRates"]);
    const settings = {
      ...top,
      networks: this.#networks(),
      training: this.#section("training", sectionFields.training),
      space: this.#space(),
      ...this.#forbidden(),
      search: this.#search(),
      evaluation: this.#section("evaluation", sectionFields.evaluation),
      confirm: this.#section("confirm", sectionFields.confirm),
      final: { ...final, bitErrorRates: this.#rates() },
      objectives: this.#objectives(),
      requirements: this.#given("requirements", sectionFields.requirements),
    } as unknown as StudySettings;
    this.#checkSpace(settings);
    this.#checkDamage(settings);
    this.#checkReference(settings);
    this.#checkHalving(settings);
    return settings;
  }

  /** `reference`, `halving` and `racing` only when they are written, so that studies from before there were any go on. */
  #search(): Record<string, unknown> {
    const search = {
      ...this.#section("search", sectionFields.search, ["reference", "halving", "racing"]),
      ...this.#part("halving", halvingFields),
      ...this.#part("racing", racingFields),
    };
    const node = this.#map("search")?.get("reference", true);
    if (node === undefined) return search;
    if (!isMap(node)) this.#fail(node, "search.reference", "must be a map of objectives", json(node));
    this.#requireKnown(node, "search.reference", Object.keys(referenceFields));
    const values = this.#values(node, "search.reference", referenceFields);
    return {
      ...search,
      reference: Object.fromEntries(Object.entries(values).filter(([name]) => node.has(name))),
    };
  }

  /** A part of the search, defaults filled in; nothing when it is not written. */
  #part(name: string, fields: Fields): Record<string, unknown> {
    const node = this.#map("search")?.get(name, true);
    if (node === undefined) return {};
    const path = `search.${name}`;
    if (!isMap(node)) this.#fail(node, path, "must be a map of settings", json(node));
    this.#requireKnown(node, path, Object.keys(fields));
    return { [name]: this.#values(node, path, fields) };
  }

  #checkHalving(settings: StudySettings): void {
    const ladder = ladderOf(settings);
    if (ladder === null || ladder.images.length > 1) return;
    const { evaluation, search } = settings;
    const most = Math.floor(evaluation.images / (search.halving?.factor ?? 1));
    const node = this.#map("search")?.get("halving", true);
    this.#fail(
      isMap(node) ? (pairKey(node, "minImages") ?? node) : node,
      "search.halving.minImages",
      `must be at most ${most}, evaluation.images by search.halving.factor`,
      search.halving?.minImages,
      "There is nothing to halve.",
    );
  }

  #checkReference({ search, objectives: names }: StudySettings): void {
    const stray = Object.keys(search.reference ?? {}).find(
      (name) => !(names as readonly string[]).includes(name),
    );
    if (stray === undefined) return;
    const node = this.#map("search")?.get("reference", true);
    const rule = `must be among the study's objectives, ${names.join(", ")}`;
    this.#fail(isMap(node) ? pairKey(node, stray) : node, "search.reference", rule, stray);
  }

  /** Fields of a section, defaults filled in. */
  #section(name: string, fields: Fields, others: readonly string[] = []): Record<string, unknown> {
    const node = this.#map(name);
    if (node === undefined) return defaults(fields);
    this.#requireKnown(node, name, [...Object.keys(fields), ...others]);
    return this.#values(node, name, fields);
  }

  /** Only the fields that are written down. */
  #given(name: string, fields: Fields): Record<string, unknown> {
    const node = this.#map(name);
    if (node === undefined) return {};
    const values = this.#section(name, fields);
    return Object.fromEntries(Object.entries(values).filter(([field]) => node.has(field)));
  }

  #values(node: YAMLMap, path: string, fields: Fields): Record<string, unknown> {
    const values = defaults(fields);
    for (const [name, field] of Object.entries(fields)) {
      if (!node.has(name)) continue;
      const value = node.get(name, true) as Node | null;
      values[name] = this.#scalar(value ?? node, joined(path, name), field);
    }
    return values;
  }

  #scalar(node: Node, path: string, field: Field): unknown {
    const value = isScalar(node) ? node.value : node.toJSON();
    try {
      checkValue(path, field, value);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const guess =
        field.kind === "choice" && typeof value === "string" ? closest(value, field.options) : undefined;
      this.#fail(
        node,
        path,
        `must be ${describeField(field)}`,
        value,
        guess === undefined ? "" : `Did you mean ${guess}?`,
      );
    }
    return value;
  }

  #networks(): readonly NetworkSpec[] {
    const node = this.#root.get("networks", true);
    if (node === undefined) return [this.#network(undefined, "networks[0]", 0)];
    if (!isSeq(node) || node.items.length === 0)
      this.#fail(node, "networks", "must be a list of at least one network", json(node));
    const specs = node.items.map((item, i) => this.#network(item as Node, `networks[${i}]`, i));
    for (const [i, { name }] of specs.entries()) {
      if (!plainName.test(name)) this.#fail(node.items[i], `networks[${i}].name`, plainNameRule, name);
      if (specs.findIndex((other) => other.name === name) < i)
        this.#fail(node.items[i], `networks[${i}].name`, "must be different from the others'", name);
    }
    return specs;
  }

  #network(node: Node | undefined, path: string, index: number): NetworkSpec {
    if (node === undefined) return { name: "ann", kind: "mlp", kernel: 5, batchNorm: false, ...copyLists() };
    if (!isMap(node)) this.#fail(node, path, "must be a map of settings", json(node));
    this.#requireKnown(node, path, [...Object.keys(networkFields), "hidden", "channels"]);
    const values = this.#values(node, path, networkFields) as Record<string, never>;
    const { file, name, kind, kernel, batchNorm, activation, levels } = values;
    const named = node.has("name") ? name : (`ann${index === 0 ? "" : index + 1}` as never);
    if (file !== "") {
      const stray = node.items.find(({ key }) => !["name", "file"].includes(String(key)));
      if (stray !== undefined)
        this.#fail(
          stray.key,
          path,
          "must hold name and file only, for the file says the rest",
          String(stray.key),
        );
      return { name: named, file };
    }
    const sizes = (list: "hidden" | "channels"): readonly number[] =>
      node.has(list)
        ? this.#numbers(node.get(list, true), joined(path, list), isSize, "whole numbers of at least 1", true)
        : listDefaults[list];
    const shape = { kind, kernel, batchNorm, hidden: sizes("hidden"), channels: sizes("channels") };
    // Plain networks are written down as they always were, so that their studies go on.
    return { name: named, ...shape, ...(activation !== "relu" && { activation, levels }) };
  }

  #rates(): readonly number[] {
    const node = this.#map("final");
    if (node === undefined || !node.has("bitErrorRates")) return listDefaults.bitErrorRates;
    return this.#numbers(
      node.get("bitErrorRates", true),
      "final.bitErrorRates",
      isRate,
      "numbers from 0 to 1",
      false,
    );
  }

  #numbers(
    node: unknown,
    path: string,
    accepts: (value: unknown) => boolean,
    rule: string,
    mayBeEmpty: boolean,
  ): readonly number[] {
    const values = isSeq(node) ? (node.toJSON() as unknown[]) : undefined;
    if (values === undefined || (values.length === 0 && !mayBeEmpty) || !values.every(accepts)) {
      this.#fail(node, path, `must be a list of ${rule}`, json(node));
    }
    return values as number[];
  }

  #objectives(): StudySettings["objectives"] {
    const node = this.#root.get("objectives", true);
    if (node === undefined) return [...listDefaults.objectives];
    const known = Object.keys(objectives);
    const names = isSeq(node) ? (node.toJSON() as unknown[]) : [];
    const stray = names.find((name) => !known.includes(String(name)));
    if (stray !== undefined) {
      const guess = closest(String(stray), known);
      this.#fail(
        node,
        "objectives",
        `must be among ${known.join(", ")}`,
        stray,
        guess === undefined ? "" : `Did you mean ${guess}?`,
      );
    }
    if (names.length < 2 || new Set(names).size < names.length)
      this.#fail(node, "objectives", "must be a list of at least 2 different objectives", json(node));
    return names as StudySettings["objectives"];
  }

  #space(): Readonly<Record<string, Restriction>> {
    return (this.#map("space")?.toJSON() ?? {}) as Record<string, Restriction>;
  }

  /** Nothing when none are written, so that studies from before there were any go on. */
  #forbidden(): Pick<StudySettings, "forbidden"> {
    const node = this.#root.get("forbidden", true);
    if (node === undefined) return {};
    if (!isSeq(node) || !node.items.every(isMap))
      this.#fail(node, "forbidden", "must be a list of combinations such as {coding: rate}", json(node));
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
        combination !== undefined && isSeq(list) ? list.items[Number(combination)] : this.#map("space");
      const map = isMap(node) ? node : undefined;
      const field = /^[a-z]+(?:\[\d+\])?\.([A-Za-z]+)/.exec(error.where)?.[1] ?? String(error.got);
      throw relocated(error, this.#where(pairKey(map, field) ?? map ?? this.#root, ""));
    }
  }

  /** What objectives need of other settings. */
  #checkDamage({ evaluation, final, objectives: names }: StudySettings): void {
    const field = noiseDoseField(evaluation.noise);
    if (!accepts(field, evaluation.noiseDose)) {
      const rule = `must be ${describeField(field)} for noise: ${evaluation.noise}`;
      const node = pairKey(this.#map("evaluation"), "noiseDose") ?? this.#root.get("evaluation", true);
      this.#fail(node, "evaluation.noiseDose", rule, evaluation.noiseDose);
    }
    const rates = new Set(final.bitErrorRates.filter((rate) => rate > 0));
    if (needsOf(names).has("rates") && rates.size < 2) {
      const node = this.#map("final") ?? this.#root.get("objectives", true);
      const rule = "must hold at least 2 different rates above 0 for the objective faultArea";
      this.#fail(node, "final.bitErrorRates", rule, final.bitErrorRates);
    }
  }

  #map(name: string): YAMLMap | undefined {
    const node = this.#root.get(name, true);
    if (node === undefined) return undefined;
    if (!isMap(node)) this.#fail(node, name, "must be a map of settings", json(node));
    return node;
  }

  #requireKnown(node: YAMLMap, path: string, known: readonly string[]): void {
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (known.includes(name)) continue;
      const guess = closest(name, known);
      const cure = guess === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
      this.#fail(key, path === "" ? "study" : path, "must hold known settings only", name, cure);
    }
  }

  #fail(node: unknown, path: string, rule: string, got: unknown, cure = ""): never {
    throw new InvalidValueError(this.#where(node, path), rule, got, cure);
  }
}

function relocated(error: InvalidValueError, where: string): InvalidValueError {
  const moved = new InvalidValueError(`${where}: ${error.where}`, "", error.got);
  moved.message = `${where}: ${error.message}`;
  return moved;
}

function pairKey(node: YAMLMap | undefined, name: string): unknown {
  return node?.items.find(({ key }) => isScalar(key) && key.value === name)?.key;
}

function defaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

function copyLists(): { readonly hidden: readonly number[]; readonly channels: readonly number[] } {
  return { hidden: listDefaults.hidden, channels: listDefaults.channels };
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isRate(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function json(node: unknown): unknown {
  return (node as { toJSON?: () => unknown } | null)?.toJSON?.() ?? node;
}
