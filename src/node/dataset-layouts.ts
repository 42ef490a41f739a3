// How the files of a data set lie in a folder, and how they are read.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../base/errors.ts";
import { cifar10Classes, readCifar10 } from "../data/cifar10.ts";
import type { ImageSet } from "../data/dataset.ts";
import { readIdx } from "../data/idx.ts";
import { imageSetFromIdx } from "../data/image-set.ts";
import { type FileRole, fileRoles, idxDatasets, type KnownDataset } from "../data/known-datasets.ts";

/** What a file holds; batches hold images and labels. */
export type DataRole = FileRole | "trainBatch" | "testBatch";

export interface LocatedFile {
  readonly role: DataRole;
  readonly path: string;
}

/** Unpacked. */
export interface DatasetFile extends LocatedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface DatasetContent {
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly classes: readonly string[];
}

export interface DatasetLayout {
  /** The files wanted, for messages. */
  readonly wanted: string;
  /** The files in a folder, in the order hashes are taken, or null where any is missing. */
  readonly locate: (folder: string) => readonly LocatedFile[] | null;
  /** @param classes - names of the classes, or null to take those the files tell */
  readonly read: (files: readonly DatasetFile[], classes: readonly string[] | null) => DatasetContent;
}

/** All sets of idx files have MNIST's names. */
const idxFiles = idxDatasets["mnist"].files;

export const datasetLayouts: Readonly<Record<KnownDataset["layout"], DatasetLayout>> = {
  idx: {
    wanted: `four idx files (${fileRoles.map((role) => idxFiles[role].name).join(", ")}; each may end in .gz)`,
    locate(folder) {
      const files = fileRoles.flatMap((role) => {
        const stem = join(folder, idxFiles[role].name);
        const path = [stem, `${stem}.gz`].find((candidate) => existsSync(candidate));
        return path === undefined ? [] : [{ role, path }];
      });
      return files.length === fileRoles.length ? files : null;
    },
    read: readIdxFiles,
  },
  cifar10: {
    wanted: "CIFAR-10 batches (data_batch_*.bin and test_batch*.bin; each may end in .gz)",
    locate(folder) {
      const train = batches(folder, /^data_batch_.*\.bin(\.gz)?$/, "trainBatch");
      const test = batches(folder, /^test_batch.*\.bin(\.gz)?$/, "testBatch");
      return train.length > 0 && test.length > 0 ? [...train, ...test] : null;
    },
    read: (files) => ({
      train: readBatches(files, "trainBatch"),
      test: readBatches(files, "testBatch"),
      classes: cifar10Classes,
    }),
  },
};

/** In the order of their names, 2 before 10; of a file that is there packed and unpacked, the latter. */
function batches(folder: string, pattern: RegExp, role: DataRole): readonly LocatedFile[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const isUsed = (name: string): boolean =>
    pattern.test(name) && !(name.endsWith(".gz") && names.includes(name.slice(0, -".gz".length)));
  const order = new Intl.Collator("en", { numeric: true });
  return names
    .filter(isUsed)
    .sort((a, b) => order.compare(a, b))
    .map((name) => ({ role, path: join(folder, name) }));
}

function readBatches(files: readonly DatasetFile[], wanted: DataRole): ImageSet {
  const found = files.filter(({ role }) => role === wanted);
  return readCifar10(
    found.map(({ bytes, path }) => ({ bytes, where: path })),
    allocateShared,
  );
}

function readIdxFiles(files: readonly DatasetFile[], given: readonly string[] | null): DatasetContent {
  const byRole = new Map(files.map((file) => [file.role, file]));
  const file = (role: FileRole): DatasetFile => byRole.get(role) as DatasetFile;
  const classes = given ?? classesOf([file("trainLabels"), file("testLabels")]);
  const part = (images: DatasetFile, labels: DatasetFile): ImageSet => {
    const set = imageSetFromIdx(
      readIdx(images.bytes, images.path),
      readIdx(labels.bytes, labels.path),
      { images: images.path, labels: labels.path },
      classes.length,
    );
    return { ...set, pixels: shared(set.pixels), labels: shared(set.labels) };
  };
  const train = part(file("trainImages"), file("trainLabels"));
  const test = part(file("testImages"), file("testLabels"));
  if (String(train.imageShape) !== String(test.imageShape)) {
    const rule = `must hold images of ${train.imageShape.join(" × ")}`;
    throw new FormatError(file("testImages").path, rule, test.imageShape);
  }
  return { train, test, classes };
}

/** As many classes as the largest label says, named by number. */
function classesOf(labels: readonly DatasetFile[]): readonly string[] {
  let largest = 0;
  for (const { bytes, path } of labels) {
    for (const label of readIdx(bytes, path).values) largest = Math.max(largest, label);
  }
  return Array.from({ length: largest + 1 }, (_, i) => String(i));
}

function allocateShared(sizeBytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(sizeBytes));
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = allocateShared(bytes.length);
  copy.set(bytes);
  return copy;
}
