// Data sets from files: looked for in a stated order of places, checked, shared with all threads.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { FormatError, StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { gunzip } from "../data/gunzip.ts";
import { type KnownDataset, knownDatasets } from "../data/known-datasets.ts";
import { readFileBytes } from "./atomic-file.ts";
import { type DatasetFile, datasetLayouts, type LocatedFile } from "./dataset-layouts.ts";

/** One file of a data set as found. */
export interface FoundFile extends DatasetFile {
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
  const names = [name, ...known.folders];
  const within = (folder: string): string[] => names.map((folderName) => join(folder, folderName));
  if (given) folders.push(...within(given), given);
  if (known.npmPackage !== "") folders.push(...packageFolder(known.npmPackage));
  const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
  const isCheckout = !packageRoot.split(sep).includes("node_modules");
  if (isCheckout) folders.push(...within(join(packageRoot, "..", "shared", "data")));
  const cached = join(dataCacheFolder(), name);
  return [...folders, cached, ...known.folders.map((folderName) => join(cached, folderName))];
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

/** The files of a data set, not yet read. */
export interface LocatedDataset {
  readonly folder: string;
  readonly layout: KnownDataset["layout"];
  readonly files: readonly LocatedFile[];
}

/** The first folder that has all files of a data set, or null. */
export function locateDataset(name: string): LocatedDataset | null {
  for (const folder of dataFolders(name)) {
    for (const layout of layoutsOf(name)) {
      const files = datasetLayouts[layout].locate(folder);
      if (files !== null) return { folder, layout, files };
    }
  }
  return null;
}

function layoutsOf(name: string): readonly KnownDataset["layout"][] {
  const known = knownDataset(name);
  return known === undefined ? ["idx", "cifar10"] : [known.layout];
}

/**
 * Load a data set known by name, or the folder at a path with files of the usual names.
 *
 * @throws {StateError} when it is in none of its places, naming them all
 * @throws {FormatError} when a file is damaged or not the published one
 */
export async function loadDataset(name: string): Promise<Dataset> {
  const { layout, files } = await findDatasetFiles(name);
  for (const { path, isAsPublished, md5 } of files) {
    if (isAsPublished !== false) continue;
    throw new FormatError(
      path,
      `must be the published file of ${name} (other checksum)`,
      `md5 ${md5}`,
      "Get the file again: spikefront data fetch.",
    );
  }
  const content = datasetLayouts[layout].read(files, knownDataset(name)?.classes ?? null);
  const hash = createHash("sha256");
  for (const { bytes } of files) hash.update(bytes);
  return { name, ...content, sha256: hash.digest("hex") };
}

export interface FoundDataset extends LocatedDataset {
  readonly files: readonly FoundFile[];
}

/** Find, unpack and hash the files of a data set; wrong checksums are told, not thrown. */
export async function findDatasetFiles(name: string): Promise<FoundDataset> {
  const located = locateDataset(name);
  if (located === null) throw new StateError(absence(name));
  const files: FoundFile[] = [];
  for (const { role, path } of located.files) {
    const bytes = await gunzip(readFileBytes(path), path);
    const md5 = createHash("md5").update(bytes).digest("hex");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files.push({ role, path, bytes, md5, sha256, isAsPublished: isAsPublished(name, role, md5) });
  }
  return { ...located, files };
}

function isAsPublished(name: string, role: LocatedFile["role"], md5: string): boolean | null {
  const known = knownDataset(name);
  if (known?.layout !== "idx" || role === "trainBatch" || role === "testBatch") return null;
  return md5 === known.files[role].md5;
}

function absence(name: string): string {
  const known = knownDataset(name);
  const wanted = layoutsOf(name).map((layout) => datasetLayouts[layout].wanted);
  const cure =
    known === undefined
      ? `Known data sets are ${Object.keys(knownDatasets).join(", ")}.`
      : known.layout === "idx"
        ? `Run: spikefront data fetch ${name}`
        : `Unpack ${known.archive} into ${join(dataCacheFolder(), name)}.`;
  const places = dataFolders(name).join("\n  ");
  return `data set ${name} must be ${wanted.join(", or ")}, but they are in none of:\n  ${places}\n${cure}`;
}
