// Data sets from files: looked for in a stated order of places, checked, shared with all threads.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError, StateError } from "../base/errors.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { gunzip } from "../data/gunzip.ts";
import { readIdx } from "../data/idx.ts";
import { imageSetFromIdx } from "../data/image-set.ts";
import { type FileRole, fileRoles, type KnownDataset, knownDatasets } from "../data/known-datasets.ts";
import { readFileBytes } from "./atomic-file.ts";

/** One file of a data set as found. */
export interface FoundFile {
  readonly role: FileRole;
  readonly path: string;
  /** Unpacked. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly md5: string;
  readonly sha256: string;
  /** null where no checksum is known. */
  readonly isAsPublished: boolean | null;
}

/** Where `data fetch` puts data sets. */
export function dataCacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "spikefront", "data");
}

/** The folders a data set is looked for in, first to last. A path is looked for in itself only. */
export function dataFolders(name: string): readonly string[] {
  const known = knownDataset(name);
  if (known === undefined) return [resolve(name)];
  const folders: string[] = [];
  const given = process.env["SPIKEFRONT_DATA"];
  if (given) folders.push(join(given, name), given);
  if (known.npmPackage !== "") folders.push(...packageFolder(known.npmPackage));
  const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
  const isCheckout = !packageRoot.split(sep).includes("node_modules");
  if (isCheckout) folders.push(join(packageRoot, "..", "shared", "data", name));
  return [...folders, join(dataCacheFolder(), name)];
}

function packageFolder(npmPackage: string): readonly string[] {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${npmPackage}/package.json`);
    return [join(dirname(manifest), "data")];
  } catch {
    return []; // left out of this installation: the other places remain
  }
}

/** Not by index alone: every object has a `constructor`. */
function knownDataset(name: string): KnownDataset | undefined {
  return Object.hasOwn(knownDatasets, name) ? knownDatasets[name] : undefined;
}

/**
 * Load a data set known by name, or the folder at a path with files of the usual names.
 *
 * @throws {StateError} when it is in none of its places, naming them all
 * @throws {FormatError} when a file is damaged or not the published one
 */
export async function loadDataset(name: string): Promise<Dataset> {
  const files = await findDatasetFiles(name);
  for (const { path, isAsPublished, md5 } of files.values()) {
    if (isAsPublished !== false) continue;
    throw new FormatError(
      path,
      `must be the published file of ${name} (other checksum)`,
      `md5 ${md5}`,
      "Get the file again: spikefront data fetch.",
    );
  }
  const classes = knownDataset(name)?.classes ?? classesOf(files);
  const part = (images: FileRole, labels: FileRole): ImageSet => {
    const [imageFile, labelFile] = [files.get(images), files.get(labels)] as [FoundFile, FoundFile];
    const set = imageSetFromIdx(
      readIdx(imageFile.bytes, imageFile.path),
      readIdx(labelFile.bytes, labelFile.path),
      { images: imageFile.path, labels: labelFile.path },
      classes.length,
    );
    return { ...set, pixels: shared(set.pixels), labels: shared(set.labels) };
  };
  const [train, test] = [part("trainImages", "trainLabels"), part("testImages", "testLabels")];
  if (String(train.imageShape) !== String(test.imageShape)) {
    const where = (files.get("testImages") as FoundFile).path;
    throw new FormatError(where, `must hold images of ${train.imageShape.join(" × ")}`, test.imageShape);
  }
  const hash = createHash("sha256");
  for (const role of fileRoles) hash.update((files.get(role) as FoundFile).bytes);
  return { name, train, test, classes, sha256: hash.digest("hex") };
}

/** Find, unpack and hash the four files; wrong checksums are told, not thrown. */
export async function findDatasetFiles(name: string): Promise<ReadonlyMap<FileRole, FoundFile>> {
  const known = knownDataset(name);
  const names = known ?? knownDatasets["mnist"];
  const folders = dataFolders(name);
  const folder = folders.find((candidate) =>
    fileRoles.every((role) => findFile(candidate, names, role) !== undefined),
  );
  if (folder === undefined) {
    const wanted = fileRoles.map((role) => names.files[role].name).join(", ");
    const cure =
      known === undefined
        ? `Known data sets are ${Object.keys(knownDatasets).join(", ")}.`
        : `Run: spikefront data fetch ${name}`;
    throw new StateError(
      `data set ${name} must be four idx files (${wanted}; each may end in .gz), but they are in none of:\n  ${folders.join("\n  ")}\n${cure}`,
    );
  }
  const found = new Map<FileRole, FoundFile>();
  for (const role of fileRoles) {
    const path = findFile(folder, names, role) as string;
    const bytes = await gunzip(readFileBytes(path), path);
    const md5 = createHash("md5").update(bytes).digest("hex");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    found.set(role, {
      role,
      path,
      bytes,
      md5,
      sha256,
      isAsPublished: known === undefined ? null : md5 === known.files[role].md5,
    });
  }
  return found;
}

function findFile(folder: string, { files }: KnownDataset, role: FileRole): string | undefined {
  return [join(folder, files[role].name), join(folder, `${files[role].name}.gz`)].find((path) =>
    existsSync(path),
  );
}

/** As many classes as the largest label says, named by number. */
function classesOf(files: ReadonlyMap<FileRole, FoundFile>): readonly string[] {
  let largest = 0;
  for (const role of ["trainLabels", "testLabels"] as const) {
    const { bytes, path } = files.get(role) as FoundFile;
    for (const label of readIdx(bytes, path).values) largest = Math.max(largest, label);
  }
  return Array.from({ length: largest + 1 }, (_, i) => String(i));
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
