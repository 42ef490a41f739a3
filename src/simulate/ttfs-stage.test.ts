// Networks of time-to-first-spike neurons: their twin, the integers they must come to, and what does not fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { loadKernels } from "../kernels/load.ts";
import { averagePool, connect, conv2d, dense, flatten, maxPool, neuron, sequential } from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { spikingDepths } from "../model/spiking-depth.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "./scalar-simulator.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import { noClass } from "./simulation-result.ts";
import { createSimulator } from "./simulator.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });

const listening = (place: number, windowSteps: number, emits: "spikes" | "potential" = "spikes") =>
  ({ model: "ttfs", reset: "none", startStep: place * windowSteps, windowSteps, emits }) as const;

function request(model: Model, count: number, seed = 0): SimulationRequest {
  const set = spikingImages(model, count, seed);
  return { ...set, firstImage: 0, count, seed, trial: 0, isCancelled: () => false };
}

/** The same network of ttfs neurons, each listening when its input comes; a ttfs integrator if the output is none. */
function withWindows(network: Network, windowSteps: number): Network {
  const depths = spikingDepths(network);
  const layers = network.layers.map((layer): Layer => {
    if (layer.kind !== "neuron") return layer;
    const { id, inputs, kind, emits } = layer;
    const place = Math.max(...inputs.map(({ from }) => depths.get(from) ?? 0));
    return { id, inputs, kind, ...listening(place, windowSteps, emits) };
  });
  const last = layers.at(-1);
  if (last === undefined || last.kind === "neuron") return { ...network, layers };
  const form = listening(depths.get(last.id) ?? 0, windowSteps, "potential");
  layers.push({ id: "scores", inputs: [connect(last.id)], kind: "neuron", ...form });
  return { ...network, layers, output: "scores" };
}

test("ttfs networks do what their twin does, in every kind of network whose windows fit", () => {
  let networks = 0;
  let spikes = 0;
  const refused: string[] = [];
  for (const network of Object.values(spikingNetworks)) {
    for (const coding of ["ttfs", "constant"] as const) {
      const windowSteps = 3 + (networks % 4);
      const changed = withWindows(network, windowSteps);
      const inference: Partial<Inference> = {
        coding,
        steps: 6 * windowSteps,
        ...(coding === "ttfs" && { inputSteps: windowSteps }),
      };
      const seed = networks + 1;
      const model = spikingModel(changed, { seed, inference, weights: seed % 2 === 0 ? "int" : "float32" });
      validateModel(model);
      const asked = request(model, 5, seed);
      const told = (run: typeof simulateScalar) => {
        const seen = new Set<unknown>();
        const result = run(model, {
          ...asked,
          observe: ({ layer, firstImage, images, neurons, counts, potentials }) => {
            for (let i = 0; i < images; i++) {
              const range = [i * neurons, (i + 1) * neurons] as const;
              seen.add([`${layer} ${firstImage + i}`, counts.slice(...range), potentials.slice(...range)]);
            }
          },
        });
        return { result, seen };
      };
      let expected: ReturnType<typeof told>;
      try {
        expected = told(simulateScalar);
      } catch (error) {
        assert.ok(error instanceof InvalidValueError);
        assert.throws(() => createSimulator(kernels, model), { message: error.message });
        refused.push(error.message);
        continue;
      }
      const got = told((model, asked) => createSimulator(kernels, model, { maximumBatch: 2 }).run(asked));
      assert.deepEqual(got, expected);
      networks++;
      for (const layer of expected.result.layers) spikes += layer.spikes;
    }
  }
  assert.ok(networks > 12 && spikes > 1000, `${networks} networks, ${spikes} spikes; ${refused.join("\n")}`);
});

/** Values of every neuron of a layer on one image, as spikes left, and the potentials of all. */
function watched(model: Model, pixels: Uint8Array) {
  const seen = new Map<string, { counts: number[]; potentials: number[] }>();
  const result = createSimulator(kernels, model).run({
    ...request(model, 1),
    pixels,
    labels: Uint8Array.of(0),
    observe: ({ layer, counts, potentials }) => {
      seen.set(layer, { counts: Array.from(counts), potentials: Array.from(potentials) });
    },
  });
  const of = (layer: string) => seen.get(layer) ?? { counts: [], potentials: [] };
  return { result, of };
}

