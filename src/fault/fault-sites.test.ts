import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { spikingModel } from "../../test/spiking-models.ts";
import { averagePool, conv2d, dense, flatten, neuron, relu, sequential } from "../model/build.ts";
import type { Model, Tensor } from "../model/model.ts";
import { bitCount, checkFaults, elementCount, faultSites, faultTargets } from "./fault-sites.ts";

const ann = randomAnn(
  sequential(
    "cnn",
    [1, 8, 8],
    [conv2d({ channels: 2, kernel: 3 }), relu(), averagePool(2), flatten(), dense(10)],
  ),
  1,
);
const snnNetwork = sequential(
  "snn",
  [1, 8, 8],
  [
    conv2d({ channels: 2, kernel: 3 }),
    neuron(),
    flatten(),
    dense(10),
    neuron({ model: "lif" }),
    dense(4, false),
    neuron({ model: "lif", semantics: "norse", emits: "potential" }),
  ],
);
const snn = spikingModel(snnNetwork, { seed: 3, inference: { coding: "rate", steps: 6 } });

function withTensor(model: Model, name: string, data: Tensor["data"]): Model {
  return { ...model, tensors: { ...model.tensors, [name]: { shape: [data.length], data } } };
}
const integer: Model = {
  ...withTensor(snn, "neuron1.threshold", Float32Array.of(7)),
  inference: {
    ...(snn.inference ?? assert.fail()),
    coding: "constant",
    arithmetic: { kind: "integer", potentialBits: 16, overflow: "saturate" },
  },
};
const told = (model: Model, choice: Parameters<typeof faultSites>[1]): string[] =>
  faultSites(model, choice).map(
    ({ target, layer, elements, format }) => `${layer}.${target} ${elements} ${format}`,
  );

test("sites stand in the order of the network with their sizes and formats", () => {
  assert.deepEqual(told(ann, { targets: ["bias", "weight", "input"] }), [
    "input.input 64 uint8",
    "conv2d1.weight 18 float32",
    "conv2d1.bias 2 float32",
    "dense1.weight 180 float32",
    "dense1.bias 10 float32",
  ]);
  assert.deepEqual(told(ann, { targets: ["weight"], layers: ["dense1"], storedAs: "bfloat16" }), [
    "dense1.weight 180 bfloat16",
  ]);
  assert.deepEqual(
    told(integer, { targets: faultTargets, layers: ["input", "neuron1", "neuron2", "dense1"] }),
    [
      "input.input 64 uint8",
      "neuron1.threshold 1 int32",
      "neuron1.potential 72 int16",
      "neuron1.spike 72 spike",
      "dense1.weight 720 int8",
      "dense1.bias 10 int32",
      `neuron2.threshold ${integer.tensors["neuron2.threshold"].data.length} int32`,
      `neuron2.leak ${integer.tensors["neuron2.leak"].data.length} q3.12`,
      "neuron2.potential 10 int16",
      "neuron2.spike 10 spike",
    ],
  );
});

test("a rate or time constant is the leak of neurons that have it, and integrators have no spikes", () => {
  const { data } = snn.tensors["neuron3.rate"];
  assert.throws(() => told(snn, { targets: ["spike"], layers: ["neuron3"] }), /it has leak, potential/);
  assert.deepEqual(told(snn, { targets: ["leak", "potential"], layers: ["neuron3"] }), [
    `neuron3.leak ${data.length} float32`,
    "neuron3.potential 4 float32",
  ]);
});

test("populations are bits times elements, and times steps where faults pass", () => {
  const sites = faultSites(snn, { targets: ["weight", "potential"] });
  const weights = 18 + 72 * 10 + 10 * 4;
  const potentials = 72 + 10 + 4;
  assert.equal(elementCount(sites), weights + potentials);
  assert.equal(bitCount(sites), 8 * weights + 32 * potentials);
  assert.equal(bitCount(sites, 6), 6 * bitCount(sites));
});

