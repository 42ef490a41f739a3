// The door for hardware profiles: foreign JSON in, a checked EnergyProfile out.

import { FormatError } from "../base/errors.ts";
import type { EnergyProfile } from "./profile.ts";

/**
 * Check that JSON is a profile of schema version 1, complete, with no unknown keys.
 *
 * @param where - file name or address, for the message
 * @throws {FormatError} naming the first key that is wrong
 */
export function readProfile(json: unknown, where: string): EnergyProfile {
  const profile = record(json, where);
  if (profile["schema"] !== "spikefront.energy-profile") {
    throw new FormatError(`${where} schema`, 'must be "spikefront.energy-profile"', profile["schema"]);
  }
  if (profile["version"] !== 1) {
    throw new FormatError(
      `${where} version`,
      "must be 1",
      profile["version"],
      "Use a newer spikefront for newer profiles.",
    );
  }
  checkKeys(profile, where, [
    ...texts,
    ...amounts,
    "schema",
    "version",
    "multiplyPj",
    "addPj",
    "comparePj",
    "events",
    "memory",
    "uncertainty",
  ]);
  for (const key of texts) text(profile[key], `${where} ${key}`);
  for (const key of amounts) amount(profile[key], `${where} ${key}`);
  if (profile["multiplyPj"] !== null) prices(profile["multiplyPj"], `${where} multiplyPj`);
  prices(profile["addPj"], `${where} addPj`);
  prices(profile["comparePj"], `${where} comparePj`);
  if (profile["events"] !== null) {
    checkAmounts(profile["events"], `${where} events`, ["synapticOperationPj", "neuronUpdatePj"]);
  }
  if (profile["memory"] !== null) checkMemory(profile["memory"], `${where} memory`);
  const uncertainty = record(profile["uncertainty"], `${where} uncertainty`);
  checkKeys(uncertainty, `${where} uncertainty`, ["relative", "why"]);
  amount(uncertainty["relative"], `${where} uncertainty.relative`);
  text(uncertainty["why"], `${where} uncertainty.why`);
  return json as EnergyProfile;
}

const texts = ["name", "about", "source", "leavesOut"];
const amounts = ["idlePowerMw", "perStepPj", "secondsPerStep"];

type JsonObject = Readonly<Record<string, unknown>>;

function checkMemory(value: unknown, where: string): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new FormatError(where, "must be a list of at least 1 row, or null", value);
  }
  let size = 0;
  for (const [i, row] of value.entries()) {
    checkAmounts(row, `${where}[${i}]`, ["sizeBytes", "readPjPerByte", "writePjPerByte"]);
    if (!(row.sizeBytes > size)) {
      throw new FormatError(
        `${where}[${i}].sizeBytes`,
        `must be above the row before it (${size})`,
        row.sizeBytes,
      );
    }
    size = row.sizeBytes;
  }
}

function checkAmounts(value: unknown, where: string, keys: readonly string[]): void {
  const object = record(value, where);
  checkKeys(object, where, keys);
  for (const key of keys) amount(object[key], `${where}.${key}`);
}

function prices(value: unknown, where: string): void {
  for (const [width, pj] of Object.entries(record(value, where))) {
    if (!/^(float32|int[1-9]\d?(x[1-9]\d?)?)$/.test(width)) {
      throw new FormatError(where, 'must have widths such as "float32", "int32" or "int8x8"', width);
    }
    amount(pj, `${where}.${width}`);
  }
}

function checkKeys(object: JsonObject, where: string, known: readonly string[]): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key))
      throw new FormatError(where, `must have known keys only (${known.join(", ")})`, key);
  }
  for (const key of known) {
    if (!Object.hasOwn(object, key)) throw new FormatError(`${where} ${key}`, "must be there", undefined);
  }
}

function record(value: unknown, where: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError(where, "must be an object", value);
  }
  return value as JsonObject;
}

function text(value: unknown, where: string): void {
  if (typeof value !== "string" || value.trim() === "") throw new FormatError(where, "must be a text", value);
}

function amount(value: unknown, where: string): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new FormatError(where, "must be a number of 0 or more", value);
  }
}
