import type { StudySettings } from "../study-settings.ts";
import { conversionKind } from "./conversion-kind.ts";
import type { Method } from "./methods.ts";
import { mixedKind, ownSettings } from "./mixed-kind.ts";
import { skipKind } from "./skip-kind.ts";
import type { StudyKind } from "./study-kind.ts";
import { ttfsKind } from "./ttfs-kind.ts";

/** The kind of trial that a study's settings ask for. */
export function kindOf(settings: StudySettings): StudyKind {
  const { methods } = settings;
  if (methods === undefined) return oneKind(settings);
  const only = (method: Method): StudySettings => {
    const { skips, ttfs, ...own } = ownSettings(settings, method);
    return { ...own, ...(method === "skips" && { skips }), ...(method === "ttfs" && { ttfs }) };
  };
  return mixedKind(settings, new Map(methods.map((method) => [method, oneKind(only(method))])));
}

function oneKind(settings: StudySettings): StudyKind {
  const { skips, ttfs } = settings;
  if (skips !== undefined) return skipKind(settings, skips);
  return ttfs === undefined ? conversionKind(settings) : ttfsKind(settings, ttfs);
}
