// A trained ResNet-20 of another framework, on photographs it has not seen.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type Classified, classify } from "../ann/classify.ts";
import { Forward } from "../ann/forward.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { cifar10Classes, readCifar10 } from "../data/cifar10.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { normalisedBy } from "../model/preprocessing.ts";
import { residualNetwork } from "../model/resnet.ts";
import { readPytorchTensors } from "./pytorch-tensors.ts";
import { modelFromStateDict } from "./state-dict.ts";

const shared = join(import.meta.dirname, "../../../shared");
const file = join(shared, "models/cifar10-resnet/resnet20-12fca82f.th");
const images = join(shared, "data/cifar10-subset/test_batch.first1000.bin.gz");

test("ResNet-20 classifies the first 1,000 CIFAR-10 test images as well as in PyTorch, batch norm folded too", {
  skip: existsSync(file) && existsSync(images) ? false : `${shared} is not here`,
}, async () => {
  const { network, fixed } = residualNetwork({ depth: 20 });
  const model = modelFromStateDict(readPytorchTensors(readFileSync(file), file), network, {
    preprocessing: normalisedBy([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    classes: cifar10Classes,
    fixed,
  });
  const set = readCifar10([{ bytes: gunzipSync(readFileSync(images)), where: images }]);
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 28 });
  const run = (one: Model, count: number): Classified => {
    const mark = kernels.mark();
    const result = classify(new Forward(kernels, one, { maximumBatch: 50 }), {
      ...set,
      count,
      isCancelled: () => false,
    });
    kernels.release(mark);
    return result;
  };
  const asRead = run(model, set.count);
  // PyTorch's own count with this file and these images.
  assert.equal(asRead.correct, 915);
  const folded = run(foldBatchNorm(model), 200);
  assert.deepEqual(folded.predictions, asRead.predictions.subarray(0, 200));
});
