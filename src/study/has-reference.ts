import { kindOf } from "./kinds/kind-of.ts";
import { annsSay, saysReference } from "./reference-point.ts";
import type { StudySettings } from "./study-settings.ts";

/** Whether a study will have a reference point: it says every value, or has ANNs that can say the others. */
export function hasReference(settings: StudySettings): boolean {
  if (saysReference(settings)) return true;
  const kind = kindOf(settings);
  const parts = new Map(kind.parts.map(({ name }) => [name, ""]));
  return annsSay(settings) && kind.referenceAnns(parts, kind.space()).length > 0;
}
