// --store: a database in place of a study's folder.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { isPostgresAddress, postgresAddress } from "../node/postgres-address.ts";
import { StudyMirror } from "../node/postgres-mirror.ts";
import { PostgresStorage } from "../node/postgres-storage.ts";
import { text } from "../space/field.ts";

const refreshMs = 1_000;

export const storeOption = text({
  about: "PostgreSQL database in place of a folder, e.g. postgres://me@db.example.org/studies",
  default: "",
});

/**
 * The database that is meant, undefined: a folder.
 *
 * @throws {InvalidValueError} when it is no address, or holds a password that others could read
 */
export function storeAddress(given: string): string | undefined {
  return given === "" ? undefined : postgresAddress("--store", given);
}

export const studyOption = text({ about: "name of the study, where the database has several", default: "" });

/** A study's folder, or a copy of it that lasts as long as the work. */
export interface StudyPlaceOptions {
  readonly folder: string | undefined;
  readonly store: string;
  readonly study: string;
}

/**
 * Do something with the folder of a study: the one given, or a copy of one in a database.
 *
 * @param refresh - while the work goes on, the copy follows the database
 * @throws {UsageError} when both are given
 */
export async function withStudyFolder<T>(
  { folder, store, study }: StudyPlaceOptions,
  work: (folder: string | undefined) => Promise<T>,
  { refresh = false }: { readonly refresh?: boolean } = {},
): Promise<T> {
  // `serve postgres://…` means what `serve --store postgres://…` does.
  const isPlace = folder !== undefined && store === "" && isPostgresAddress(folder);
  const address = storeAddress(isPlace ? folder : store);
  if (address === undefined) return work(folder);
  if (folder !== undefined && !isPlace)
    throw new UsageError(`--store must stand alone, but ${folder} is given as well.`);
  const storage = await PostgresStorage.open(address);
  const copy = mkdtempSync(join(tmpdir(), "spikefront-study-"));
  let timer: NodeJS.Timeout | undefined;
  let refreshing: Promise<void> = Promise.resolve();
  let mirror: StudyMirror | undefined;
  try {
    const open = await StudyMirror.open(storage, copy, study);
    mirror = open;
    const follow = (): void => {
      refreshing = open.refresh().catch(() => {}); // shown as it was, until the database answers again
      void refreshing.then(() => {
        if (timer !== undefined) timer = setTimeout(follow, refreshMs);
      });
    };
    if (refresh) timer = setTimeout(follow, refreshMs);
    return await work(copy);
  } finally {
    clearTimeout(timer);
    timer = undefined;
    await refreshing;
    mirror?.close();
    await storage.close();
    rmSync(copy, { recursive: true, force: true });
  }
}
