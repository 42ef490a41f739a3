// Thresholds fitted anew around weights that are known to be faulty (the FalVolt kind: Siddique & Hoque
// 2023).
//
// Faulty weights are bypassed, read as 0; then each layer's thresholds, and initial potentials with them, are
// multiplied by the factor that gives the best accuracy on calibration images, layer after layer, a few times
// over, on a grid that gets finer around the best. It never ends below where it began, on those images: few
// of them are fitted to, noise and all. FalVolt trains weights and thresholds by gradient; this only searches
// thresholds, and wins back less. The accuracy is the caller's; never measure it on test images.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model, Tensor } from "../../model/model.ts";
import { float, int, type Values } from "../../space/field.ts";
import type { Fault } from "../fault.ts";
import { checkFaults } from "../fault-sites.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";
import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";
import { goldenWeights, storedBitsOf, sumOverLayers } from "./stored-patterns.ts";

const fields = {
  reach: float({
    about: "largest factor on a threshold; the smallest is its inverse",
    unit: "1",
    low: 1.01,
    high: 16,
    scale: "log",
    default: 2,
  }),
  candidates: int({
    about: "factors tried above and below the best at a time",
    unit: "1",
    low: 1,
    high: 32,
    default: 4,
  }),
  rounds: int({ about: "passes over all layers", unit: "1", low: 1, high: 10, default: 2 }),
};

export const refittedThresholds: ProtectionDesign<typeof fields> = {
  name: "refitted-thresholds",
  about: "bypasses faulty weights and fits each layer's thresholds anew on calibration images",
  fields,
  cost(model) {
    return {
      ...noCost,
      // A bit for every weight tells whether it is bypassed; an AND for each of its bits.
      extraBits: sumOverLayers(model, (layer) => goldenWeights(model, layer).length),
      perWeightRead: { ...noOverhead, bitsRead: 1, gates: storedBitsOf(model) },
    };
  },
};

/**
 * Copies of the weights that have faults, with 0 in the place of those that are faulty.
 *
 * @throws {InvalidValueError} for places the network has not, and for faults of anything but weights
 */
export function bypassedWeights(model: Model, faults: readonly Fault[]): StoredWeights {
  checkFaults(model, faults);
  const weights: Record<string, Int8Array | Float32Array> = {};
  for (const [i, { target, layer, element }] of faults.entries()) {
    if (target !== "weight")
      throw new InvalidValueError(`faults[${i}] target`, "must be weight to be bypassed", target);
    weights[layer] ??= goldenWeights(model, layer).slice();
    weights[layer][element] = 0;
  }
  return weights;
}

export interface Refit {
  readonly model: Model;
  /** On thresholds and initial potentials, by neuron layer. */
  readonly factors: Readonly<Record<string, number>>;
  readonly accuracy: number;
  /** Of the network as given. */
  readonly accuracyBefore: number;
  readonly evaluations: number;
}

export interface RefitRequest {
  /** An SNN, its faulty weights bypassed. */
  readonly model: Model;
  readonly settings: Values<typeof fields>;
  /** On calibration images. */
  readonly accuracyOf: (model: Model) => number | Promise<number>;
}

/** @throws {InvalidValueError} for a network without thresholds */
export async function refitThresholds({ model, settings, accuracyOf }: RefitRequest): Promise<Refit> {
  const layers = model.network.layers.map(({ id }) => id).filter((id) => `${id}.threshold` in model.tensors);
  if (layers.length === 0) {
    throw new InvalidValueError(
      "model",
      "must have thresholds",
      model.kind,
      "Convert the network to an SNN first.",
    );
  }
  const { reach, candidates, rounds } = settings;
  const factors: Record<string, number> = Object.fromEntries(layers.map((layer) => [layer, 1]));
  const accuracyBefore = await accuracyOf(model);
  let [accuracy, evaluations] = [accuracyBefore, 1];
  for (let round = 0; round < rounds; round++) {
    // The first grid spans the whole reach; each next one lies between two points of the one before.
    const spacing = Math.log(reach) / candidates / (candidates + 1) ** round;
    for (const layer of layers) {
      const centre = factors[layer];
      for (const step of outwards(candidates)) {
        const factor = Math.max(1 / reach, Math.min(reach, centre * Math.exp(step * spacing)));
        if (factor === factors[layer]) continue;
        const reached = await accuracyOf(withThresholds(model, { ...factors, [layer]: factor }));
        evaluations++;
        if (reached <= accuracy) continue;
        accuracy = reached;
        factors[layer] = factor;
      }
    }
  }
  return { model: withThresholds(model, factors), factors, accuracy, accuracyBefore, evaluations };
}

/** −1, 1, −2, 2 …: of equally good factors the one nearest to the centre is met first. */
function outwards(candidates: number): readonly number[] {
  return Array.from({ length: 2 * candidates }, (_, i) => (i % 2 === 0 ? -1 : 1) * (1 + Math.floor(i / 2)));
}

/** Integer arithmetic keeps whole thresholds of at least 1. */
function withThresholds(model: Model, factors: Readonly<Record<string, number>>): Model {
  const isInteger = model.inference?.arithmetic?.kind === "integer";
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const [layer, factor] of Object.entries(factors)) {
    for (const parameter of ["threshold", "initialPotential"]) {
      const name = `${layer}.${parameter}`;
      if (factor === 1 || !(name in tensors)) continue;
      const { shape, data } = tensors[name];
      const scaled = data.slice();
      for (let i = 0; i < data.length; i++) {
        const value = factor * data[i];
        scaled[i] = isInteger ? Math.round(value) : value;
        if (isInteger && parameter === "threshold") scaled[i] = Math.max(1, scaled[i]);
      }
      tensors[name] = { shape, data: scaled };
    }
  }
  return { ...model, tensors };
}
