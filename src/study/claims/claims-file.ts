// The file of a study of claims: YAML of schema spikefront.claims/1, checked against the fields of
// claims-settings.ts. Every mistake is told with file, line, what must hold and what was given.

import { LineCounter, parseDocument, visit } from "yaml";
import { trainingFields } from "../../ann/training-fields.ts";
import { FormatError, InvalidValueError } from "../../base/errors.ts";
import { designSpace } from "../../pipeline/design-space.ts";
import { closest } from "../../space/closest.ts";
import type { Fields, Values } from "../../space/field.ts";
import { checkValue, resolve } from "../../space/resolve.ts";
import { readClaim } from "../../statistics/claim.ts";
import { listDefaults, networkFields } from "../study-settings.ts";
import {
  type ClaimsSettings,
  type Condition,
  claimsFields,
  conditionFields,
  figuresFields,
  type PaperClaim,
  paperClaimFields,
  pickFields,
  type TrainedSpec,
} from "./claims-settings.ts";

export const claimsSchemaName = "spikefront.claims/1";

type Path = readonly (string | number)[];
type Settings = Readonly<Record<string, unknown>>;

/** Names of studies, networks and claims become names of folders and files. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const { name, kind, kernel } = networkFields;
const shapeFields = { name, kind, kernel };

/**
 * Read a study of claims.
 *
 * @param fileName - for messages
 * @throws {FormatError} when it is no YAML or of another schema, {InvalidValueError} for a wrong setting
 */
export function readClaimsFile(text: string, fileName: string): ClaimsSettings {
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
    return `${fileName} ${pathText(path)}`;
  };
  return new ClaimsReader(document.toJS(), where).read();
}

function pathText(path: Path): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

class ClaimsReader {
  readonly #root: Settings;
  readonly #where: (path: Path) => string;

  constructor(root: unknown, where: (path: Path) => string) {
    this.#where = where;
    this.#root = this.#map(root, []);
    if (this.#root["schema"] !== claimsSchemaName) {
      const cure = `Begin with: schema: ${claimsSchemaName}`;
      throw new FormatError(
        where(["schema"]),
        `must be ${claimsSchemaName}`,
        this.#root["schema"] ?? "nothing",
        cure,
      );
    }
  }

