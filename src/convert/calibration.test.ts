// Calibration and diagnosis on small seeded networks, run by the real engines.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { Forward } from "../ann/forward.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, conv2d, dense, flatten, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { calibrateNeurons } from "./calibrate-neurons.ts";
import { calibrateWeights } from "./calibrate-weights.ts";
import { collectStatistics } from "./collect-statistics.ts";
import { adviseOn } from "./conversion-advice.ts";
import { type ConversionSettings, ruleFields } from "./conversion-fields.ts";
import { convertToSnn } from "./convert-to-snn.ts";
import { diagnose } from "./diagnose.ts";
import {
  type CalibrationImages,
  meanActivations,
  meanSpikes,
  watchAnn,
  watchSnn,
} from "./mean-activations.ts";

const kernels = await loadKernels();
const network = sequential(
  "net",
  [1, 8, 8],
  [conv2d({ channels: 4, kernel: 3 }), averagePool(2), relu(), flatten(), dense(12), relu(), dense(4)],
);
const ann = randomAnn(network, 3);
const random = new Random({ seed: 2, trial: -1, purpose: "test-pixels", index: 0 });
const count = 60;
const set: ImageSet = {
  pixels: Uint8Array.from({ length: count * 64 }, () => random.integer(256)),
  labels: Uint8Array.from({ length: count }, () => random.integer(4)),
  imageShape: [1, 8, 8],
  count,
};
const images: CalibrationImages = { kernels, images: set, count, seed: 0, isCancelled: () => false };

function convert(steps: number, change: Partial<ConversionSettings> = {}, of = ann): Model {
  const forward = new Forward(kernels, ann, { maximumBatch: 20 });
  const statistics = collectStatistics({ forward, network, ...set, first: 0, isCancelled: () => false });
  const settings = resolve("rule", ruleFields, change);
  return convertToSnn(of, statistics, settings, { steps, coding: "constant", readout: "membrane", dtMs: 1 });
}

/** Mean absolute error of the neurons' mean rates, by layer. */
function meanErrors(snn: Model): readonly number[] {
  const wanted = meanActivations(ann, images);
  const steps = snn.inference?.steps ?? 1;
  return [...wanted].map(([id, means]) => {
    const spikes = meanSpikes(snn, id, images);
    const bound = snn.tensors[`${id}.bound`].data[0];
    return (
      means.reduce((sum, mean, i) => sum + Math.abs(mean - (bound * spikes[i]) / steps), 0) / means.length
    );
  });
}

for (const what of ["calibrateBias", "calibratePotential"] as const) {
  test(`${what} brings mean rates nearer to mean activations in every layer`, () => {
    const flags = { calibrateBias: false, calibratePotential: false, [what]: true };
    // A start that resets throw away, or a leak forgets, cannot mend as much as a bias.
    const lossy = what === "calibrateBias" ? [{ reset: "zero" as const }, { neuron: "lif" as const }] : [];
    for (const change of [{ initialPotential: 0 }, { initialPotential: 0.9 }, ...lossy]) {
      const snn = convert(6, change);
      const before = meanErrors(snn);
      const after = meanErrors(calibrateNeurons(snn, ann, flags, images));
      for (const [l, error] of after.entries()) {
        assert.ok(error < 0.8 * before[l], `${JSON.stringify(change)} layer ${l}: ${before[l]} to ${error}`);
      }
    }
  });
}

test("calibration leaves weights, thresholds and the given network alone, and says what it did", () => {
  const snn = convert(4);
  const copy = structuredClone(snn);
  const calibrated = calibrateNeurons(snn, ann, { calibrateBias: true, calibratePotential: true }, images);
  assert.deepEqual(snn, copy);
  for (const [name, tensor] of Object.entries(snn.tensors)) {
    if (!/bias|initialPotential/.test(name)) assert.equal(calibrated.tensors[name], tensor);
  }
  assert.match(
    calibrated.provenance.history.at(-1) ?? "",
    /biases and initial potentials .* 60 training images/,
  );
});

test("trained weights bring every layer nearer to the ANN on the images they are trained on", () => {
  const change = { initialPotential: 0.2, percentile: 97 };
  const plain = (model: Model): Model => convert(3, change, model);
  const trained = calibrateWeights(ann, { convert: plain, head: 0.2 }, images);
  /** Mean squared error of the activations that spikes stand for. */
  const errors = (snn: Model): readonly number[] => {
    const wanted = new Map<string, Float32Array>();
    watchAnn(ann, images, (id, values, first) => {
      const all = wanted.get(id) ?? new Float32Array((values.length / Math.min(50, count - first)) * count);
      wanted.set(id, all);
      all.set(values, (all.length / count) * first);
    });
    const sums = new Map<string, number>();
    watchSnn(snn, images, ({ layer, firstImage, neurons, counts }) => {
      const unit = snn.tensors[`${layer}.bound`].data[0] / 3;
      const own = wanted.get(layer) ?? new Float32Array(0);
      const sum = counts.reduce((s, n, k) => s + (own[firstImage * neurons + k] - unit * n) ** 2, 0);
      sums.set(layer, (sums.get(layer) ?? 0) + sum);
    });
    return [...sums.values()];
  };
  const [before, after] = [errors(plain(ann)), errors(plain(trained))];
  assert.equal(before.length, 2);
  // The convolution's sums are pooled before its relu: its weights stay.
  assert.equal(trained.tensors["conv2d1.weight"], ann.tensors["conv2d1.weight"]);
  assert.equal(after[0], before[0]);
  assert.ok(after[1] < 0.9 * before[1], `${before[1]} to ${after[1]}`);
  assert.match(trained.provenance.history.at(-1) ?? "", /weights changed: dense1 trained/);
});