test("a network of ttfs neurons is the quantised network, integer for integer", () => {
  const W = 15;
  const network = sequential(
    "n",
    [2, 6, 6],
    [
      conv2d({ channels: 5, kernel: 3, bias: false }),
      neuron(listening(0, W)),
      maxPool(2),
      flatten(),
      dense(7, false),
      neuron(listening(1, W)),
      dense(4, false),
      neuron(listening(2, W, "potential")),
    ],
  );
  for (let seed = 1; seed < 9; seed++) {
    const inference = { coding: "ttfs", inputSteps: W, steps: 4 * W } as const;
    const drawn = spikingModel(network, { seed, isWhole: true, inference });
    const theta = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
    const tensors: Model["tensors"] = {
      ...Object.fromEntries(Object.entries(drawn.tensors).filter(([name]) => !name.endsWith("Potential"))),
      "neuron1.threshold": theta(9000),
      "neuron2.threshold": theta(4000),
    };
    const model = { ...drawn, tensors };
    const { pixels } = spikingImages(model, 1, seed);
    const { of } = watched(model, pixels);
    const weight = (layer: string): ArrayLike<number> => model.tensors[`${layer}.weight`].data;
    const level = (sum: number, threshold: number): number =>
      Math.min(W, Math.max(0, Math.floor((sum * W) / threshold + 0.5)));
    const input = Array.from(pixels, (pixel) => Math.floor((pixel / 255) * W + 0.5));
    const sums = Array.from({ length: 5 * 16 }, (_, o) => {
      const [c, y, x] = [Math.floor(o / 16), Math.floor(o / 4) % 4, o % 4];
      let sum = 0;
      for (let tap = 0; tap < 18; tap++) {
        const [i, dy, dx] = [Math.floor(tap / 9), Math.floor(tap / 3) % 3, tap % 3];
        sum += weight("conv2d1")[c * 18 + tap] * input[i * 36 + (y + dy) * 6 + x + dx];
      }
      return sum;
    });
    const first = sums.map((sum) => level(sum, 9000));
    assert.deepEqual(of("neuron1").counts, first);
    const pooled = Array.from({ length: 5 * 4 }, (_, o) => {
      const at = Math.floor(o / 4) * 16 + Math.floor((o % 4) / 2) * 8 + (o % 2) * 2;
      return Math.max(first[at], first[at + 1], first[at + 4], first[at + 5]);
    });
    const dot = (layer: string, o: number, values: readonly number[]): number =>
      values.reduce((sum, value, i) => sum + weight(layer)[o * values.length + i] * value, 0);
    const second = Array.from({ length: 7 }, (_, o) => level(dot("dense1", o, pooled), 4000));
    assert.deepEqual(of("neuron2").counts, second);
    const scores = Array.from({ length: 4 }, (_, o) => dot("dense2", o, second));
    assert.deepEqual(of("neuron3").potentials, scores);
    assert.ok(second.some((value) => value > 0) && first.some((value) => value > 0 && value < W));
  }
});

test("nothing is decided before an integrator listens, or before the first spike", () => {
  const W = 6;
  const layers = (emits: "spikes" | "potential") =>
    sequential("n", [5], [dense(8), neuron(listening(0, W)), dense(3), neuron(listening(1, W, emits))]);
  const inference = { coding: "ttfs", inputSteps: W, steps: 3 * W + 1 } as const;
  const membrane = spikingModel(layers("potential"), { seed: 5, inference });
  const { correctPerStep, predictions } = createSimulator(kernels, membrane).run(request(membrane, 30));
  assert.deepEqual(correctPerStep.slice(0, W), new Array(W).fill(0));
  assert.ok(correctPerStep.slice(W).every((correct) => correct > 0));
  assert.ok(!predictions.includes(noClass));
  const first = spikingModel(layers("spikes"), {
    seed: 5,
    inference: { ...inference, readout: "firstSpike" },
  });
  const decided = createSimulator(kernels, first).run(request(first, 30));
  assert.deepEqual(decided.correctPerStep.slice(0, 2 * W), new Array(2 * W).fill(0));
  assert.ok(decided.correctPerStep[3 * W] > 0);
});

