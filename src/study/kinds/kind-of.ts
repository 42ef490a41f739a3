import type { StudySettings } from "../study-settings.ts";
import { conversionKind } from "./conversion-kind.ts";
import { skipKind } from "./skip-kind.ts";
import type { StudyKind } from "./study-kind.ts";
import { ttfsKind } from "./ttfs-kind.ts";

/** The kind of trial that a study's settings ask for. */
export function kindOf(settings: StudySettings): StudyKind {
  const { skips, ttfs } = settings;
  if (skips !== undefined) return skipKind(settings, skips);
  return ttfs === undefined ? conversionKind(settings) : ttfsKind(settings, ttfs);
}
