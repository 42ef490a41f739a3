// `data list` and `data verify`: which data sets are here, and whether they are what they should be.

import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../base/errors.ts";
import type { SplitName } from "../data/dataset.ts";
import { countClasses, splitOf } from "../data/image-set.ts";
import { type KnownDataset, knownDatasets } from "../data/known-datasets.ts";
import {
  dataCacheFolder,
  dataFolders,
  type FoundFile,
  findDatasetFiles,
  loadDataset,
  locateDataset,
} from "../node/dataset-files.ts";
import { madeDatasets } from "../node/event-data.ts";
import { recordingFolders } from "../node/recorded-data.ts";
import { recordedSets } from "../recordings/recorded-sets.ts";
import { closest } from "../space/closest.ts";
import { command } from "./command.ts";
import { formatSize } from "./memory-size.ts";

const splits: readonly SplitName[] = ["train", "validation", "test"];
const out = "not used by this command";

export const dataList = command({
  name: "data list",
  about: "Show the known data sets and where each was found.",
  out,
  operands: [],
  options: {},
  resources: [],
  examples: ["spikefront data list"],
  async run({ terminal }) {
    const datasets = Object.values(knownDatasets).map((known) => ({
      name: known.name,
      about: known.about,
      licence: known.licence,
      folder: findDataFolder(known),
      places: dataFolders(known.name),
    }));
    for (const { name, about, licence, folder } of datasets) {
      terminal.write(`${name}: ${about}; ${licence}`);
      terminal.write(folder === null ? `  not here. ${howToGet(knownDatasets[name])}` : `  ${folder}`);
    }
    const made = Object.entries(madeDatasets).map(([name, { about }]) => ({ name, about }));
    for (const { name, about } of made) {
      terminal.write(`${name}: ${about}; for event networks\n  made, not loaded`);
    }
    const recorded = Object.entries(recordedSets).map(([name, { about, wanted }]) => {
      const places = recordingFolders(name);
      return { name, about, wanted, folder: places.find((place) => existsSync(place)) ?? null, places };
    });
    for (const { name, about, wanted, folder } of recorded) {
      terminal.write(`${name}: ${about}; recordings, for train --method surrogate`);
      terminal.write(
        folder === null ? `  not here. Name a folder with --data-folder: ${wanted}.` : `  ${folder}`,
      );
    }
    terminal.write(
      "Any folder with the four idx files of the usual names is a data set, too, or one with CIFAR-10's binary batches.",
    );
    return { datasets, made, recorded };
  },
});

export const dataVerify = command({
  name: "data verify",
  about: "Check a data set's files and count its classes.",
  details: [
    "Without a name, every known data set that is here is checked. Exits with 1 when one is not sound.",
  ],
  out,
  operands: [
    {
      name: "dataset",
      about: "a known name, or a folder with four idx files or CIFAR-10 batches",
      isOptional: true,
    },
  ],
  options: {},
  resources: [],
  examples: [
    "spikefront data verify",
    "spikefront data verify mnist",
    "spikefront data verify ./my-data --json",
  ],
  async run({ operands, terminal, signal }) {
    const here = Object.values(knownDatasets).filter((known) => findDataFolder(known) !== null);
    const names = operands.length > 0 ? operands.map(checkDataName) : here.map(({ name }) => name);
    const datasets = [];
    for (const name of names) {
      if (signal.aborted) break;
      terminal.progress({ phase: `verify ${name}` });
      const report = await verify(name);
      for (const line of describeVerification(report)) terminal.write(line);
      datasets.push(report);
    }
    if (names.length === 0) terminal.write("No known data set is here. See: spikefront data list");
    return { ok: datasets.every(({ ok }) => ok), datasets };
  },
});

/** The folder a known data set would be read from, or null when it is in none of its places. */
export function findDataFolder(known: KnownDataset): string | null {
  return locateDataset(known.name)?.folder ?? null;
}

/** One sentence. */
export function howToGet(known: KnownDataset): string {
  if (known.layout === "idx") return `Get it with: spikefront data fetch ${known.name}`;
  return `Unpack ${known.archive} into ${path.join(dataCacheFolder(), known.name)}.`;
}

/**
 * A known name or an existing path, as it is.
 *
 * @throws {UsageError} for anything else
 */
export function checkDataName(name: string): string {
  if (Object.hasOwn(knownDatasets, name) || existsSync(name)) return name;
  const known = Object.keys(knownDatasets);
  const guess = closest(name, known);
  throw new UsageError(
    `The data set must be one of ${known.join(", ")} or a folder, but got ${JSON.stringify(name)}.` +
      (guess === undefined ? "" : ` Did you mean ${guess}?`),
  );
}

interface Verification {
  readonly name: string;
  readonly ok: boolean;
  readonly files: readonly (Omit<FoundFile, "bytes"> & { readonly sizeBytes: number })[];
  readonly classes: readonly string[];
  /** Images of each class, by split; null when a file is not sound. */
  readonly counts: Readonly<Record<SplitName, readonly number[]>> | null;
  /** SHA-256 over all files, as the studies record it. */
  readonly sha256: string | null;
  /** What is wrong, or "". */
  readonly error: string;
}

async function verify(name: string): Promise<Verification> {
  const { files: found } = await findDatasetFiles(name);
  const files = found.map(({ bytes, ...file }) => ({ ...file, sizeBytes: bytes.length }));
  try {
    const dataset = await loadDataset(name);
    const { classes, sha256 } = dataset;
    const count = (split: SplitName) => countClasses(splitOf(dataset, split), classes.length);
    const counts = { train: count("train"), validation: count("validation"), test: count("test") };
    return { name, ok: true, files, classes, counts, sha256, error: "" };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "FormatError") throw error;
    return { name, ok: false, files, classes: [], counts: null, sha256: null, error: error.message };
  }
}

function describeVerification({ name, ok, files, classes, counts, sha256, error }: Verification): string[] {
  const lines = [`${name}: ${ok ? "sound" : `NOT SOUND: ${error}`}`];
  for (const { path: file, sizeBytes, md5, sha256: hash, isAsPublished } of files) {
    const verdict =
      isAsPublished === null ? "no published checksum" : isAsPublished ? "as published" : "NOT AS PUBLISHED";
    lines.push(
      `  ${file}`,
      `    ${formatSize(sizeBytes)} (${sizeBytes}), ${verdict}`,
      `    md5 ${md5}`,
      `    sha256 ${hash}`,
    );
  }
  if (counts === null) return lines;
  const width = Math.max(...classes.map((word) => word.length), "class".length);
  const row = (head: string, cells: readonly (string | number)[]) =>
    `  ${head.padEnd(width)}${cells.map((cell) => String(cell).padStart(12)).join("")}`;
  const sum = (all: readonly number[]) => all.reduce((total, count) => total + count, 0);
  lines.push(row("class", splits));
  for (const [i, word] of classes.entries())
    lines.push(
      row(
        word,
        splits.map((split) => counts[split][i]),
      ),
    );
  lines.push(
    row(
      "all",
      splits.map((split) => sum(counts[split])),
    ),
    `  sha256 of all: ${sha256}`,
  );
  return lines;
}