test("a layer without bias gains one", () => {
  const bare = {
    ...ann,
    network: {
      ...network,
      layers: network.layers.map((layer) => (layer.kind === "dense" ? { ...layer, bias: false } : layer)),
    },
  };
  const tensors = Object.fromEntries(
    Object.entries(ann.tensors).filter(([name]) => !/^dense.*bias/.test(name)),
  );
  const snn = convert(4);
  const without: Model = {
    ...snn,
    network: {
      ...snn.network,
      layers: snn.network.layers.map((layer) => (layer.kind === "dense" ? { ...layer, bias: false } : layer)),
    },
    tensors: Object.fromEntries(Object.entries(snn.tensors).filter(([name]) => !/^dense.*bias/.test(name))),
  };
  const flags = { calibrateBias: true, calibratePotential: false };
  const calibrated = calibrateNeurons(without, { ...bare, tensors }, flags, images);
  assert.equal(calibrated.tensors["dense1.bias"].data.length, 12);
  assert.ok(
    calibrated.network.layers.some((layer) => layer.id === "dense1" && layer.kind === "dense" && layer.bias),
  );
});

test("the first layer inherits nothing and its charge comes evenly; many steps leave little of any error", () => {
  const few = diagnose(convert(4), ann, 0.5, images);
  const many = diagnose(convert(512), ann, 0.5, images);
  assert.equal(few.layers[0].unevenness, 0);
  assert.equal(few.layers[0].inherited, 0);
  assert.ok(few.layers[1].flooring > 0.02 && few.layers[1].correlation < many.layers[1].correlation);
  for (const { flooring, inherited, unevenness, correlation } of many.layers) {
    assert.ok(flooring < 0.01 && (inherited ?? 1) < 0.05 && unevenness < 0.02 && correlation > 0.98);
  }
  assert.equal(many.stepsWithinOnePoint !== null, true);
});

test("a bound that is too low is called by its name", () => {
  const change = { percentile: 90, thresholdFactor: 0.3 };
  const diagnosis = diagnose(convert(32, change), ann, 0.5, images);
  const advice = adviseOn(diagnosis, resolve("rule", ruleFields, change));
  assert.ok(diagnosis.layers[0].clippedShare > 0.3);
  assert.match(
    advice.layers["relu1"],
    /layer relu1 clips \d+ % of its activations.*raise the percentile or use mmse/,
  );
});

test("a start at zero is advised against where the grid costs most", () => {
  const change = { initialPotential: 0, normalisation: "max" } as const;
  const advice = adviseOn(diagnose(convert(4, change), ann, 0, images), resolve("rule", ruleFields, change));
  assert.match(Object.values(advice.layers).join(" "), /start at half the threshold|never fire/);
});

test("a reset that drops charge is advised against", () => {
  const change = { reset: "zero", percentile: 100 } as const;
  const advice = adviseOn(
    diagnose(convert(64, change), ann, 0.5, images),
    resolve("rule", ruleFields, change),
  );
  assert.match(Object.values(advice.layers).join(" "), /resets to zero drop charge: use reset subtract/);
});

test("what a spike code makes of the input is told of the first layer", () => {
  const forward = new Forward(kernels, ann, { maximumBatch: 20 });
  const statistics = collectStatistics({ forward, network, ...set, first: 0, isCancelled: () => false });
  const settings = resolve("rule", ruleFields, {});
  const inference = { steps: 64, coding: "latency", readout: "membrane", dtMs: 1 } as const;
  const snn = convertToSnn(ann, statistics, settings, inference);
  const advice = adviseOn(diagnose(snn, ann, 0.5, images), settings);
  assert.match(advice.layers["relu1"], /relu1 is off by \d+ % because the latency code gives it other sums/);
});

test("within one point is where the accuracy stays there, not where it first gets", () => {
  const diagnosis = diagnose(convert(24), ann, 0.5, images);
  const enough = diagnosis.annCorrect - count / 100;
  const from = diagnosis.stepsWithinOnePoint;
  const kept = diagnosis.correctPerStep.slice((from ?? 1) - 1).every((correct) => correct >= enough);
  assert.ok(from === null ? (diagnosis.correctPerStep.at(-1) ?? 0) < enough : kept);
  if (from !== null && from > 1) assert.ok(diagnosis.correctPerStep[from - 2] < enough);
});