test("a shortcut may be added once its window has been delayed to the other's", () => {
  const W = 8;
  const node = (id: string, from: readonly (readonly [string, number])[], spec: object): Layer =>
    ({ ...spec, id, inputs: from.map(([source, delay]) => connect(source, delay)) }) as unknown as Layer;
  const network = (delay: number): Network => ({
    name: "shortcut",
    inputShape: [12],
    layers: [
      node("a", [["input", 0]], dense(12, false)),
      node("an", [["a", 0]], neuron(listening(0, W))),
      node("b", [["an", 0]], dense(12, false)),
      node("bn", [["b", 0]], neuron(listening(1, W))),
      node(
        "sum",
        [
          ["bn", 0],
          ["an", delay],
        ],
        { kind: "add" },
      ),
      node("out", [["sum", 0]], dense(3, false)),
      node("scores", [["out", 0]], neuron(listening(2, W, "potential"))),
    ],
    output: "scores",
  });
  const inference = { coding: "ttfs", inputSteps: W, steps: 3 * W } as const;
  const model = spikingModel(network(W), { seed: 2, isWhole: true, inference });
  delete (model.tensors as Record<string, unknown>)["scores.initialPotential"];
  const { of } = watched(model, spikingImages(model, 1).pixels);
  const sum = of("bn").counts.map((value, i) => value + of("an").counts[i]);
  const weights = model.tensors["out.weight"].data;
  const wanted = [0, 1, 2].map((o) =>
    sum.reduce((total, value, i) => total + weights[o * 12 + i] * value, 0),
  );
  const both = sum.some((value, i) => of("an").counts[i] > 0 && value > of("an").counts[i]);
  assert.ok(both, "both branches speak");
  assert.deepEqual(of("scores").potentials, wanted);
  const apart = spikingModel(network(0), { seed: 2, inference });
  assert.throws(
    () => createSimulator(kernels, apart),
    /layer "sum" \(add\) must join spikes of one window, but got "steps 16 to 23 and steps 8 to 15"/,
  );
});

test("what does not fit the windows is refused by name", () => {
  const W = 4;
  const base: Partial<Inference> = { coding: "ttfs", inputSteps: W, steps: 12 };
  const refused = (network: Network, inference: Partial<Inference>, message: RegExp): void => {
    const model = spikingModel(network, { seed: 1, inference: { ...base, ...inference } });
    assert.throws(() => {
      validateModel(model);
      createSimulator(kernels, model);
    }, message);
    assert.throws(() => {
      validateModel(model);
      simulateScalar(model, request(model, 1));
    }, message);
  };
  const good = [dense(5), neuron(listening(0, W)), dense(3), neuron(listening(1, W))];
  const count = { readout: "count" } as const;
  refused(
    sequential("n", [6], good),
    { ...count, coding: "poisson" },
    /inference\.coding must be ttfs or constant/,
  );
  refused(
    sequential("n", [6], good),
    { ...count, inputSteps: 3 },
    /layer "neuron1" .* must listen when its input/,
  );
  refused(sequential("n", [6], good), { ...count, inputSteps: 13 }, /inference\.inputSteps/);
  refused(
    sequential("n", [6], good),
    { ...count, steps: 11 },
    /layer "neuron2" .* must be done within all steps \(11\)/,
  );
  refused(sequential("n", [6], good.slice(0, 3)), {}, /a ttfs layer must be the output/);
  const late = [...good.slice(0, 3), neuron(listening(2, W))];
  refused(
    sequential("n", [6], late),
    { ...count, steps: 20 },
    /layer "neuron2" \(neuron\) must listen when its input comes \(steps 4 to 7\), but got "steps 8 to 11"/,
  );
  const mixed = [dense(5), neuron(listening(0, W)), dense(3), neuron()];
  refused(sequential("n", [6], mixed), count, /layer "neuron2" .* must be ttfs/);
  const pools = [averagePool(2), maxPool(2), flatten(), dense(3), neuron(listening(1, W))];
  refused(
    sequential("n", [1, 8, 8], [conv2d({ channels: 2, kernel: 1 }), neuron(listening(0, W)), ...pools]),
    count,
    /layer "maxPool1" .* must be fed with spikes of single ttfs neurons/,
  );
  refused(
    sequential("n", [6], good),
    { ...count, coding: "constant" },
    /inference\.inputSteps must not be given for coding "constant"/,
  );
});
