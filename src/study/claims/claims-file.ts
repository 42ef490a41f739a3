// The file of a study of claims: YAML of schema spikefront.claims/1, checked against the fields of
// claims-settings.ts. Every mistake is told with file, line, what must hold and what was given.

import { trainingFields } from "../../ann/training-fields.ts";
import { designSpace } from "../../pipeline/design-space.ts";
import { closest } from "../../space/closest.ts";
import type { Fields } from "../../space/field.ts";
import { checkValue } from "../../space/resolve.ts";
import { readClaim } from "../../statistics/claim.ts";
import { listDefaults, networkFields } from "../study-settings.ts";
import { type ClaimsDocument, openClaims, type Path, type Settings } from "./claims-document.ts";
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

const { name, kind, kernel } = networkFields;
const shapeFields = { name, kind, kernel };

/**
 * Read a study of claims about converted networks.
 *
 * @param fileName - for messages
 * @throws {FormatError} when it is no YAML or of another schema, {InvalidValueError} for a wrong setting
 */
export function readClaimsFile(text: string, fileName: string): ClaimsSettings {
  return readConversionClaims(openClaims(text, fileName));
}

/** @throws {InvalidValueError} for a wrong setting, or claims of another kind */
export function readConversionClaims(document: ClaimsDocument): ClaimsSettings {
  if (document.kind !== "conversion") document.fail(["kind"], "must be conversion", document.kind);
  return new ClaimsReader(document).read();
}

class ClaimsReader {
  readonly #document: ClaimsDocument;

  constructor(document: ClaimsDocument) {
    this.#document = document;
  }

  read(): ClaimsSettings {
    const sections = ["data", "networks", "training", "designs", "pick", "figures", "claims"];
    const top = this.#document.fields(this.#document.root, [], claimsFields, ["schema", "kind", ...sections]);
    this.#document.requireName(top.name, ["name"]);
    const data = this.#document.list(
      ["data"],
      (value) => typeof value === "string",
      "names of data sets",
    ) as string[];
    const figures = this.#document.map(this.#document.root["figures"] ?? {}, ["figures"]);
    const settings: ClaimsSettings = {
      ...top,
      data,
      networks: this.#document
        .maps(["networks"])
        .map((network, i) => this.#network(network, ["networks", i])),
      training: this.#document.section("training", trainingFields),
      designs: this.#designs(),
      pick: this.#document.section("pick", pickFields),
      figures: {
        ...this.#document.fields(figures, ["figures"], figuresFields, ["bitErrorRates"]),
        bitErrorRates: this.#document.list(
          ["figures", "bitErrorRates"],
          isRate,
          "numbers above 0 and up to 1",
        ) as number[],
      },
      claims: [],
    };
    this.#check(settings);
    const claims = this.#document
      .maps(["claims"])
      .map((claim, i) => this.#claim(claim, ["claims", i], settings));
    return { ...settings, claims };
  }

  #network(given: Settings, path: Path): TrainedSpec {
    const shape = this.#document.fields(given, path, shapeFields, ["hidden", "channels"]);
    this.#document.requireName(shape.name, [...path, "name"]);
    const sizes = (list: "hidden" | "channels"): readonly number[] =>
      given[list] === undefined
        ? listDefaults[list]
        : (this.#document.list([...path, list], isSize, "whole numbers of at least 1", true) as number[]);
    return { ...shape, batchNorm: false, hidden: sizes("hidden"), channels: sizes("channels") };
  }

  #designs(): ClaimsSettings["designs"] {
    const given = this.#document.map(this.#document.root["designs"] ?? {}, ["designs"]);
    const fields: Fields = designSpace.fields;
    return Object.fromEntries(
      Object.keys(given).map((field) => {
        if (!Object.hasOwn(fields, field)) {
          const guess = closest(field, Object.keys(fields));
          const cure = guess === undefined ? "" : `Did you mean ${guess}?`;
          this.#document.fail(["designs", field], "must be a field of the design space", field, cure);
        }
        const values = this.#document.list(["designs", field], () => true, "values");
        for (const value of values)
          checkValue(this.#document.where(["designs", field]), fields[field], value);
        return [field, values as (string | number | boolean)[]];
      }),
    );
  }

  #claim(given: Settings, path: Path, settings: ClaimsSettings): PaperClaim {
    const statistical = ["kind", "estimand", "margin", "test", "confidence"];
    const own = this.#document.fields(given, path, paperClaimFields, [...statistical, "stated"]);
    this.#document.requireName(own.id, [...path, "id"]);
    if (!settings.data.includes(own.data))
      this.#document.fail([...path, "data"], `must be one of ${settings.data.join(", ")}`, own.data);
    const picked = Object.fromEntries(Object.entries(given).filter(([key]) => statistical.includes(key)));
    const claim = readClaim(this.#document.where(path), picked);
    const kinds = {
      accuracy: ["comparable", "tost"],
      energy: ["ratio at least", "fieller"],
      drop: ["ratio at least", "bootstrap"],
    };
    const [wanted, test] = kinds[own.measure];
    if (claim.kind !== wanted || claim.test !== test) {
      const got = `${claim.kind} by ${claim.test}`;
      this.#document.fail(path, `must be "${wanted}" by the test ${test}, as it is of ${own.measure}`, got);
    }
    const statedPath = [...path, "stated"];
    const stated = this.#document.fields(
      this.#document.map(given["stated"] ?? {}, statedPath),
      statedPath,
      conditionFields,
      [],
    ) as Condition;
    const against = own.measure === "energy" ? ["ann", "ann-skip"] : ["ann", "clip", "levels"];
    if (!against.includes(stated.against))
      this.#document.fail([...statedPath, "against"], `must be one of ${against.join(", ")}`, stated.against);
    const rates = settings.figures.bitErrorRates;
    if (own.measure === "drop" && !rates.includes(stated.bitErrorRate))
      this.#document.fail(
        [...statedPath, "bitErrorRate"],
        `must be one of ${rates.join(", ")}`,
        stated.bitErrorRate,
      );
    return { ...own, claim, stated };
  }

  #check({ networks, pick, trained, figures }: ClaimsSettings): void {
    for (const [i, { name }] of networks.entries()) {
      if (networks.findIndex((other) => other.name === name) < i)
        this.#document.fail(["networks", i, "name"], "must be different from the others'", name);
    }
    if (pick.networks > trained)
      this.#document.fail(["pick", "networks"], `must be at most trained (${trained})`, pick.networks);
    if (pick.faultImages > pick.images)
      this.#document.fail(
        ["pick", "faultImages"],
        `must be at most pick.images (${pick.images})`,
        pick.faultImages,
      );
    if (figures.faultImages % figures.imageBlocks !== 0)
      this.#document.fail(
        ["figures", "imageBlocks"],
        `must divide faultImages (${figures.faultImages})`,
        figures.imageBlocks,
      );
  }
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isRate(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value <= 1;
}
