import assert from "node:assert/strict";
import { test } from "node:test";
import { readEventNetworkFile, writeEventNetworkFile } from "./event-network-file.ts";
import { fileKind } from "./file-kind.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const file = {
  parts: {
    network: { inputShape: [2] },
    coding: {},
    decoding: "count",
    classes: ["a"],
    training: {},
    provenance: { seed: 3 },
  },
  tensors: { "only.weight": { shape: [1, 2], data: Float32Array.of(1, -2) } },
};
const bytes = writeEventNetworkFile(file);

test("what is written is read again, and known by its bytes", async () => {
  assert.deepEqual(readEventNetworkFile(bytes, "x"), file);
  assert.equal(await fileKind(bytes, "x"), "event-network");
});

test("other files, other versions and missing or torn parts are refused with what is wrong", () => {
  const { metadata, tensors } = readSafetensors(bytes, "x");
  const changed = (changes: Readonly<Record<string, string>>): Uint8Array =>
    writeSafetensors({ metadata: { ...metadata, ...changes }, tensors });
  const { coding: _, ...without } = metadata;
  for (const [wrong, message] of [
    [
      changed({ schema: "spikefront.network" }),
      /must be a spikefront.event-network file, but got "spikefront.network"/,
    ],
    [changed({ version: "9" }), /must have version 1 of spikefront.event-network, but got "9"/],
    [writeSafetensors({ metadata: without, tensors }), /must have coding, but got "nothing"/],
    [changed({ training: "{" }), /metadata training must be JSON/],
  ] as const) {
    assert.throws(() => readEventNetworkFile(wrong, "x"), { name: "FormatError", message });
  }
});
