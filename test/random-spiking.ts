// Random spiking networks of every kind of layer, form of neuron and input, with sets to run them on.

import { InvalidValueError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import {
  averagePool,
  conv1d,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  maxPool,
  neuron,
  sequential,
  sumPool,
} from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { Shape } from "../src/model/network.ts";
import { validateModel } from "../src/model/validate-model.ts";
import type { NeuronForm } from "../src/neuron/neuron-form.ts";
import type { SimulationRequest } from "../src/simulate/simulation-request.ts";
import { spikingEvents, spikingImages, spikingModel } from "./spiking-models.ts";

export interface RandomCase {
  readonly model: Model;
  readonly request: SimulationRequest;
  readonly maximumBatch: number;
}

/** What conversion makes comes more often. */
const forms: readonly Partial<NeuronForm>[] = [
  {},
  {},
  { reset: "zero" },
  { model: "lif" },
  { model: "lif", reset: "zero" },
  { model: "cubaLif", semantics: "norse", reset: "value" },
  { model: "lif", semantics: "snntorch" },
  { model: "adaptiveLif", refractorySteps: 1 },
  { semantics: "sinabs", maximumSpikes: 5 },
  { semantics: "spikingjelly", model: "lif", reset: "zero" },
  { isSigned: true },
  { model: "lif", isSigned: true },
];

/** @returns undefined where the drawn layers do not fit */
export function randomCase(seed: number): RandomCase | undefined {
  const draw = new Draw(seed);
  const steps = draw.one([1, 2, 7, 12]);
  const coding = draw.one(["constant", "rate", "poisson", "events", "latency", "phase"] as const);
  try {
    const network = sequential("random", ...randomLayers(draw));
    const options = {
      seed,
      weights: draw.one(["int", "int", "float32"] as const),
      isWhole: draw.below(3) === 0,
    };
    const model = spikingModel(network, { ...options, inference: { coding, steps } });
    scaleTensors(draw, model);
    validateModel(model);
    const count = 1 + draw.below(5);
    const spikes = coding === "events" ? { spikes: spikingEvents(model, count, seed) } : {};
    const request = {
      ...spikingImages(model, count, seed),
      ...spikes,
      firstImage: 0,
      count,
      seed,
      trial: 0,
      isCancelled: () => false,
    };
    return { model, request, maximumBatch: 1 + draw.below(4) };
  } catch (error) {
    if (error instanceof InvalidValueError) return undefined;
    throw error;
  }
}

class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random({ seed, trial: -1, purpose: "random-spiking", index: 0 });
  }

  below(limit: number): number {
    return this.#random.integer(limit);
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

function randomLayers(draw: Draw): [Shape, LayerSpec[]] {
  let rank = draw.one([1, 2, 3, 3, 3]);
  const shape = {
    1: [1 + draw.below(90)],
    2: [1 + draw.below(4), 3 + draw.below(30)],
    3: [1 + draw.below(4), 3 + draw.below(14), 3 + draw.below(30)],
  }[rank] as number[];
  const layers: LayerSpec[] = [];
  for (let k = 1 + draw.below(3); k > 0; k--) {
    layers.push(randomLinear(draw, rank));
    if (rank > 1 && draw.below(6) === 0)
      layers.push(rank === 3 ? maxPool(2, draw.one([1, 2])) : maxPool([2, 1]));
    layers.push(neuron(draw.one(forms)));
    if (rank > 1 && draw.below(2) === 0) {
      const pool = draw.one([averagePool, averagePool, sumPool, maxPool]);
      const isImage = rank === 3;
      const kernel = isImage ? draw.one([2, 2, 3, [1, 2] as const]) : ([2, 1] as const);
      layers.push(pool(kernel, isImage ? draw.one([2, 2, 1, 3]) : [draw.one([1, 2]), 1]));
    }
    if (rank > 1 && draw.below(3) === 0) {
      layers.push(flatten());
      rank = 1;
    }
  }
  if (rank > 1) layers.push(flatten());
  layers.push(dense(2 + draw.below(9)));
  if (draw.below(3) === 0) layers.push(neuron(draw.one(forms)));
  return [shape, layers];
}

function randomLinear(draw: Draw, rank: number): LayerSpec {
  if (rank === 1) return dense(1 + draw.below(150), draw.below(2) === 0);
  if (rank === 2) {
    const stride = 1 + draw.below(2);
    return conv1d({ channels: 1 + draw.below(9), kernel: 1 + draw.below(4), padding: draw.below(3), stride });
  }
  return conv2d({
    channels: 1 + draw.below(20),
    kernel: [1 + draw.below(5), 1 + draw.below(5)],
    stride: draw.one([1, 1, 1, 2, [1, 2] as const, [3, 1] as const]),
    padding: draw.one([0, 1, 2, [2, 0] as const, [0, 3] as const]),
    dilation: draw.one([1, 1, 1, 2, [1, 2] as const]),
    bias: draw.below(2) === 0,
  });
}

/** Weights and thresholds in other proportions, so that some networks are nearly silent and some never rest. */
function scaleTensors(draw: Draw, { tensors }: Model): void {
  const isSmall = draw.below(2) === 0;
  for (const [name, { data }] of Object.entries(tensors)) {
    if (isSmall && name.endsWith(".weight") && data instanceof Int8Array) {
      for (let i = 0; i < data.length; i++) data[i] >>= 3;
    }
    if (!name.endsWith(".threshold")) continue;
    const factor = draw.one([0.2, 1, 3]);
    for (let i = 0; i < data.length; i++) data[i] *= factor;
  }
}
