import assert from "node:assert/strict";
import { test } from "node:test";
import { faultModelContract } from "../../test/contracts/fault-model.ts";
import { randomAnn } from "../../test/scalar-networks.ts";
import { spikingModel } from "../../test/spiking-models.ts";
import { conv2d, dense, flatten, neuron, relu, sequential } from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Dose } from "./dose.ts";
import type { FaultModel } from "./fault-model.ts";
import { faultSites } from "./fault-sites.ts";
import { faults } from "./faults.ts";
import { changeValue } from "./number-format.ts";
import { struckModel } from "./struck-model.ts";

const ann = randomAnn(
  sequential("ann", [1, 6, 6], [conv2d({ channels: 3, kernel: 3 }), relu(), flatten(), dense(10)]),
  1,
);
const spiking = sequential(
  "snn",
  [1, 6, 6],
  [
    conv2d({ channels: 3, kernel: 3 }),
    neuron({ model: "lif" }),
    flatten(),
    dense(10),
    neuron({ model: "lif", semantics: "norse" }),
  ],
);

/** One leak and threshold for each neuron, so that there are enough of them to count. */
function byNeuron(model: Model): Model {
  const filled = (length: number, value: number): Tensor => ({
    shape: [length],
    data: new Float32Array(length).fill(value),
  });
  const tensors = {
    ...model.tensors,
    "neuron1.threshold": filled(48, 50),
    "neuron1.leak": filled(48, 0.9),
    "neuron2.rate": filled(10, 0.5),
  };
  return { ...model, tensors };
}
const snn = byNeuron(spikingModel(spiking, { seed: 2, inference: { coding: "rate", steps: 7 } }));
const key = { seed: 3, trial: 0, purpose: "faults-test", index: 0 };
const all: Dose = { kind: "rate", rate: 1 };

for (const [name, fault] of Object.entries(faults)) {
  test(`${name} is registered under its name`, () => assert.equal(fault.name, name));
  faultModelContract(fault, {
    "a float32 ANN": ann,
    "an SNN of int8 codes": snn,
    "an SNN of float32 weights": byNeuron(
      spikingModel(spiking, { seed: 2, weights: "float32", inference: { coding: "latency", steps: 4 } }),
    ),
  });
}

/** What a fault model makes of all weights of the SNN. */
function struckWeights(fault: FaultModel, settings = {}): ArrayLike<number> {
  const sites = faultSites(snn, { targets: ["weight"], layers: ["dense1"] });
  const list = fault.draw({ model: snn, sites, dose: all, settings }, key);
  return struckModel(snn, list).tensors["dense1.weight"].data;
}
const codes = snn.tensors["dense1.weight"].data;

test("bits, neurons and synapses are struck as their names say", () => {
  const change = (fault: FaultModel, target: "spike" | "weight") =>
    fault.draw({ model: snn, sites: faultSites(snn, { targets: [target] }), dose: all }, key)[0].change;
  assert.deepEqual(change(faults["bit-flip"], "weight"), { kind: "flip", bit: 0 });
  assert.deepEqual(change(faults["stuck-at-0"], "weight"), { kind: "stuck0", bit: 0 });
  assert.deepEqual(change(faults["stuck-at-1"], "weight"), { kind: "stuck1", bit: 0 });
  assert.deepEqual(change(faults["dead-neuron"], "spike"), { kind: "stuck0", bit: 0 });
  assert.deepEqual(change(faults["saturated-neuron"], "spike"), { kind: "stuck1", bit: 0 });
  assert.deepEqual(change(faults["dead-synapse"], "weight"), { kind: "set", value: 0 });
  assert.ok(Array.from(struckWeights(faults["dead-synapse"])).every((weight) => weight === 0));
});

