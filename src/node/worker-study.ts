// A study as a worker needs it: its settings, its data and its networks, from nothing but the store. What is found near
// by its hash is not fetched.

import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Storage } from "../study/storage.ts";
import { StudyJudge } from "../study/study-judge.ts";
import type { BlobStore } from "../study/study-ports.ts";
import type { StudySettings } from "../study/study-settings.ts";
import { packDataset } from "./dataset-blob.ts";
import type { PostgresStorage } from "./postgres-storage.ts";
import { findData } from "./shared-data.ts";
import { all } from "./sql-steps.ts";

export interface WorkerStudy {
  readonly judge: StudyJudge;
  readonly dataset: Dataset;
  /** Files that were trained before the search, by their SHA-256. */
  readonly parts: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Names of the study's documents. */
const dataDocument = "data-blob";
const partPrefix = "ann/";

/** Keep the data where workers find it: once, however many studies have it. */
export async function shareDataset(
  storage: Storage,
  blobs: BlobStore,
  key: string,
  dataset: Dataset,
): Promise<void> {
  const kept = await storage.getDocument(key, dataDocument);
  if (kept === undefined) await storage.putDocument(key, dataDocument, await blobs.put(packDataset(dataset)));
}

/**
 * @param near - data that is here already
 * @throws {StateError} when the store lacks something, or the data is nowhere
 */
export async function openWorkerStudy(
  storage: PostgresStorage,
  blobs: BlobStore,
  key: string,
  near?: Dataset,
): Promise<WorkerStudy> {
  const study = await storage.getStudy(key);
  if (study === null) throw new StateError(`study ${key} must be in the store, but is not.`);
  const { settings, data } = study.settings as unknown as { settings: StudySettings; data: string };
  const hashes = await partHashes(storage, key);
  const parts = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, hash] of hashes) {
    const file = await blobs.get(hash);
    if (file === undefined)
      throw new StateError(`study ${key} must have the file of ${name} in the store, whole, but has not.`);
    parts.set(hash, file);
  }
  const dataset = near?.sha256 === data ? near : await findDataset(storage, blobs, key, settings.data, data);
  return { judge: new StudyJudge(settings, hashes), dataset, parts };
}

async function partHashes(storage: PostgresStorage, key: string): Promise<ReadonlyMap<string, string>> {
  const sql = `SELECT name, value FROM document WHERE study_key = ? AND name LIKE '${partPrefix}%' ORDER BY name`;
  const rows = await storage.database.perform(() => all(sql, key));
  return new Map(
    rows.map(({ name, value }) => [String(name).slice(partPrefix.length), JSON.parse(String(value))]),
  );
}

async function findDataset(
  storage: Storage,
  blobs: BlobStore,
  key: string,
  name: string,
  sha256: string,
): Promise<Dataset> {
  const hash = await storage.getDocument(key, dataDocument);
  const blob = typeof hash === "string" ? hash : undefined;
  const cure = "Run explore again: it puts it there.";
  return findData(blobs, { name, sha256, blob, owner: `study ${key}`, cure });
}
