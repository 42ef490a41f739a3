// Files with bytes changed, moved, doubled or cut at seeded places, given to the readers their bytes ask for. Every
// one is read, or refused by an error made for users; anything else is a bug.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isExpected } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { fileKind } from "../src/formats/file-kind.ts";
import { readNetworkFile } from "../src/formats/network-file.ts";
import { readPytorchTensors } from "../src/formats/pytorch-tensors.ts";
import { readKeras } from "../src/formats/read-keras.ts";
import { readNir } from "../src/formats/read-nir.ts";
import { readOnnx } from "../src/formats/read-onnx.ts";
import { readSafetensors, writeSafetensors } from "../src/formats/safetensors.ts";
import { onnxFile, randomTensor } from "./onnx-files.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Longest file taken: most of longer ones is weights, which nothing depends on. */
const longest = 400_000;

/** By name: real files of every kind, as far as they are here. */
export function filesToMutate(): ReadonlyMap<string, Bytes> {
  const files = new Map<string, Bytes>();
  for (const folder of ["fixtures/keras", "../../shared/models"]) {
    const at = join(import.meta.dirname, folder);
    if (!existsSync(at)) continue;
    for (const name of readdirSync(at, { recursive: true, encoding: "utf8" }).sort()) {
      if (!/\.(onnx|h5|keras|nir|pt|pth|th)$/.test(name)) continue;
      const bytes = new Uint8Array(readFileSync(join(at, name)));
      if (bytes.length <= longest) files.set(name, bytes);
    }
  }
  const tensors = { "1.weight": { shape: [3, 2], data: new Float32Array(6) } };
  files.set("small.safetensors", writeSafetensors({ metadata: { a: "b" }, tensors }));
  const graph = {
    input: ["N", 2, 8, 8],
    nodes: [
      { op: "Pad", inputs: ["x", "p"], outputs: ["q"] },
      { op: "Conv", inputs: ["q", "w"], outputs: ["c"], attributes: { strides: [2, 2] } },
      { op: "BatchNormalization", inputs: ["c", "s", "s", "s", "s"], outputs: ["n"] },
      { op: "Relu", inputs: ["n"], outputs: ["r"] },
      { op: "MaxPool", inputs: ["r"], outputs: ["m"], attributes: { kernel_shape: [2, 2], ceil_mode: 1 } },
      { op: "Flatten", inputs: ["m"], outputs: ["f"] },
      { op: "Gemm", inputs: ["f", "g"], outputs: ["y"] },
    ],
    constants: {
      p: { dims: [8], data: [0, 0, 1, 1, 0, 0, 1, 1], type: "int64" as const },
      w: randomTensor([3, 2, 3, 3], 1),
      s: { dims: [3], data: [1, 2, 3] },
      g: randomTensor([27, 2], 2),
    },
  };
  files.set("small.onnx", onnxFile(graph));
  return files;
}

export interface MutationCount {
  readonly read: number;
  readonly refused: number;
  /** The one that took longest, in words. */
  readonly slowest: string;
}

/**
 * @param from - index of the first mutation; equal indices are equal mutations
 * @throws {Error} naming the file and the index of a mutation that a reader did not expect
 */
export async function readMutations(options: {
  readonly seed: number;
  readonly from?: number;
  readonly count: number;
}): Promise<MutationCount> {
  const { seed, from = 0, count } = options;
  const files = [...filesToMutate()];
  let [read, refused, longestMs, slowest] = [0, 0, 0, "none"];
  for (let index = from; index < from + count; index++) {
    const [name, bytes] = files[index % files.length];
    const random = new Random({ seed, trial: -1, purpose: "mutated-files", index });
    const mutated = mutatedBytes(bytes, random);
    const begin = performance.now();
    try {
      await readAny(mutated, name);
      read++;
    } catch (error) {
      if (!isExpected(error)) throw new Error(`mutation ${index} of ${name}, seed ${seed}`, { cause: error });
      refused++;
    }
    const tookMs = performance.now() - begin;
    if (tookMs > longestMs)
      [longestMs, slowest] = [tookMs, `${name}, mutation ${index}: ${Math.round(tookMs)} ms`];
  }
  return { read, refused, slowest };
}

async function readAny(bytes: Bytes, name: string): Promise<void> {
  switch (await fileKind(bytes, name)) {
    case "network":
      readNetworkFile(bytes, name);
      return;
    case "onnx":
      await readOnnx(bytes, name);
      return;
    case "keras":
      await readKeras(bytes, name);
      return;
    case "nir":
      await readNir(bytes, name);
      return;
    case "pytorch":
      readPytorchTensors(bytes, name);
      return;
    default:
      readSafetensors(bytes, name);
  }
}

/** One to four changes, most of them where the structure is: near the ends. */
export function mutatedBytes(bytes: Bytes, random: Random): Bytes {
  let changed = bytes.slice();
  for (let changes = 1 + random.integer(4); changes > 0; changes--) changed = change(changed, random);
  return changed;
}

const extremes = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function change(bytes: Bytes, random: Random): Bytes {
  if (bytes.length < 64) return bytes;
  const place = (): number => {
    const within = random.integer(3) === 0 ? bytes.length : Math.min(bytes.length, 4096);
    const from = random.integer(within);
    return random.integer(2) === 0 ? from : bytes.length - 1 - from;
  };
  const at = place();
  const room = bytes.length - at;
  switch (random.integer(8)) {
    case 0:
      bytes[at] = random.integer(256);
      return bytes;
    case 1:
      bytes[at] ^= 1 << random.integer(8);
      return bytes;
    case 2:
    case 3: {
      // A length or an offset, as far as it fits.
      const width = [1, 2, 4, 8][random.integer(4)];
      const value =
        random.integer(3) === 0 ? random.integer(bytes.length) : extremes[random.integer(extremes.length)];
      for (let i = 0; i < Math.min(width, room); i++)
        bytes[at + i] = Math.floor(value / 256 ** Math.min(i, 4)) & 255;
      return bytes;
    }
    case 4:
      bytes.copyWithin(at, place(), Math.min(bytes.length, place() + 64));
      return bytes;
    case 5:
      bytes.fill(0, at, at + 1 + random.integer(32));
      return bytes;
    case 6: {
      const gone = 1 + random.integer(Math.min(16, room));
      const shorter = bytes.slice(0, bytes.length - gone);
      shorter.set(bytes.subarray(at + gone), at);
      return shorter;
    }
    default:
      return random.integer(4) === 0 ? bytes.slice(0, at) : bytes;
  }
}
