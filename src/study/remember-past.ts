// Past trials a study starts with are kept in it, so that it goes on the same when it is resumed.

import { StateError } from "../base/errors.ts";
import type { PastTrial } from "../optimize/sampler.ts";
import type { DesignValues } from "../space/space.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { KnownTrials } from "./exchange/past-trials.ts";
import type { Json, Storage } from "./storage.ts";

/** What is kept of a past trial. */
interface KeptTrial {
  readonly design: DesignValues;
  readonly objectives: readonly number[] | null;
  readonly constraints: readonly number[];
  /** Share of its study's images; absent: 1. */
  readonly fidelity?: number;
}

const documentName = "past";

/**
 * The past trials of a study: those given at its start, or those it was started with. Trials with values that are
 * no finite numbers cannot be kept, and are left out.
 *
 * @param given - undefined: whatever the study was started with
 * @throws {StateError} when the study has begun with others, or with none
 */
export async function rememberPast(
  storage: Storage,
  key: string,
  given: KnownTrials["past"] | undefined,
): Promise<readonly PastTrial[]> {
  const kept = (await storage.getDocument(key, documentName)) as readonly KeptTrial[] | undefined;
  if (given !== undefined) {
    const asked = given.map(keptTrial).filter((trial) => trial !== null);
    const hasBegun = kept !== undefined || (await storage.listTrials(key)).length > 0;
    if (hasBegun && canonicalJson("past", asJson(asked)) !== canonicalJson("past", asJson(kept ?? [])))
      throw new StateError(
        `study ${key} has begun with ${kept?.length ?? 0} past trials that differ from the ${asked.length} given. Leave --past out to go on, or use another folder (--out).`,
      );
    if (!hasBegun) await storage.putDocument(key, documentName, asJson(asked));
    return asked.map(pastTrial);
  }
  return (kept ?? []).map(pastTrial);
}

function keptTrial({ design, objectives, constraints = [], fidelity }: PastTrial): KeptTrial | null {
  const canBeKept = [...(objectives ?? []), ...constraints].every(Number.isFinite);
  return canBeKept ? { design, objectives, constraints, ...(fidelity !== undefined && { fidelity }) } : null;
}

function pastTrial(
  { design, objectives, constraints, fidelity }: KeptTrial,
  i: number,
  all: readonly KeptTrial[],
): PastTrial {
  const number = i - all.length;
  if (objectives === null) return { number, design, objectives, violation: Infinity };
  const violation = constraints.reduce((sum, constraint) => sum + Math.max(0, constraint), 0);
  return {
    number,
    design,
    objectives,
    violation,
    ...(constraints.length > 0 && { constraints }),
    ...(fidelity !== undefined && { fidelity }),
  };
}

function asJson(trials: readonly KeptTrial[]): Json {
  return trials as unknown as Json;
}
