// What a shard of a campaign has counted, as JSON: arrays compressed, for most faults change nothing.

import { gunzipSync, gzipSync } from "node:zlib";
import type { Json } from "../study/storage.ts";
import type { MeasuredTrials } from "./measured-trials.ts";

interface PackedTrials {
  readonly trials: number;
  readonly images: number;
  readonly goldenCorrect: number;
  /** uint32, little-endian. gzip, base64 */
  readonly outcomes: string;
  /** float32, little-endian. gzip, base64; "": not asked for */
  readonly margins: string;
}

export function packTrials({ counts, margins }: MeasuredTrials): Json {
  const { outcomes, ...rest } = counts;
  const packed: PackedTrials = { ...rest, outcomes: pack(outcomes), margins: margins ? pack(margins) : "" };
  return { ...packed };
}

export function unpackTrials(packed: Json): MeasuredTrials {
  const { outcomes, margins, ...rest } = packed as unknown as PackedTrials;
  return {
    counts: { ...rest, outcomes: new Uint32Array(unpack(outcomes)) },
    margins: margins === "" ? null : new Float32Array(unpack(margins)),
  };
}

/** As it lies in memory: kernels run on little-endian machines only. */
function pack({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): string {
  return gzipSync(new Uint8Array(buffer, byteOffset, byteLength)).toString("base64");
}

function unpack(text: string): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = gunzipSync(Buffer.from(text, "base64"));
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
