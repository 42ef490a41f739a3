import { InvalidValueError } from "../base/errors.ts";
import type { Json } from "./storage.ts";

/**
 * The JSON of a value with the names of every object in order: equal values give equal texts.
 *
 * @param where - names the value in messages
 * @throws {InvalidValueError} for numbers JSON cannot hold, which would silently become null
 */
export function canonicalJson(where: string, value: Json): string {
  return JSON.stringify(value, (name, part) => {
    if (typeof part === "number" && !Number.isFinite(part))
      throw new InvalidValueError(`${where}: ${name}`, "must be a finite number to be stored", part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
