// A data set as bytes: a line of JSON that says what follows, then pixels and labels of both parts, compressed.

import { gunzipSync, gzipSync } from "node:zlib";
import { FormatError } from "../base/errors.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";

interface Head {
  readonly schema: "spikefront.data";
  readonly version: 1;
  readonly name: string;
  readonly classes: readonly string[];
  readonly sha256: string;
  readonly parts: readonly (Pick<ImageSet, "count" | "imageShape"> & {
    readonly pixelBytes: number;
    readonly labelBytes: number;
  })[];
}

export function packDataset({ name, classes, sha256, train, test }: Dataset): Uint8Array<ArrayBuffer> {
  const sets = [train, test];
  const head: Head = {
    schema: "spikefront.data",
    version: 1,
    name,
    classes,
    sha256,
    parts: sets.map(({ count, imageShape, pixels, labels }) => ({
      count,
      imageShape,
      pixelBytes: pixels.length,
      labelBytes: labels.length,
    })),
  };
  const pieces = [
    new TextEncoder().encode(`${JSON.stringify(head)}\n`),
    ...sets.flatMap(({ pixels, labels }) => [pixels, labels]),
  ];
  // Equal data must give equal bytes, wherever it is packed: the level is fixed and zlib writes no time.
  return new Uint8Array(gzipSync(Buffer.concat(pieces), { level: 6 }));
}

/** @throws {FormatError} for other bytes */
export function unpackDataset(blob: Uint8Array): Dataset {
  const bytes = gunzipSync(blob);
  const end = bytes.indexOf(10);
  const head = JSON.parse(bytes.subarray(0, end).toString("utf8")) as Head;
  if (head.schema !== "spikefront.data" || head.version !== 1)
    throw new FormatError("a data set of the store", "must be version 1 of spikefront.data", head.schema);
  let from = end + 1;
  const take = (length: number): Uint8Array => {
    // Shared, so that threads need no copies.
    const part = new Uint8Array(new SharedArrayBuffer(length));
    part.set(bytes.subarray(from, from + length));
    from += length;
    return part;
  };
  const [train, test] = head.parts.map(
    ({ count, imageShape, pixelBytes, labelBytes }): ImageSet => ({
      count,
      imageShape,
      pixels: take(pixelBytes),
      labels: take(labelBytes),
    }),
  );
  return { name: head.name, classes: head.classes, sha256: head.sha256, train, test };
}
