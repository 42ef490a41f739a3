// Sets of recordings from folders: looked for where data sets are, put on steps, shared with all threads.

import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { StateError } from "../base/errors.ts";
import { gunzip } from "../data/gunzip.ts";
import { recordedSets } from "../recordings/recorded-sets.ts";
import type { SpikeGrid } from "../recordings/recorded-spikes.ts";
import type { RecordingFolder } from "../recordings/recording-folder.ts";
import type { RecordedDataset } from "../recordings/recording-set.ts";
import { type TimedDataset, timedDataset } from "../recordings/timed-dataset.ts";
import { readFileBytes } from "./atomic-file.ts";
import { dataCacheFolder } from "./dataset-files.ts";
import { withSharedSpikes } from "./shared-arrays.ts";

export interface LoadedRecordings {
  readonly recorded: RecordedDataset;
  /** Of all files read, unpacked, in the order of reading. */
  readonly sha256: string;
}

/** Whether a name is one of a set of recordings. */
export function isRecordedSet(name: string): boolean {
  return Object.hasOwn(recordedSets, name);
}

/** The folders a set is looked for in, first to last. */
export function recordingFolders(name: string): readonly string[] {
  const names = [name, ...recordedSets[name].folders];
  const given = process.env["SPIKEFRONT_DATA"];
  const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
  const isCheckout = !packageRoot.split(sep).includes("node_modules");
  const roots = [
    ...(given ? [given] : []),
    ...(isCheckout ? [join(packageRoot, "..", "shared", "data")] : []),
    dataCacheFolder(),
  ];
  return roots.flatMap((root) => names.map((folder) => join(root, folder)));
}

/**
 * Read a set of recordings known by name.
 *
 * @param options.folder - where its files lie; "": one of its places
 * @param options.windowUs - longest part of a recording that is kept, where files are long; default: all
 * @throws {StateError} when it is in none of its places, {FormatError} for files that are missing or damaged
 */
export async function loadRecordings(
  name: string,
  {
    folder = "",
    windowUs = Number.POSITIVE_INFINITY,
  }: { readonly folder?: string; readonly windowUs?: number } = {},
): Promise<LoadedRecordings> {
  const places = folder === "" ? recordingFolders(name) : [resolve(folder)];
  const found = places.find((place) => existsSync(place));
  const { wanted, read } = recordedSets[name];
  if (found === undefined) {
    const list = places.join("\n  ");
    throw new StateError(
      `data set ${name} must be a folder with ${wanted}, but there is none of:\n  ${list}\nName yours with --data-folder.`,
    );
  }
  const hash = createHash("sha256");
  const files: RecordingFolder = {
    where: found,
    names: readdirSync(found, { recursive: true, encoding: "utf8" })
      .map((path) => path.split(sep).join("/"))
      .sort(),
    read: async (path) => {
      const bytes = await gunzip(readFileBytes(join(found, path)), join(found, path));
      hash.update(bytes);
      return bytes;
    },
  };
  const recorded = await read(files, windowUs);
  return { recorded, sha256: hash.digest("hex") };
}

/** Put recordings on steps, in memory that threads share. @throws {InvalidValueError} as `timedDataset` does */
export function timedRecordings({ recorded, sha256 }: LoadedRecordings, grid: SpikeGrid): TimedDataset {
  const timed = timedDataset(recorded, grid, sha256);
  const { train, validation, test } = timed.spikes;
  return {
    ...timed,
    spikes: {
      train: withSharedSpikes(train),
      validation: withSharedSpikes(validation),
      test: withSharedSpikes(test),
    },
  };
}