  read(): ClaimsSettings {
    const sections = ["data", "networks", "training", "designs", "pick", "figures", "claims"];
    const top = this.#fields(this.#root, [], claimsFields, ["schema", ...sections]);
    this.#requireName(top.name, ["name"]);
    const data = this.#list(["data"], (value) => typeof value === "string", "names of data sets") as string[];
    const figures = this.#map(this.#root["figures"] ?? {}, ["figures"]);
    const settings: ClaimsSettings = {
      ...top,
      data,
      networks: this.#maps(["networks"]).map((network, i) => this.#network(network, ["networks", i])),
      training: this.#section("training", trainingFields),
      designs: this.#designs(),
      pick: this.#section("pick", pickFields),
      figures: {
        ...this.#fields(figures, ["figures"], figuresFields, ["bitErrorRates"]),
        bitErrorRates: this.#list(
          ["figures", "bitErrorRates"],
          isRate,
          "numbers above 0 and up to 1",
        ) as number[],
      },
      claims: [],
    };
    this.#check(settings);
    const claims = this.#maps(["claims"]).map((claim, i) => this.#claim(claim, ["claims", i], settings));
    return { ...settings, claims };
  }

  #section<F extends Fields>(section: string, fields: F): Values<F> {
    return this.#fields(this.#map(this.#root[section] ?? {}, [section]), [section], fields, []);
  }

  #fields<F extends Fields>(given: Settings, path: Path, fields: F, others: readonly string[]): Values<F> {
    const known = [...Object.keys(fields), ...others];
    for (const key of Object.keys(given)) {
      if (known.includes(key)) continue;
      const guess = closest(key, known);
      const cure = guess === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${guess}?`;
      this.#fail([...path, key], "must be a known setting", key, cure);
    }
    for (const [key, field] of Object.entries(fields)) {
      if (given[key] !== undefined) checkValue(this.#where([...path, key]), field, given[key]);
    }
    const own = Object.fromEntries(Object.entries(given).filter(([key]) => key in fields));
    return resolve(this.#where(path), fields, own);
  }

  #network(given: Settings, path: Path): TrainedSpec {
    const shape = this.#fields(given, path, shapeFields, ["hidden", "channels"]);
    this.#requireName(shape.name, [...path, "name"]);
    const sizes = (list: "hidden" | "channels"): readonly number[] =>
      given[list] === undefined
        ? listDefaults[list]
        : (this.#list([...path, list], isSize, "whole numbers of at least 1", true) as number[]);
    return { ...shape, batchNorm: false, hidden: sizes("hidden"), channels: sizes("channels") };
  }

  #designs(): ClaimsSettings["designs"] {
    const given = this.#map(this.#root["designs"] ?? {}, ["designs"]);
    const fields: Fields = designSpace.fields;
    return Object.fromEntries(
      Object.keys(given).map((field) => {
        if (!Object.hasOwn(fields, field)) {
          const guess = closest(field, Object.keys(fields));
          const cure = guess === undefined ? "" : `Did you mean ${guess}?`;
          this.#fail(["designs", field], "must be a field of the design space", field, cure);
        }
        const values = this.#list(["designs", field], () => true, "values");
        for (const value of values) checkValue(this.#where(["designs", field]), fields[field], value);
        return [field, values as (string | number | boolean)[]];
      }),
    );
  }

  #claim(given: Settings, path: Path, settings: ClaimsSettings): PaperClaim {
    const statistical = ["kind", "estimand", "margin", "test", "confidence"];
    const own = this.#fields(given, path, paperClaimFields, [...statistical, "stated"]);
    this.#requireName(own.id, [...path, "id"]);
    if (!settings.data.includes(own.data))
      this.#fail([...path, "data"], `must be one of ${settings.data.join(", ")}`, own.data);
    const picked = Object.fromEntries(Object.entries(given).filter(([key]) => statistical.includes(key)));
    const claim = readClaim(this.#where(path), picked);
    const kinds = {
      accuracy: ["comparable", "tost"],
      energy: ["ratio at least", "fieller"],
      drop: ["ratio at least", "bootstrap"],
    };
    const [wanted, test] = kinds[own.measure];
    if (claim.kind !== wanted || claim.test !== test) {
      const got = `${claim.kind} by ${claim.test}`;
      this.#fail(path, `must be "${wanted}" by the test ${test}, as it is of ${own.measure}`, got);
    }
    const statedPath = [...path, "stated"];
    const stated = this.#fields(
      this.#map(given["stated"] ?? {}, statedPath),
      statedPath,
      conditionFields,
      [],
    ) as Condition;
    const against = own.measure === "energy" ? ["ann", "ann-skip"] : ["ann", "clip", "levels"];
    if (!against.includes(stated.against))
      this.#fail([...statedPath, "against"], `must be one of ${against.join(", ")}`, stated.against);
    const rates = settings.figures.bitErrorRates;
    if (own.measure === "drop" && !rates.includes(stated.bitErrorRate))
      this.#fail([...statedPath, "bitErrorRate"], `must be one of ${rates.join(", ")}`, stated.bitErrorRate);
    return { ...own, claim, stated };
  }

  #check({ networks, pick, trained, figures }: ClaimsSettings): void {
    for (const [i, { name }] of networks.entries()) {
      if (networks.findIndex((other) => other.name === name) < i)
        this.#fail(["networks", i, "name"], "must be different from the others'", name);
    }
    if (pick.networks > trained)
      this.#fail(["pick", "networks"], `must be at most trained (${trained})`, pick.networks);
    if (pick.faultImages > pick.images)
      this.#fail(["pick", "faultImages"], `must be at most pick.images (${pick.images})`, pick.faultImages);
    if (figures.faultImages % figures.imageBlocks !== 0)
      this.#fail(
        ["figures", "imageBlocks"],
        `must divide faultImages (${figures.faultImages})`,
        figures.imageBlocks,
      );
  }

  #maps(path: Path): readonly Settings[] {
    const items = this.#list(path, () => true, "maps of settings");
    return items.map((item, i) => this.#map(item, [...path, i]));
  }

  #list(
    path: Path,
    accepts: (value: unknown) => boolean,
    rule: string,
    mayBeEmpty = false,
  ): readonly unknown[] {
    let value: unknown = this.#root;
    for (const part of path) value = (value as Settings | undefined)?.[part];
    if (Array.isArray(value) && (value.length > 0 || mayBeEmpty) && value.every(accepts)) return value;
    this.#fail(path, `must be a list of ${rule}`, value ?? "nothing");
  }

  #map(value: unknown, path: Path): Settings {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Settings;
    this.#fail(path, "must be a map of settings", value ?? "nothing");
  }

  #requireName(value: string, path: Path): void {
    if (!plainName.test(value))
      this.#fail(path, "must be letters, digits, dots, dashes and underscores", value);
  }

  #fail(path: Path, rule: string, got: unknown, cure = ""): never {
    throw new InvalidValueError(this.#where(path), rule, got, cure);
  }
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isRate(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= 1;
}
