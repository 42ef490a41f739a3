import { repaired } from "../space/repair.ts";
import type { Space } from "../space/space.ts";
import { kindOf } from "./kinds/kind-of.ts";
import type { StudySettings } from "./study-settings.ts";

/**
 * What a study searches.
 *
 * @throws {InvalidValueError} when a restriction or a forbidden combination names no field or a value it does
 *   not have, or when nothing is left
 */
export function studySpace(settings: StudySettings): Space {
  const narrowed = kindOf(settings).space();
  const defaults = Object.fromEntries(
    Object.entries(narrowed.fields).map(([name, field]) => [name, field.default]),
  );
  repaired(narrowed, defaults, { seed: 0, trial: -1 }); // tells when nothing is left
  return narrowed;
}
