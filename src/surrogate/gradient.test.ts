// Derivatives: the scalar network's against difference quotients of the smoothed network, the engine's against the
// scalar network's.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareWithScalar,
  held,
  linear,
  madeInput,
  madeModel,
  scalarOptions,
  square,
  trainedNetworks,
  trainedSteps,
} from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { surrogateNames } from "../kernels/surrogate-functions.ts";
import { averagePool, conv2d, dense, flatten, neuron, sequential } from "../model/build.ts";
import { scalarGradient } from "./scalar-gradient.ts";
import { surrogates } from "./surrogates.ts";

const builds = await Promise.all(
  (["simd", "relaxed"] as const).map((build) => loadKernels({ build, memoryBytes: 2 ** 24 })),
);

for (const [name, network] of Object.entries(trainedNetworks)) {
  test(`${name}: derivatives of the smoothed scalar network are its difference quotients`, () => {
    const model = madeModel(network, 1);
    const name1 = surrogateNames[Object.keys(trainedNetworks).indexOf(name) % 3];
    const surrogate = surrogates[name1];
    const options = scalarOptions(model, held(madeInput(model, 1)), {
      isSmooth: true,
      surrogate,
      slope: 1.5,
    });
    const { gradient } = scalarGradient(options);
    const lossAt = (): number =>
      scalarGradient(options).outputs.reduce(
        (sum, own, t) => own.reduce((total, o, j) => total + linear(t, j) * o + (square * o * o) / 2, sum),
        0,
      );
    for (const [key, values] of Object.entries(options.parameters)) {
      if (key.endsWith("Potential") || key.endsWith("synapseRate")) continue;
      for (let i = 0; i < values.length; i += Math.ceil(values.length / 7)) {
        const [kept, step] = [values[i], 1e-5];
        values[i] = kept + step;
        const above = lossAt();
        values[i] = kept - step;
        const quotient = (above - lossAt()) / (2 * step);
        values[i] = kept;
        const close = Math.abs(quotient - gradient[key][i]) <= 1e-5 * Math.max(1, Math.abs(quotient));
        assert.ok(close, `${key}[${i}]: ${gradient[key][i]} for ${quotient}`);
      }
    }
  });
}

for (const [name, network] of Object.entries(trainedNetworks)) {
  test(`${name}: the engine's derivatives are the scalar network's, however steps are cut`, () => {
    surrogateNames.forEach((surrogate, seed) => {
      const [isDetached, truncation] = [seed % 2 === 1, [0, 2, 4][seed % 3]];
      for (const stepsInMemory of [trainedSteps, 2])
        compareWithScalar(builds[seed % 2], network, {
          surrogate,
          seed,
          stepsInMemory,
          isDetached,
          truncation,
        });
    });
  });
}

test("spikes of a few neurons that meet in a pool: derivatives are the scalar network's", () => {
  const layers = [
    conv2d({ channels: 3, kernel: 3, padding: 1 }),
    neuron({ model: "lif", reset: "zero" }),
    averagePool([2, 2], [2, 2]),
    conv2d({ channels: 2, kernel: 2 }),
    neuron(),
    flatten(),
    dense(3),
  ];
  const network = sequential("n", [2, 6, 6], layers);
  const rest = { isDetached: true, truncation: 0, learnt: [], biasShare: -0.4 } as const;
  for (const seed of [0, 1, 2])
    for (const stepsInMemory of [trainedSteps, 2])
      compareWithScalar(builds[0], network, { surrogate: "atan", seed, stepsInMemory, ...rest });
});
