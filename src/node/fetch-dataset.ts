// Bring a known data set here from its official address.

import { join } from "node:path";
import { InvalidValueError } from "../base/errors.ts";
import { fileRoles, idxDatasets } from "../data/known-datasets.ts";
import { dataCacheFolder } from "./dataset-files.ts";
import { downloadFile } from "./download-file.ts";
import { lockFolder } from "./folder-lock.ts";

export interface FetchProgress {
  readonly file: string;
  /** Bytes of all files that are here. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface FetchDatasetOptions {
  /** Where the files go; default: where `loadDataset` looks last. */
  readonly folder?: string | undefined;
  /** Another server's folder with the same files. */
  readonly address?: string | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How to wait between attempts. */
  readonly waitMs?: ((ms: number) => Promise<void>) | undefined;
}

export interface FetchedFile {
  readonly path: string;
  /** False when it was here already. */
  readonly isNew: boolean;
}

/**
 * Download the four files, checked; those that are here already are left alone, and a download
 * that was cut off goes on where it stopped.
 *
 * @throws {InvalidValueError} for an unknown name
 * @throws {StateError | FormatError | ResourceError} as `downloadFile` does
 */
export async function fetchDataset(
  name: string,
  options: FetchDatasetOptions = {},
): Promise<readonly FetchedFile[]> {
  if (!Object.hasOwn(idxDatasets, name)) {
    const names = Object.keys(idxDatasets).join(", ");
    throw new InvalidValueError("data set", `must be one that can be fetched: ${names}`, name);
  }
  const known = idxDatasets[name];
  const { folder = join(dataCacheFolder(), name), onProgress, signal, waitMs } = options;
  const address = (options.address ?? known.address).replace(/\/*$/, "/");
  const files = fileRoles.map((role) => known.files[role]);
  const totalBytes = files.reduce((sum, { gzBytes }) => sum + gzBytes, 0);
  const release = lockFolder(folder); // two at once would write into the same parts
  try {
    const fetched: FetchedFile[] = [];
    let before = 0;
    for (const { name: stem, gzBytes, gzSha256 } of files) {
      const file = `${stem}.gz`;
      const path = join(folder, file);
      const onBytes = (bytes: number): void => onProgress?.({ file, bytes: before + bytes, totalBytes });
      const url = `${address}${file}`;
      const isNew = await downloadFile({
        url,
        path,
        sizeBytes: gzBytes,
        sha256: gzSha256,
        onBytes,
        signal,
        waitMs,
      });
      onBytes(gzBytes);
      before += gzBytes;
      fetched.push({ path, isNew });
    }
    return fetched;
  } finally {
    release();
  }
}
