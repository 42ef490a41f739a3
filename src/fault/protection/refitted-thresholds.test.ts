import assert from "node:assert/strict";
import { test } from "node:test";
import { mnistTrainingImages, trainedMlp } from "../../../test/small-mnist.ts";
import { spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { Forward } from "../../ann/forward.ts";
import { Random } from "../../base/random.ts";
import { collectStatistics } from "../../convert/collect-statistics.ts";
import { ruleFields } from "../../convert/conversion-fields.ts";
import { convertToSnn } from "../../convert/convert-to-snn.ts";
import type { ImageSet } from "../../data/dataset.ts";
import { subset } from "../../data/image-set.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { Model } from "../../model/model.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { resolve } from "../../space/resolve.ts";
import type { Fault } from "../fault.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";
import { bypassedWeights, refitThresholds, refittedThresholds } from "./refitted-thresholds.ts";

const images = mnistTrainingImages();
const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 26 });
const settingsOf = (given = {}) => resolve("refit", refittedThresholds.fields, given);
const spiking = spikingModel(spikingNetworks["convolution, average pool"], {
  seed: 7,
  inference: { steps: 6 },
});
const [firstLayer] = Object.keys(spiking.tensors).filter((name) => name.endsWith(".threshold"));

test("the search finds factors a score peaks at, and tells how many networks it tried", async () => {
  const layers = Object.keys(spiking.tensors).filter((name) => name.endsWith(".threshold"));
  const wanted = layers.map((_, i) => (i % 2 === 0 ? 1.5 : 0.7));
  let calls = 0;
  const accuracyOf = (model: Model): number => {
    calls++;
    const off = layers.map((name, i) =>
      Math.abs(Math.log(model.tensors[name].data[0] / spiking.tensors[name].data[0] / wanted[i])),
    );
    return 1 - Math.max(...off) - 0.01 * off.reduce((a, b) => a + b);
  };
  const settings = settingsOf({ rounds: 4 });
  const { factors, accuracy, accuracyBefore, evaluations } = await refitThresholds({
    model: spiking,
    settings,
    accuracyOf,
  });
  for (const [i, factor] of Object.values(factors).entries())
    assert.ok(Math.abs(Math.log(factor / wanted[i])) < 0.05, `${factor} for ${wanted[i]}`);
  assert.ok(accuracy > accuracyBefore);
  assert.equal(evaluations, calls);
});

test("where nothing is better the network stays as it is, and no factor leaves the reach", async () => {
  const flat = await refitThresholds({ model: spiking, settings: settingsOf(), accuracyOf: () => 0.5 });
  assert.deepEqual(flat.model.tensors, spiking.tensors);
  const settings = settingsOf({ reach: 1.5, rounds: 5 });
  const grows = (model: Model): number => model.tensors[firstLayer].data[0];
  const { factors } = await refitThresholds({ model: spiking, settings, accuracyOf: grows });
  assert.equal(Math.max(...Object.values(factors)), 1.5);
});

test("in integer arithmetic thresholds stay whole and above 0", async () => {
  const arithmetic = { kind: "integer", potentialBits: 32, overflow: "saturate" } as const;
  const inference = { ...(spiking.inference as NonNullable<Model["inference"]>), arithmetic };
  const whole = { ...spiking.tensors, [firstLayer]: { shape: [1], data: Float32Array.of(2) } };
  const model: Model = { ...spiking, inference, tensors: whole };
  const tried: number[] = [];
  const accuracyOf = ({ tensors }: Model): number => {
    tried.push(...tensors[firstLayer].data);
    return -tensors[firstLayer].data[0];
  };
  await refitThresholds({ model, settings: settingsOf({ reach: 16 }), accuracyOf });
  assert.ok(tried.every((value) => Number.isInteger(value) && value >= 1) && tried.includes(1), `${tried}`);
});

test("bypassed weights are 0 and all others as they were; other faults are refused", () => {
  const name = Object.keys(spiking.tensors).find((tensor) => tensor.endsWith(".weight")) as string;
  const layer = name.slice(0, -7);
  const fault: Fault = {
    target: "weight",
    layer,
    element: 2,
    change: { kind: "stuck1", bit: 3 },
    steps: null,
  };
  const sound = spiking.tensors[name].data;
  const expected = sound.slice();
  expected[2] = 0;
  assert.deepEqual(bypassedWeights(spiking, [fault]), { [layer]: expected });
  assert.notEqual(sound[2], 0);
  assert.throws(
    () => bypassedWeights(spiking, [{ ...fault, target: "bias", element: 0 }]),
    /must be weight to be bypassed/,
  );
});

test("an ANN has no thresholds to fit", async () => {
  const ann = trainedMlp(kernels, images, 8);
  await assert.rejects(
    refitThresholds({ model: ann, settings: settingsOf(), accuracyOf: () => 1 }),
    /must have thresholds, but got "ann"/,
  );
});

test("with half of the weights bypassed, refitted thresholds win accuracy back on images not fitted to", async () => {
  const mark = kernels.mark();
  const snn = converted(trainedMlp(kernels, images, 48), subset(images, 0, 300));
  const accuracyOn = (set: ImageSet) => {
    const request = { ...set, firstImage: 0, seed: 0, trial: 0, isCancelled: () => false };
    return (model: Model): number =>
      createSimulator(kernels, model).run({ ...request, boundsPotentials: false }).correctPerStep[7] /
      set.count;
  };
  const settings = settingsOf({ reach: 8, candidates: 3 });
  const accuracyOf = accuracyOn(subset(images, 2500, 500));
  const fresh = accuracyOn(subset(images, 50_000, 1000));
  let gain = 0;
  for (const seed of [3, 4, 5]) {
    const broken = withWeights(snn, bypassedWeights(snn, halfOf(snn, seed)));
    const fitted = await refitThresholds({ model: broken, settings, accuracyOf });
    assert.ok(fitted.accuracy >= fitted.accuracyBefore);
    gain += (fresh(fitted.model) - fresh(broken)) / 3;
  }
  // Three times 1,000 decisions: the standard error of a paired gain is below 0.008.
  assert.ok(gain > 0.01, `${gain} won`);
  kernels.release(mark);
});

/** Half of the weights, drawn. */
function halfOf(model: Model, seed: number): readonly Fault[] {
  const random = new Random({ seed, trial: 0, purpose: "bypass", index: 0 });
  const change = { kind: "stuck1", bit: 30 } as const;
  return ["dense1", "dense2"].flatMap((layer) =>
    Array.from(
      model.tensors[`${layer}.weight`].data,
      (_, element): Fault => ({
        target: "weight",
        layer,
        element,
        change,
        steps: null,
      }),
    ).filter(() => random.uniform() < 0.5),
  );
}

function converted(ann: Model, set: ImageSet): Model {
  const forward = new Forward(kernels, ann, { maximumBatch: 50 });
  const isCancelled = () => false;
  const statistics = collectStatistics({ forward, network: ann.network, ...set, first: 0, isCancelled });
  const inference = { steps: 8, coding: "constant", readout: "membrane", dtMs: 1 } as const;
  return convertToSnn(ann, statistics, resolve("rule", ruleFields, {}), inference);
}

function withWeights(model: Model, weights: StoredWeights): Model {
  const changed = Object.entries(weights).map(([layer, data]) => {
    const name = `${layer}.weight`;
    return [name, { shape: model.tensors[name].shape, data }];
  });
  return { ...model, tensors: { ...model.tensors, ...Object.fromEntries(changed) } };
}
