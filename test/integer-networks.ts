// Spiking networks in integer arithmetic, of every kind of layer, neuron, input and width, for tests of code that
// must agree with the simulator to the last bit.

import { Random } from "../src/base/random.ts";
import type { Model, Tensor } from "../src/model/model.ts";
import type { Layer, Network } from "../src/model/network.ts";
import type { NeuronForm } from "../src/neuron/neuron-form.ts";
import { spikingModel } from "./spiking-models.ts";

const codings = ["constant", "rate", "latency", "poisson", "ttfs", "latencyLog", "events"] as const;

/** All that integer arithmetic has. */
const forms: readonly NeuronForm[] = [
  { model: "if", reset: "subtract" },
  { model: "lif", reset: "subtract" },
  { model: "if", reset: "zero", refractorySteps: 2 },
  { model: "lif", reset: "value" },
  { model: "lif", reset: "zero", semantics: "snntorchCorrected" },
  { model: "if", reset: "none" },
  { model: "lif", reset: "subtract", semantics: "sinabs", refractorySteps: 1 },
];

/** The network with neurons that have an integer form, and all settings drawn by the seed. */
export function integerModel(network: Network, seed: number): Model {
  const random = new Random({ seed, trial: -1, purpose: "integer-networks", index: 0 });
  const one = <T>(options: readonly T[]): T => options[random.integer(options.length)];
  const coding = codings[seed % codings.length];
  const layers = network.layers.map((layer): Layer => {
    if (layer.kind === "averagePool") return { ...layer, kind: "sumPool" };
    return layer.kind === "neuron"
      ? { id: layer.id, inputs: layer.inputs, kind: "neuron", ...one(forms) }
      : layer;
  });
  const output = layers.find(({ id }) => id === network.output);
  const readout = one(
    output?.kind === "neuron" ? (["count", "firstSpike"] as const) : (["membrane", "average"] as const),
  );
  const arithmetic = {
    kind: "integer",
    potentialBits: one([16, 32] as const),
    overflow: one(["saturate", "wrap"] as const),
  } as const;
  const steps = one([1, 5, 9]);
  const base = spikingModel(
    { ...network, layers },
    { seed, isWhole: true, inference: { coding, readout, steps } },
  );
  const bits = one([4, 8]);
  // Potentials that leave 16 bits, sometimes.
  const factor = one([1, 1, 40]);
  const tensors = Object.fromEntries(
    Object.entries(base.tensors).map(([name, tensor]) => [
      name,
      changed(name, tensor, { bits, factor, random }),
    ]),
  );
  const channels = network.inputShape[0];
  const offset = one([0, -20, Array.from({ length: channels }, (_, c) => c - 1)]);
  return {
    ...base,
    tensors,
    weightFormat: { kind: "int", bits },
    preprocessing: coding === "constant" ? { scale: 1, offset } : base.preprocessing,
    inference: { ...(base.inference as NonNullable<Model["inference"]>), arithmetic },
  };
}

function changed(
  name: string,
  tensor: Tensor,
  { bits, factor, random }: { readonly bits: number; readonly factor: number; readonly random: Random },
): Tensor {
  const { shape, data } = tensor;
  if (name.endsWith(".weight")) return { shape, data: Int8Array.from(data, (code) => code >> (8 - bits)) };
  if (name.endsWith(".leak"))
    return { shape, data: Float32Array.from(data, () => 0.6 + 0.4 * random.uniform()) };
  if (/\.(bias|threshold|resetPotential|minimumPotential)$/.test(name))
    return { shape, data: Float32Array.from(data, (value) => factor * value || 1) };
  return tensor;
}