test("a neuron stuck at a rate fires in that share of the steps, evenly, and nowhere else", () => {
  const sites = faultSites(snn, { targets: ["spike"], layers: ["neuron2"] });
  for (const [share, spikes] of [
    [0, []],
    [1 / 7, [6]],
    [0.5, [1, 3, 5]],
    [1, [0, 1, 2, 3, 4, 5, 6]],
  ] as const) {
    const list = faults["stuck-neuron"].draw({ model: snn, sites, dose: all, settings: { share } }, key);
    for (const { element, change, steps } of list) {
      assert.ok(element < 10);
      const silent = [0, 1, 2, 3, 4, 5, 6].filter((step) => !(spikes as readonly number[]).includes(step));
      assert.deepEqual(steps, change.kind === "stuck1" ? spikes : silent);
    }
    assert.equal(list.length, 10 * (spikes.length % 7 === 0 ? 1 : 2));
  }
});

test("saturated synapses lie just beyond Tukey's fences", () => {
  const eight: Model = {
    ...snn,
    tensors: {
      ...snn.tensors,
      "conv2d1.weight": { shape: [1, 1, 2, 4], data: Int8Array.of(4, 1, 6, 3, 2, 7, 5, 0) },
    },
  };
  const sites = [{ target: "weight", layer: "conv2d1", elements: 8, bits: 8, format: "int8" } as const];
  const values = (settings: object) =>
    faults["saturated-synapse"]
      .draw({ model: eight, sites, dose: all, settings: settings as Record<string, unknown> }, key)
      .map(({ change }) => change.kind === "set" && change.value);
  // Quartiles of 0 … 7 with interpolation are 1.75 and 5.25: fences −3.5 and 10.5.
  assert.deepEqual(new Set(values({ side: "low" })), new Set([-5]));
  assert.deepEqual(new Set(values({ side: "high" })), new Set([12]));
  assert.deepEqual(new Set(values({ side: "high", reach: 3 })), new Set([17]));
  assert.deepEqual(new Set(values({})), new Set([-5, 12]));
});

test("stuck synapses hold a share of the layer's largest weight", () => {
  const largest = Math.max(...Array.from(codes, Math.abs));
  const struck = struckWeights(faults["stuck-synapse"], { share: -0.5 });
  const wanted = changeValue("int8", 0, { kind: "set", value: -0.5 * largest });
  assert.ok(Array.from(struck).every((weight) => weight === wanted));
});

test("factors are uniform in their range, and a range upside down is refused", () => {
  for (const [name, target, layer] of [
    ["perturbed-synapse", "weight", "dense1"],
    ["threshold-drift", "threshold", "neuron1"],
    ["leak-drift", "leak", "neuron1"],
  ] as const) {
    const sites = faultSites(snn, { targets: [target], layers: [layer] });
    const request = { model: snn, sites, dose: all, settings: { low: 0.5, high: 0.9 } };
    const factors = faults[name]
      .draw(request, key)
      .map(({ change }) => (change.kind === "scale" ? change.factor : 0));
    assert.ok(factors.every((factor) => factor >= 0.5 && factor < 0.9));
    const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
    assert.ok(Math.abs(mean - 0.7) < (5 * 0.4) / Math.sqrt(12 * factors.length), `${name} ${mean}`);
    assert.throws(
      () => faults[name].draw({ ...request, settings: { low: 0.9, high: 0.5 } }, key),
      /settings\.low must be at most settings\.high \(0\.5\), but got 0\.9/,
    );
  }
});

test("a time constant drifts by one factor, whatever it is stored as", () => {
  const sites = faultSites(snn, { targets: ["leak"] });
  const settings = { low: 2, high: 2 };
  const struck = struckModel(
    snn,
    faults["time-constant-drift"].draw({ model: snn, sites, dose: all, settings }, key),
  );
  // λ = e^(−1/τ): twice the τ is the square root of λ; half the rate.
  assert.equal(
    struck.tensors["neuron1.leak"].data[5],
    Math.fround(Math.sqrt(snn.tensors["neuron1.leak"].data[5])),
  );
  assert.equal(struck.tensors["neuron2.rate"].data[5], 0.25);
  const { "neuron2.rate": rate, ...others } = snn.tensors;
  const timed: Model = {
    ...snn,
    tensors: { ...others, "neuron2.timeConstant": { ...rate, data: rate.data.map(() => 4) } },
  };
  for (const [factor, wanted] of [
    [2, 8],
    [0.1, 1],
  ]) {
    const request = { model: timed, sites, dose: all, settings: { low: factor, high: factor } };
    const drifted = struckModel(timed, faults["time-constant-drift"].draw(request, key));
    assert.equal(drifted.tensors["neuron2.timeConstant"].data[5], wanted);
  }
});

