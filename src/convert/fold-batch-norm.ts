// Batch norm folded into the linear layer before it.
//
// With g = gamma / √(variance + epsilon), by output channel:
//   W' = g W,   b' = g (b − mean) + beta.
// Exact but for rounding; computed in float64 and rounded once to float32.
// Source: Rueckauer et al. 2017, section 2.2.2 (batch normalisation).

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { BatchNormLayer, Conv2dLayer, DenseLayer, Layer } from "../model/network.ts";
import { validateModel } from "../model/validate-model.ts";

/**
 * Remove every batch norm layer by folding it into the dense or conv2d layer before it; those of every step stay.
 * A model without batch norm comes back as it is.
 *
 * @param model - ANN with float32 weights (fold before quantising)
 * @throws {InvalidValueError} naming a batch norm that does not follow a dense or conv2d layer, or whose
 * linear layer has other users
 */
export function foldBatchNorm(model: Model): Model {
  if (!model.network.layers.some((layer) => isFolded(layer))) return model;
  validateModel(model);
  if (model.weightFormat.kind !== "float32") {
    throw new InvalidValueError(
      "weightFormat",
      "must be float32 for folding",
      model.weightFormat.kind,
      "Fold before you quantise.",
    );
  }
  const layers = new Map<string, Layer>();
  const tensors: Record<string, Tensor> = { ...model.tensors };
  const standsFor = new Map<string, string>();
  for (const layer of model.network.layers) {
    const inputs = layer.inputs.map(({ from, delay }) => ({ from: standsFor.get(from) ?? from, delay }));
    if (!isFolded(layer)) {
      layers.set(layer.id, { ...layer, inputs });
      continue;
    }
    const linear = foldable(model, layer, layers.get(inputs[0].from));
    foldTensors(tensors, layer, linear);
    layers.set(linear.id, { ...linear, bias: true });
    standsFor.set(layer.id, linear.id);
  }
  const { network, provenance } = model;
  const output = standsFor.get(network.output) ?? network.output;
  return {
    ...model,
    network: { ...network, layers: [...layers.values()], output },
    tensors,
    provenance: { ...provenance, history: [...provenance.history, "batch norm folded"] },
  };
}

/** Factors of every step for itself fit into no weights: they stay. */
function isFolded(layer: Layer): layer is BatchNormLayer {
  return layer.kind === "batchNorm" && layer.steps === undefined;
}

/** The linear layer a batch norm can go into; `before` is what feeds it once earlier ones are folded. */
function foldable(model: Model, norm: BatchNormLayer, before: Layer | undefined): DenseLayer | Conv2dLayer {
  const where = `layer ${JSON.stringify(norm.id)}`;
  if (before?.kind !== "dense" && before?.kind !== "conv2d") {
    throw new InvalidValueError(
      where,
      "must follow a dense or conv2d layer to be folded",
      before?.kind ?? "the input",
      "Move it behind one, or train without it.",
    );
  }
  const [connection] = norm.inputs;
  const users = model.network.layers.filter((layer) =>
    layer.inputs.some(({ from }) => from === connection.from),
  );
  if (users.length > 1 || model.network.output === connection.from) {
    const others = users.filter(({ id }) => id !== norm.id).map(({ id }) => id);
    throw new InvalidValueError(
      where,
      `must be the only user of ${JSON.stringify(connection.from)} to be folded`,
      `also used by ${others.join(", ") || "the output"}`,
    );
  }
  if (connection.delay > 0)
    throw new InvalidValueError(where, "must have an input without delay", connection.delay);
  return before;
}

function foldTensors(
  tensors: Record<string, Tensor>,
  norm: BatchNormLayer,
  linear: DenseLayer | Conv2dLayer,
): void {
  const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map((parameter) => {
    const name = `${norm.id}.${parameter}`;
    const { data } = tensors[name];
    delete tensors[name];
    return data;
  });
  const { shape, data: weight } = tensors[`${linear.id}.weight`];
  const bias = linear.bias ? tensors[`${linear.id}.bias`].data : new Float32Array(shape[0]);
  const fanIn = weight.length / shape[0];
  const foldedWeight = new Float32Array(weight.length);
  const foldedBias = new Float32Array(shape[0]);
  for (let channel = 0; channel < shape[0]; channel++) {
    const gain = gamma[channel] / Math.sqrt(variance[channel] + norm.epsilon);
    foldedBias[channel] = gain * (bias[channel] - mean[channel]) + beta[channel];
    for (let i = channel * fanIn; i < (channel + 1) * fanIn; i++) foldedWeight[i] = gain * weight[i];
  }
  tensors[`${linear.id}.weight`] = { shape, data: foldedWeight };
  tensors[`${linear.id}.bias`] = { shape: [shape[0]], data: foldedBias };
}
