// Spiking networks to train, from a few numbers each, and what their parameters begin with.

import { Random } from "../base/random.ts";
import type { ImageShape } from "../data/image-shape.ts";
import {
  averagePool,
  batchNorm as batchNormLayer,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  neuron,
  sequential,
} from "../model/build.ts";
import { isLinear, weightShape } from "../model/linear-layer.ts";
import type { Tensor } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { asImageShape, inferShapes, sizeOf } from "../model/shapes.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { type NeuronParameterName, parametersOf } from "../neuron/neuron-parameters.ts";

export interface SpikingNetworkSpec {
  readonly name: string;
  readonly kind: "mlp" | "cnn";
  /** Units of the hidden dense layers. */
  readonly hidden: readonly number[];
  /** cnn: channels of the convolutions, each with neurons and 2×2 average pooling. */
  readonly channels: readonly number[];
  /** cnn: side of the square kernels; padded so that convolutions keep the size (odd sides). */
  readonly kernel: number;
  readonly batchNorm: boolean;
  /** Batch norm has factors and statistics for each of so many steps; default: one set for all. */
  readonly normSteps?: number | undefined;
  readonly neuron: Pick<NeuronForm, "model" | "reset">;
  /** Whether the output spikes; else leaky integrators of the same model are read. */
  readonly isOutputSpiking: boolean;
}

/** @throws {InvalidValueError} when the images are too small for it, naming the layer */
export function spikingNetwork(spec: SpikingNetworkSpec, image: ImageShape, classes: number): Network {
  const norm = spec.batchNorm ? [batchNormLayer(1e-5, 0.1, spec.normSteps)] : [];
  const bias = !spec.batchNorm;
  const spikes = neuron(spec.neuron);
  const convolutions: LayerSpec[] =
    spec.kind === "mlp"
      ? []
      : spec.channels.flatMap((channels) => [
          conv2d({ channels, kernel: spec.kernel, padding: Math.floor(spec.kernel / 2), bias }),
          ...norm,
          spikes,
          averagePool(2),
        ]);
  const hidden = spec.hidden.flatMap((units) => [dense(units, bias), ...norm, spikes]);
  const readout = spec.isOutputSpiking
    ? spikes
    : neuron({ ...spec.neuron, reset: "none", emits: "potential" });
  return sequential(spec.name, image, [...convolutions, flatten(), ...hidden, dense(classes), readout]);
}

/** What parameters of neurons begin with, where the form has them. */
export type NeuronStart = Readonly<Partial<Record<NeuronParameterName, number>>>;

/**
 * Weights and biases uniform in ±1/√fan-in (the peers' layers begin so), batch norm at identity, neurons as told:
 * one value a layer. Every tensor has a stream of its own.
 */
export function initialiseSpiking(
  network: Network,
  seed: number,
  neurons: NeuronStart,
): Record<string, Tensor> {
  const shapes = inferShapes(network);
  const tensors: Record<string, Tensor> = {};
  for (const layer of network.layers) {
    const input = shapes.get(layer.inputs[0].from) ?? [];
    if (isLinear(layer)) {
      const shape = weightShape(layer, input);
      const bound = 1 / Math.sqrt(sizeOf(shape) / shape[0]);
      const drawn = (name: string, of: readonly number[]): void => {
        const random = new Random({ seed, trial: -1, purpose: `initialise ${layer.id}.${name}`, index: 0 });
        const data = Float32Array.from({ length: sizeOf(of) }, () => bound * (2 * random.uniform() - 1));
        tensors[`${layer.id}.${name}`] = { shape: of, data };
      };
      drawn("weight", shape);
      if (layer.bias) drawn("bias", [shape[0]]);
    } else if (layer.kind === "batchNorm") {
      const [channels] = asImageShape(input);
      const of = layer.steps === undefined ? [channels] : [layer.steps, channels];
      for (const [name, value] of Object.entries({ gamma: 1, beta: 0, mean: 0, variance: 1 }))
        tensors[`${layer.id}.${name}`] = { shape: of, data: new Float32Array(sizeOf(of)).fill(value) };
    } else if (layer.kind === "neuron") {
      for (const { name } of parametersOf(layer)) {
        const value = neurons[name];
        if (value !== undefined)
          tensors[`${layer.id}.${name}`] = { shape: [1], data: Float32Array.of(value) };
      }
    }
  }
  return tensors;
}
