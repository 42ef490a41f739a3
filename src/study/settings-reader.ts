// What a study file holds, read setting by setting: every mistake is told with file, line, what must hold, what was
// given and what to do.

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { InvalidValueError } from "../base/errors.ts";
import { closest } from "../space/closest.ts";
import type { Field, Fields } from "../space/field.ts";
import { checkValue, describeField } from "../space/resolve.ts";
import type { StudyYaml } from "./study-yaml.ts";

export class SettingsReader {
  readonly root: YAMLMap;
  /** `file:line:column: path` */
  readonly where: StudyYaml["where"];

  constructor({ root, where }: StudyYaml) {
    this.root = root;
    this.where = where;
  }

  /** Fields of a section, defaults filled in. */
  section(name: string, fields: Fields, others: readonly string[] = []): Record<string, unknown> {
    return this.fields(this.map(name), name, fields, others);
  }

  /** Only the fields that are written down. */
  given(name: string, fields: Fields): Record<string, unknown> {
    const node = this.map(name);
    if (node === undefined) return {};
    const values = this.section(name, fields);
    return Object.fromEntries(Object.entries(values).filter(([field]) => node.has(field)));
  }

  values(node: YAMLMap, path: string, fields: Fields): Record<string, unknown> {
    const values = defaults(fields);
    for (const [name, field] of Object.entries(fields)) {
      if (!node.has(name)) continue;
      const value = node.get(name, true) as Node | null;
      values[name] = this.scalar(value ?? node, joined(path, name), field);
    }
    return values;
  }

  /** A map of these fields somewhere in the file, defaults filled in; all of them where there is none. */
  fields(
    node: Node | undefined,
    path: string,
    fields: Fields,
    others: readonly string[] = [],
  ): Record<string, unknown> {
    if (node === undefined) return defaults(fields);
    if (!isMap(node)) this.fail(node, path, "must be a map of settings", json(node));
    this.requireKnown(node, path, [...Object.keys(fields), ...others]);
    return this.values(node, path, fields);
  }

  scalar(node: Node, path: string, field: Field): unknown {
    const value = isScalar(node) ? node.value : node.toJSON();
    try {
      checkValue(path, field, value);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const guess =
        field.kind === "choice" && typeof value === "string" ? closest(value, field.options) : undefined;
      this.fail(
        node,
        path,
        `must be ${describeField(field)}`,
        value,
        guess === undefined ? "" : `Did you mean ${guess}?`,
      );
    }
    return value;
  }

  numbers(
    node: unknown,
    path: string,
    accepts: (value: unknown) => boolean,
    rule: string,
    mayBeEmpty: boolean,
  ): readonly number[] {
    const values = isSeq(node) ? (node.toJSON() as unknown[]) : undefined;
    if (values === undefined || (values.length === 0 && !mayBeEmpty) || !values.every(accepts)) {
      this.fail(node, path, `must be a list of ${rule}`, json(node));
    }
    return values as number[];
  }

  map(name: string): YAMLMap | undefined {
    const node = this.root.get(name, true);
    if (node === undefined) return undefined;
    if (!isMap(node)) this.fail(node, name, "must be a map of settings", json(node));
    return node;
  }

  requireKnown(node: YAMLMap, path: string, known: readonly string[]): void {
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (known.includes(name)) continue;
      const guess = closest(name, known);
      const cure = guess === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
      this.fail(key, path === "" ? "study" : path, "must hold known settings only", name, cure);
    }
  }

  fail(node: unknown, path: string, rule: string, got: unknown, cure = ""): never {
    throw new InvalidValueError(this.where(node, path), rule, got, cure);
  }
}

export function pairKey(node: YAMLMap | undefined, name: string): unknown {
  return node?.items.find(({ key }) => isScalar(key) && key.value === name)?.key;
}

export function json(node: unknown): unknown {
  return (node as { toJSON?: () => unknown } | null)?.toJSON?.() ?? node;
}

function defaults(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

export function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
