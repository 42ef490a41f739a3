// The list of what a search by halving does, in the order in which it was decided: the one thing that its course
// depends on. It is kept before anything on it is begun, so that a search that was killed goes on with it.

import type { DocumentStore, Json } from "../storage.ts";
import { imagesOfStep, type Ladder } from "./ladder.ts";

/** A trial is measured on the images of a rung. */
export interface HalvingJob {
  readonly trial: number;
  readonly rung: number;
}

const documentName = "halving";

export async function readJobs(storage: DocumentStore, key: string): Promise<readonly HalvingJob[]> {
  const kept = (await storage.getDocument(key, documentName)) as
    | readonly (readonly [trial: number, rung: number])[]
    | undefined;
  return (kept ?? []).map(([trial, rung]) => ({ trial, rung }));
}

export async function keepJobs(
  storage: DocumentStore,
  key: string,
  jobs: readonly HalvingJob[],
): Promise<void> {
  await storage.putDocument(key, documentName, jobs.map(({ trial, rung }) => [trial, rung]) as Json);
}

/**
 * How many jobs from the first a budget lets run: up to the one that it does not last for. Whether it was granted at
 * once or in parts makes no difference.
 */
export function jobsWithin(budgetImages: number, jobs: readonly HalvingJob[], ladder: Ladder): number {
  let spent = 0;
  const end = jobs.findIndex(({ rung }) => {
    spent += imagesOfStep(ladder, rung);
    return spent > budgetImages;
  });
  return end < 0 ? jobs.length : end;
}
