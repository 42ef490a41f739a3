// One answer of several: a claim that must hold in every case is contradicted where one contradicts it; one that must
// hold in some is supported where one supports it, and contradicted only where all do.

import type { Verdict } from "../../statistics/verdict.ts";

export function together(
  wanted: "some" | "every",
  each: readonly Pick<Verdict, "verdict">[],
): Verdict["verdict"] {
  const decides = wanted === "some" ? "supported" : "contradicted";
  const other = wanted === "some" ? "contradicted" : "supported";
  if (each.some(({ verdict }) => verdict === decides)) return decides;
  if (each.length > 0 && each.every(({ verdict }) => verdict === other)) return other;
  return each.every(({ verdict }) => verdict === "not tested") ? "not tested" : "inconclusive";
}
