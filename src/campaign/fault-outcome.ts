// What a fault does to one image, in the classes of SpikingJET (Gogebakan et al. 2024), with the critical ones told
// apart by whether the class was right. A drift is that of the golden class's score: |s' − s| / |s|.

export const faultOutcomes = [
  /** Same class, same scores. */
  "masked",
  /** Same class; its score, or another, differs by up to 5, 10, 20, or more per cent of it. */
  "drift5",
  "drift10",
  "drift20",
  "driftMore",
  /** Another class, and neither was right. */
  "changed",
  /** Another class; the golden one was right. */
  "harmed",
  /** Another class, which is right. */
  "healed",
] as const;
export type FaultOutcome = (typeof faultOutcomes)[number];

/** Place in `faultOutcomes`. */
export type OutcomeCode = number;

export const maskedCode = 0;

const driftEnds = [0.05, 0.1, 0.2];

/**
 * @param label - right class
 * @param golden - class without the fault, and its score then
 * @param now - class with the fault, and the score of the golden class
 */
export function outcomeCode(
  label: number,
  golden: number,
  goldenScore: number,
  now: number,
  nowScore: number,
): OutcomeCode {
  if (now !== golden) return golden === label ? 6 : now === label ? 7 : 5;
  const drift = Math.abs(nowScore - goldenScore) / Math.abs(goldenScore);
  if (nowScore === goldenScore) return 1;
  for (let k = 0; k < driftEnds.length; k++) if (drift <= driftEnds[k]) return 1 + k;
  return 4;
}
