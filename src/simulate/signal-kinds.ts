// What flows along every connection of a spiking network, and which networks can be simulated.
//
//   spikes    lists of firing neurons at every step, each worth `worth` (1, or less behind an
//             average pool: the pool is part of the connection, so a spike stays a spike)
//   held      real values that are the same at every step (constant input)
//   current   sums a dense or conv2d layer hands to neurons or to the readout; `isHeld` if they
//             are the same at every step
//
// A spike that reaches a layer several ways (add, overlapping pools) stands in the list several times.

import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import type { Layer } from "../model/network.ts";
import { inputId } from "../model/shapes.ts";

export type Signal =
  | { readonly kind: "spikes"; readonly worth: number }
  | { readonly kind: "held" }
  | { readonly kind: "current"; readonly isHeld: boolean };

/**
 * @returns signals by layer id, and the input's under `"input"`
 * @throws {InvalidValueError} naming the layer that cannot be simulated
 */
export function signalKinds(model: Model): ReadonlyMap<string, Signal> {
  if (model.kind !== "snn" || model.inference === null) {
    throw new InvalidValueError("model.kind", "must be snn to be simulated", model.kind, "Convert it first.");
  }
  if (model.inference.coding !== "constant") requireUnitInput(model);
  const input: Signal =
    model.inference.coding === "constant" ? { kind: "held" } : { kind: "spikes", worth: 1 };
  const signals = new Map<string, Signal>([[inputId, input]]);
  for (const layer of model.network.layers) {
    const sources = layer.inputs.map(({ from, delay }) => {
      const source = signals.get(from);
      if (delay !== 0 || source === undefined) {
        throw new InvalidValueError(
          `layer ${JSON.stringify(layer.id)}`,
          "must have inputs without delay",
          `delay ${delay} from ${JSON.stringify(from)}`,
          "The simulator runs networks without cycles and delays.",
        );
      }
      return source;
    });
    signals.set(layer.id, signalOf(layer, sources));
  }
  return signals;
}

function signalOf(layer: Layer, sources: readonly Signal[]): Signal {
  const [source] = sources;
  switch (layer.kind) {
    case "dense":
    case "conv2d":
      if (source.kind === "current") throw refusal(layer, "must be fed with spikes or the input", source);
      return { kind: "current", isHeld: source.kind === "held" };
    case "neuron":
      if (source.kind !== "current") throw refusal(layer, "must be fed by a dense or conv2d layer", source);
      return { kind: "spikes", worth: 1 };
    case "flatten":
      return source;
    case "averagePool":
    case "maxPool": {
      if (source.kind === "current") throw refusal(layer, "must be fed with spikes or the input", source);
      if (source.kind === "held" || layer.kind === "maxPool") return source;
      const share = Math.fround(1 / (layer.kernel[0] * layer.kernel[1]));
      return { kind: "spikes", worth: Math.fround(source.worth * share) };
    }
    case "add":
    case "concat":
      for (const other of sources) {
        if (other.kind !== "spikes") throw refusal(layer, "must join spikes", other);
        if (source.kind === "spikes" && other.worth !== source.worth) {
          throw refusal(layer, `must join spikes of one worth (${source.worth})`, other);
        }
      }
      return source;
    case "batchNorm":
      throw refusal(layer, "must be folded into the layer before it", "batchNorm");
    case "relu":
      throw refusal(layer, "must be converted to neurons", "relu");
    default:
      return layer satisfies never;
  }
}

function refusal(layer: Layer, rule: string, got: Signal | string): InvalidValueError {
  const kind = typeof got === "string" ? got : got.kind === "spikes" ? `spikes of ${got.worth}` : got.kind;
  return new InvalidValueError(`layer ${JSON.stringify(layer.id)} (${layer.kind})`, rule, kind);
}

/** Spike codes stand for inputs in [0, 1]; a little room is left for 255 · (1/255) in float32. */
function requireUnitInput({ preprocessing: { scale, offset } }: Model): void {
  const [black, white] = [offset, 255 * scale + offset];
  if (Math.min(black, white) >= 0 && Math.max(black, white) <= 1 + 1e-6) return;
  throw new InvalidValueError(
    "preprocessing",
    "must map pixels into [0, 1] for spike codes",
    `${black} to ${white}`,
    'Use coding "constant", or train on pixels scaled to 0…1.',
  );
}