test("weights of an ANN and an SNN of the same layers are the same sites", () => {
  const network = sequential(
    "ann",
    [1, 8, 8],
    [conv2d({ channels: 2, kernel: 3 }), relu(), flatten(), dense(10)],
  );
  const float = randomAnn(network, 4);
  const codes = Object.fromEntries(
    Object.entries(float.tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: name.endsWith("weight") ? Int8Array.from(data) : data },
    ]),
  );
  const coded: Model = { ...float, weightFormat: { kind: "int", bits: 8 }, tensors: codes };
  assert.deepEqual(
    faultSites(coded, { targets: ["weight"] }),
    faultSites(snn, { targets: ["weight"], layers: ["conv2d1", "dense1"] }),
  );
});

test("what a network has not is refused with what it has", () => {
  const refused = (choice: Parameters<typeof faultSites>[1], model: Model = snn): string => {
    try {
      faultSites(model, choice);
    } catch (error) {
      return String(error);
    }
    return "nothing";
  };
  assert.equal(
    refused({ targets: ["weight"], layers: ["dnse1"] }),
    'InvalidValueError: layers must be of the network, but got "dnse1". Did you mean dense1?',
  );
  assert.match(
    refused({ targets: ["weight"], layers: ["somewhere-else"] }),
    /It has input, conv2d1, neuron1/,
  );
  assert.equal(
    refused({ targets: ["leak", "bias"], layers: ["neuron1"] }),
    'InvalidValueError: layer "neuron1" must have what is to be struck: it has threshold, potential, spike,' +
      ' but got "leak, bias".',
  );
  assert.match(refused({ targets: ["weight"], layers: ["flatten1"] }), /holds no values of its own/);
  assert.match(
    refused({ targets: ["weight", "potential"] }, ann),
    /a network of kind ann like this one can be struck at \(input, weight, bias\), but got "potential"/,
  );
  assert.match(
    refused({ targets: ["weight", "leak"], layers: ["dense1"] }),
    /the chosen layers can be struck at/,
  );
  assert.match(refused({ targets: [] }), /must name some of input, weight/);
  assert.match(refused({ targets: ["axon" as never] }), /must be of input, weight.* but got "axon"/);
  assert.match(
    refused({ targets: ["weight"], storedAs: "float16" }),
    /storedAs must not be given for weights of int8/,
  );
  assert.match(
    refused({ targets: ["weight"], storedAs: "float8" as never }, ann),
    /float32, float16 or bfloat16/,
  );
});

test("faults the network cannot have are refused with the valid range", () => {
  const flip = {
    target: "weight",
    layer: "dense1",
    element: 5,
    change: { kind: "flip", bit: 7 },
    steps: null,
  } as const;
  assert.equal(checkFaults(snn, [flip])[0].format, "int8");
  const refused = (fault: object, model = snn, rest = flip as object): string => {
    try {
      checkFaults(model, [flip, { ...rest, ...fault } as typeof flip]);
    } catch (error) {
      return String(error);
    }
    return "nothing";
  };
  assert.match(
    refused({ element: 720 }),
    /faults\[1\] element must be from 0 to 719 for target weight of layer "dense1", but got 720\./,
  );
  assert.match(refused({ element: 0.5 }), /from 0 to 719/);
  assert.match(
    refused({ change: { kind: "flip", bit: 8 } }),
    /faults\[1\] bit must be from 0 to 7 for int8, but got 8/,
  );
  assert.match(
    refused({ layer: "dense11" }),
    /faults\[1\] layer must be of the network, but got "dense11"\. Did you mean dense1\?/,
  );
  assert.match(
    refused({ target: "leak" }),
    /faults\[1\] layer "dense1" must have .* it has weight, bias, but got "leak"/,
  );
  assert.match(refused({ steps: [0, 6] }), /faults\[1\] steps must be from 0 to 5, but got 6/);
  assert.match(
    refused({ steps: [0] }, ann, { ...flip, element: 5 }),
    /faults\[1\] steps must be null for an ANN, but got 0/,
  );
});