test("mixtures have the shares of SpikeFI, within five standard deviations", () => {
  const near = (drawn: number, trials: number, share: number): void =>
    assert.ok(
      Math.abs(drawn - trials * share) < 5 * Math.sqrt(trials * share * (1 - share)),
      `${drawn} of ${trials}`,
    );
  const sites = faultSites(snn, { targets: ["spike"] });
  const kinds = { stuck0: 0, stuck1: 0, train: 0 };
  for (let index = 0; index < 150; index++) {
    const list = faults["random-neuron"].draw({ model: snn, sites, dose: all }, { ...key, index });
    for (const { change, steps } of list) {
      if (steps === null && (change.kind === "stuck0" || change.kind === "stuck1")) kinds[change.kind]++;
    }
  }
  near(kinds.stuck0, 150 * 58, 4 / 6);
  near(kinds.stuck1, 150 * 58, 1 / 6);
  const synapses = faultSites(snn, { targets: ["weight"] });
  const list = faults["random-synapse"].draw({ model: snn, sites: synapses, dose: all }, key);
  near(list.filter(({ change }) => change.kind === "set").length, list.length, 2 / 3);
});

test("Gaussian and multiplicative variation have the spread they are told", () => {
  const spread = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  const sites = faultSites(snn, { targets: ["weight"], layers: ["dense1"] });
  const draw = (name: "gaussian-weight" | "multiplicative-weight", settings: Record<string, unknown>) =>
    faults[name].draw({ model: snn, sites, dose: all, settings }, key).map(({ change }) => change);
  const weights = Array.from(codes);
  const mean = weights.reduce((sum, x) => sum + x / weights.length, 0);
  const scales = {
    range: Math.max(...weights) - Math.min(...weights),
    standardDeviation: spread(weights.map((x) => x - mean)),
  };
  // The standard deviation of a standard deviation from n normal numbers is about 1/√(2n).
  const tolerance = 5 / Math.sqrt(2 * weights.length);
  for (const [scale, size] of Object.entries(scales)) {
    const amounts = draw("gaussian-weight", { sigma: 0.1, scale }).map((change) =>
      change.kind === "add" ? change.amount : 9e9,
    );
    assert.ok(Math.abs(spread(amounts) / (0.1 * size) - 1) < tolerance);
  }
  const factors = draw("multiplicative-weight", { sigma: 0.2 }).map((change) =>
    change.kind === "scale" ? change.factor - 1 : 9e9,
  );
  assert.ok(Math.abs(spread(factors) / 0.2 - 1) < tolerance);
  const logs = draw("multiplicative-weight", { sigma: 0.2, distribution: "logNormal" });
  const logarithms = logs.map((change) => Math.log(change.kind === "scale" ? change.factor : 9e9));
  assert.ok(Math.abs(spread(logarithms) / 0.2 - 1) < tolerance);
});

test("two models under one key and dose strike the same places", () => {
  const sites = faultSites(snn, { targets: ["weight"] });
  const dose: Dose = { kind: "rate", rate: 0.1 };
  const places = (name: keyof typeof faults) =>
    faults[name].draw({ model: snn, sites, dose }, key).map(({ layer, element }) => `${layer} ${element}`);
  assert.deepEqual(places("dead-synapse"), places("gaussian-weight"));
  assert.deepEqual(places("dead-synapse"), places("random-synapse"));
});

