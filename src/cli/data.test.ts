import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileRoles, idxDatasets } from "../data/known-datasets.ts";
import type { CommandContext } from "./command.ts";
import { checkDataName, dataVerify, findDataFolder } from "./data.ts";

const folder = mkdtempSync(path.join(tmpdir(), "data-"));
after(() => rmSync(folder, { recursive: true }));

/** A data set of our own: 12 training and 3 test images of 2 × 2 in three classes. */
function writeDataset(
  name: string,
  change: (file: string, bytes: Buffer) => Buffer = (_, bytes) => bytes,
): string {
  const place = path.join(folder, name);
  mkdirSync(place);
  for (const [role, count] of [
    ["train", 12],
    ["t10k", 3],
  ] as const) {
    const images = Buffer.concat([header(3, [count, 2, 2]), Buffer.alloc(count * 4, 7)]);
    const labels = Buffer.concat([
      header(1, [count]),
      Buffer.from(Array.from({ length: count }, (_, i) => i % 3)),
    ]);
    for (const [file, bytes] of [
      [`${role}-images-idx3-ubyte`, images],
      [`${role}-labels-idx1-ubyte`, labels],
    ] as const) {
      writeFileSync(path.join(place, file), change(file, bytes));
    }
  }
  return place;
}

function header(rank: number, sizes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * rank);
  bytes.set([0, 0, 8, rank]);
  sizes.forEach((size, i) => {
    bytes.writeUInt32BE(size, 4 + 4 * i);
  });
  return bytes;
}

async function verify(place: string) {
  const lines: string[] = [];
  const terminal = { write: (line: string) => lines.push(line), progress: () => {} };
  const context = { operands: [place], terminal, signal: new AbortController().signal };
  const result = await dataVerify.run(context as unknown as CommandContext<Record<never, never>>);
  return {
    lines,
    result: result as unknown as { ok: boolean; datasets: { counts: Record<string, number[]> }[] },
  };
}

test("a sound folder is verified with its classes counted by split", async () => {
  const { lines, result } = await verify(writeDataset("sound"));
  assert.equal(result.ok, true);
  // A sixth of a small training set is validation: its last 2 images.
  assert.deepEqual(result.datasets[0].counts, { train: [4, 3, 3], validation: [0, 1, 1], test: [1, 1, 1] });
  assert.ok(lines.some((line) => /no published checksum/.test(line)));
});

test("a truncated file makes the verification fail and is named with what is wrong", async () => {
  const cut = (file: string, bytes: Buffer) =>
    file === "t10k-images-idx3-ubyte" ? bytes.subarray(0, -1) : bytes;
  const { lines, result } = await verify(writeDataset("truncated", cut));
  assert.equal(result.ok, false);
  assert.match(lines[0], /NOT SOUND: .*t10k-images-idx3-ubyte/);
});

test("a name that is neither known nor a folder is refused with the nearest known one", () => {
  assert.throws(() => checkDataName("fashion-mnits"), {
    name: "UsageError",
    message: /Did you mean fashion-mnist\?/,
  });
  assert.throws(() => checkDataName("constructor"), { name: "UsageError" });
  assert.equal(checkDataName(folder), folder);
});

test("a known data set counts as found only where all four files are", () => {
  const given = process.env["SPIKEFRONT_DATA"];
  const known = idxDatasets["fashion-mnist"];
  try {
    process.env["SPIKEFRONT_DATA"] = writeDataset("given");
    assert.equal(findDataFolder(known), process.env["SPIKEFRONT_DATA"]);
    rmSync(path.join(process.env["SPIKEFRONT_DATA"], known.files[fileRoles[3]].name));
    assert.notEqual(findDataFolder(known), process.env["SPIKEFRONT_DATA"]);
  } finally {
    if (given === undefined) delete process.env["SPIKEFRONT_DATA"];
    else process.env["SPIKEFRONT_DATA"] = given;
  }
});
