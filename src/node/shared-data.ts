// Data sets in the store for workers that do not have them: each once, by the SHA-256 of its contents.

import { StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import type { BlobStore } from "../study/study-ports.ts";
import { packDataset, unpackDataset } from "./dataset-blob.ts";
import { loadDataset } from "./dataset-files.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { all, run } from "./sql-steps.ts";

/** Put the data where workers find it, if it is not there. */
export async function shareData(
  database: PostgresDatabase,
  blobs: BlobStore,
  dataset: Dataset,
): Promise<void> {
  if ((await sharedBlob(database, dataset.sha256)) !== undefined) return;
  const hash = await blobs.put(packDataset(dataset));
  const sql = "INSERT INTO shared_data (sha256, blob_hash) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING";
  await database.perform(() => run(sql, dataset.sha256, hash));
}

/** @returns hash of the data as bytes, undefined: the store has them not */
export async function sharedBlob(database: PostgresDatabase, sha256: string): Promise<string | undefined> {
  const sql = "SELECT blob_hash FROM shared_data WHERE sha256 = ?";
  const [row] = await database.perform(() => all(sql, sha256));
  return row === undefined ? undefined : String(row["blob_hash"]);
}

export interface WantedData {
  readonly name: string;
  readonly sha256: string;
  /** Hash of the data as bytes in the store; undefined: they are not there. */
  readonly blob: string | undefined;
  /** Whose data they are, and what puts them into the store, for messages. */
  readonly owner: string;
  readonly cure: string;
}

/**
 * What is found here by its hash is not fetched.
 *
 * @throws {StateError} when the data are neither here nor in the store
 */
export async function findData(
  blobs: BlobStore,
  { name, sha256, blob, owner, cure }: WantedData,
): Promise<Dataset> {
  const near = await loadDataset(name).catch(() => null);
  if (near?.sha256 === sha256) return near;
  const bytes = blob === undefined ? undefined : await blobs.get(blob);
  const far = bytes === undefined ? null : unpackDataset(bytes);
  if (far?.sha256 === sha256) return far;
  throw new StateError(
    `data set ${name} of ${owner} must be here or in the store, with SHA-256 ${sha256.slice(0, 12)}…, but is in neither. ${cure}`,
  );
}