test("layers and targets of one size are struck and changed each in their own way", () => {
  const sizes = { elements: 200, bits: 8, format: "int8" } as const;
  const twins: Model = {
    ...snn,
    tensors: {
      ...snn.tensors,
      "conv2d1.weight": { shape: [200], data: new Int8Array(200) },
      "dense1.weight": { shape: [200], data: new Int8Array(200) },
    },
  };
  const sites = [
    { target: "weight", layer: "conv2d1", ...sizes },
    { target: "weight", layer: "dense1", ...sizes },
    { target: "bias", layer: "dense1", ...sizes },
  ] as const;
  const struck = faults["bit-flip"].draw({ model: twins, sites, dose: { kind: "rate", rate: 0.1 } }, key);
  const places = sites.map((own) =>
    struck
      .filter(({ target, layer }) => target === own.target && layer === own.layer)
      .map(({ element, change }) => [element, change]),
  );
  assert.notDeepEqual(places[0], places[1]);
  assert.notDeepEqual(places[1], places[2]);
  const factors = faults["perturbed-synapse"].draw(
    { model: twins, sites: sites.slice(0, 2), dose: all },
    key,
  );
  const changes = ["conv2d1", "dense1"].map((id) =>
    factors.filter(({ layer }) => layer === id).map((own) => own.change),
  );
  assert.notDeepEqual(changes[0], changes[1]);
});

test("weights are struck alike in an ANN and an SNN of the same codes, whatever else of the SNN is struck", () => {
  const coded: Model = {
    ...ann,
    weightFormat: { kind: "int", bits: 8 },
    tensors: Object.fromEntries(
      Object.entries(snn.tensors).filter(([name]) => /^(conv2d1|dense1)/.test(name)),
    ),
  };
  const dose: Dose = { kind: "rate", rate: 0.05 };
  for (const name of ["bit-flip", "stuck-at-1"] as const) {
    const ofAnn = faults[name].draw(
      { model: coded, sites: faultSites(coded, { targets: ["weight"] }), dose },
      key,
    );
    const sites = faultSites(snn, { targets: ["weight", "threshold", "potential"] });
    const ofSnn = faults[name].draw({ model: snn, sites, dose }, key);
    assert.ok(ofAnn.length > 100 && ofSnn.length > ofAnn.length);
    assert.deepEqual(
      ofSnn.filter(({ target }) => target === "weight"),
      ofAnn,
    );
  }
});

test("upsets a second become a chance a step: more where steps are longer, as many where there are more of them", () => {
  const sites = faultSites(snn, { targets: ["potential"] });
  const struck = (stepMs: number | undefined, steps: number, rate: number): number => {
    const model: Model = { ...snn, inference: { ...(snn.inference ?? assert.fail()), steps, dtMs: 2 } };
    const dose: Dose = { kind: "ratePerSecond", rate, ...(stepMs !== undefined && { stepMs }) };
    let starts = 0;
    for (let index = 0; index < 20; index++) {
      const request = { model, sites, dose, persistence: { kind: "transient" } } as const;
      for (const { steps: when } of faults["bit-flip"].draw(request, { ...key, index }))
        starts += when?.length ?? 0;
    }
    return starts;
  };
  const bits = 58 * 32;
  for (const [stepMs, steps, rate] of [
    [undefined, 7, 5],
    [10, 7, 5],
    [1, 70, 5],
    [1000, 7, 2],
  ] as const) {
    const chance = 1 - Math.exp((-rate * (stepMs ?? 2)) / 1000);
    const [trials, drawn] = [20 * bits * steps, struck(stepMs, steps, rate)];
    assert.ok(Math.abs(drawn - trials * chance) < 5 * Math.sqrt(trials * chance * (1 - chance)), `${drawn}`);
  }
  const request = {
    model: ann,
    sites: faultSites(ann, { targets: ["weight"] }),
    persistence: { kind: "transient" },
  } as const;
  assert.throws(
    () => faults["bit-flip"].draw({ ...request, dose: { kind: "ratePerSecond", rate: 1 } }, key),
    /dose\.stepMs must be above 0 ms, but got "nothing"\. For an ANN give the time an inference takes/,
  );
  const list = faults["bit-flip"].draw(
    { ...request, dose: { kind: "ratePerSecond", rate: 10, stepMs: 5 } },
    key,
  );
  assert.ok(list.length > 0 && list.every(({ steps }) => steps === null));
});

test("input events need an input of spikes", () => {
  const held: Model = { ...snn, inference: { ...(snn.inference ?? assert.fail()), coding: "constant" } };
  const sites = faultSites(held, { targets: ["input"] });
  assert.throws(
    () => faults["omitted-input"].draw({ model: held, sites, dose: all }, key),
    /omitted-input: target of layer "input" must hold values of format spike, but got "uint8"/,
  );
});
