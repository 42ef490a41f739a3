// A claim as data, written down before anything is run: what is estimated, how large an effect counts,
// and by which test it will be judged. `verdict` holds the evidence against it and nothing else, so
// neither margin nor test can be chosen by the result.

import { InvalidValueError } from "../base/errors.ts";
import { usualConfidence } from "./interval.ts";

/** The tests each kind of claim may state, the usual one first. */
export const claimTests = {
  comparable: ["tost"],
  "ratio at least": ["fieller", "log-ratio", "bootstrap"],
  smaller: ["student", "bootstrap"],
  "no larger": ["student"],
} as const;

export type ClaimKind = keyof typeof claimTests;
export type ClaimTest = (typeof claimTests)[ClaimKind][number];

export interface Claim {
  readonly kind: ClaimKind;
  /** What is estimated, in words, e.g. "accuracy of the SNN − accuracy of the ANN, test images". */
  readonly estimand: string;
  /**
   * comparable, no larger: the least difference that matters (0.01, a point of accuracy, when not said).
   * ratio at least: the ratio claimed. smaller: by how much at least (0 when not said).
   */
  readonly margin: number;
  readonly test: ClaimTest;
  /** Of the decision: 1 − the chance to support what is not so. */
  readonly confidence: number;
}

const usualMargin: Readonly<Record<ClaimKind, number | null>> = {
  comparable: 0.01,
  "ratio at least": null,
  smaller: 0,
  "no larger": 0.01,
};

/**
 * A claim from data somebody wrote; margin, test and confidence have their usual values when left out.
 *
 * @param where - its path as the writer knows it, e.g. `study.yaml:12 claims[0]`
 * @throws {InvalidValueError} for an unknown name, a missing estimand or ratio, or a test that does not fit
 */
export function readClaim(where: string, data: unknown): Claim {
  if (typeof data !== "object" || data === null) throw new InvalidValueError(where, "must be a claim", data);
  const fields = ["kind", "estimand", "margin", "test", "confidence"];
  for (const name of Object.keys(data)) {
    if (!fields.includes(name))
      throw new InvalidValueError(where, `must have no fields but ${fields.join(", ")}`, name);
  }
  const given = data as Readonly<Record<keyof Claim, unknown>>;
  const kind = oneOf(`${where}.kind`, given.kind, Object.keys(claimTests) as ClaimKind[]);
  const { estimand, margin = usualMargin[kind], confidence = usualConfidence } = given;
  if (typeof estimand !== "string" || estimand.trim() === "") {
    throw new InvalidValueError(`${where}.estimand`, "must say what is estimated", estimand);
  }
  const tests = claimTests[kind];
  const test = oneOf<ClaimTest>(`${where}.test`, given.test ?? tests[0], tests);
  const mayBeZero = kind === "smaller";
  if (typeof margin !== "number" || !(margin > 0 || (mayBeZero && margin === 0)) || margin === Infinity) {
    const rule = mayBeZero ? "must be a number of at least 0" : "must be a number above 0";
    throw new InvalidValueError(`${where}.margin`, rule, margin);
  }
  if (typeof confidence !== "number" || !(confidence > 0.5 && confidence < 1)) {
    const rule = "must be a number between 0.5 and 1";
    throw new InvalidValueError(`${where}.confidence`, rule, confidence, "Usual is 0.95.");
  }
  return { kind, estimand, margin, test, confidence };
}

function oneOf<T extends string>(where: string, value: unknown, names: readonly T[]): T {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new InvalidValueError(where, `must be one of ${names.join(", ")}`, value);
  return found;
}
