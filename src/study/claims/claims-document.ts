// The YAML of a study of claims, whatever its kind: every part is read by its path, and every mistake told with file,
// line, what must hold and what was given.

import { LineCounter, parseDocument, visit } from "yaml";
import { FormatError, InvalidValueError } from "../../base/errors.ts";
import { closest } from "../../space/closest.ts";
import { choice, type Fields, type Values } from "../../space/field.ts";
import { checkValue, resolve } from "../../space/resolve.ts";

export const claimsSchemaName = "spikefront.claims/1";

/** What a study of claims is about. */
export const claimsKindFields = {
  kind: choice({
    about:
      "conversion: converted networks against the ANNs they come from; events: event networks of one spike against many; skips: networks with skip connections against those without",
    options: ["conversion", "events", "skips"],
    default: "conversion",
  }),
} satisfies Fields;

export type ClaimsKind = Values<typeof claimsKindFields>["kind"];

export type Path = readonly (string | number)[];
export type Settings = Readonly<Record<string, unknown>>;

/** Names of studies, networks and claims become names of folders and files. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * @param fileName - for messages
 * @throws {FormatError} when it is no YAML or of another schema
 */
export function openClaims(text: string, fileName: string): ClaimsDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${line}:${col}:`;
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw new FormatError(place(problem.pos[0]), "must be YAML", problem.message.split("\n")[0]);
  visit(document, {
    // Without aliases there is no growth: what is read is as long as what is written.
    Alias: (_, alias) => {
      throw new FormatError(place(alias.range?.[0] ?? 0), "must be written without aliases", alias.source);
    },
  });
  const where = (path: Path): string => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: readonly number[] } | undefined;
      if (node?.range) return `${place(node.range[0])} ${pathText(path)}`.trim();
    }
    return path.length === 0 ? fileName : `${fileName} ${pathText(path)}`;
  };
  return new ClaimsDocument(document.toJS(), where);
}

function pathText(path: Path): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

export class ClaimsDocument {
  readonly root: Settings;
  /** Place of a part in the file, for messages. */
  readonly where: (path: Path) => string;
  readonly kind: ClaimsKind;

  constructor(root: unknown, where: (path: Path) => string) {
    this.where = where;
    this.root = this.map(root, []);
    if (this.root["schema"] !== claimsSchemaName) {
      const cure = `Begin with: schema: ${claimsSchemaName}`;
      throw new FormatError(
        where(["schema"]),
        `must be ${claimsSchemaName}`,
        this.root["schema"] ?? "nothing",
        cure,
      );
    }
    const given = this.root["kind"] === undefined ? {} : { kind: this.root["kind"] };
    this.kind = resolve(where(["kind"]), claimsKindFields, given).kind;
  }

  section<F extends Fields>(section: string, fields: F): Values<F> {
    return this.fields(this.map(this.root[section] ?? {}, [section]), [section], fields, []);
  }

  fields<F extends Fields>(given: Settings, path: Path, fields: F, others: readonly string[]): Values<F> {
    const known = [...Object.keys(fields), ...others];
    for (const key of Object.keys(given)) {
      if (known.includes(key)) continue;
      const guess = closest(key, known);
      const cure = guess === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
      this.fail([...path, key], "must be a known setting", key, cure);
    }
    for (const [key, field] of Object.entries(fields)) {
      if (given[key] !== undefined) checkValue(this.where([...path, key]), field, given[key]);
    }
    const own = Object.fromEntries(Object.entries(given).filter(([key]) => key in fields));
    return resolve(this.where(path), fields, own);
  }

  maps(path: Path): readonly Settings[] {
    const items = this.list(path, () => true, "maps of settings");
    return items.map((item, i) => this.map(item, [...path, i]));
  }

  list(
    path: Path,
    accepts: (value: unknown) => boolean,
    rule: string,
    mayBeEmpty = false,
  ): readonly unknown[] {
    let value: unknown = this.root;
    for (const part of path) value = (value as Settings | undefined)?.[part];
    if (Array.isArray(value) && (value.length > 0 || mayBeEmpty) && value.every(accepts)) return value;
    this.fail(path, `must be a list of ${rule}`, value ?? "nothing");
  }

  map(value: unknown, path: Path): Settings {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Settings;
    this.fail(path, "must be a map of settings", value ?? "nothing");
  }

  requireName(value: string, path: Path): void {
    if (!plainName.test(value))
      this.fail(path, "must be letters, digits, dots, dashes and underscores", value);
  }

  fail(path: Path, rule: string, got: unknown, cure = ""): never {
    throw new InvalidValueError(this.where(path), rule, got, cure);
  }
}
