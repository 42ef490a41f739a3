// A trained ANN made ready for many designs: folded once, calibrated once, quantised once per width.

import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { activationBounds } from "../convert/activation-bounds.ts";
import type { ActivationStatistics } from "../convert/activation-statistics.ts";
import { collectStatistics } from "../convert/collect-statistics.ts";
import { convertToSnn } from "../convert/convert-to-snn.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { quantiseWeights, type WeightScales } from "../convert/quantise-weights.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Inference, Model } from "../model/model.ts";
import type { SnnDesign } from "./design-space.ts";
import type { StoredBits } from "./evaluation-task.ts";

/** Images the activations are measured on: the first of the training split. */
export const calibrationImages = 2_000;

/** Physical length of a step. Only exports read it; designs are made in steps. */
const dtMs = 1;

export interface PreparedAnnOptions {
  readonly kernels: Kernels;
  /** As trained. */
  readonly model: Model;
  /** SHA-256 of its network file. */
  readonly hash: string;
  /** Training split. */
  readonly train: ImageSet;
  readonly isCancelled: IsCancelled;
}

export class PreparedAnn {
  readonly #folded: Model;
  readonly #statistics: ActivationStatistics;
  readonly #stored = new Map<string, Model>();

  /** @throws {InvalidValueError} when the network cannot be converted, naming the layer */
  constructor({ kernels, model, hash, train, isCancelled }: PreparedAnnOptions) {
    this.#folded = foldBatchNorm({ ...model, provenance: { ...model.provenance, parent: hash } });
    const mark = kernels.mark();
    const forward = new Forward(kernels, this.#folded, { maximumBatch: 100 });
    const { network } = this.#folded;
    const count = Math.min(calibrationImages, train.count);
    this.#statistics = collectStatistics({
      forward,
      network,
      pixels: train.pixels,
      first: 0,
      count,
      isCancelled,
    });
    kernels.release(mark);
  }

  /** The ANN with its weights as stored: what ANN, controls and SNN have in common. */
  ann(bits: StoredBits, scales: WeightScales = "layer"): Model {
    if (bits === "float32") return this.#folded;
    const key = `${bits} ${scales}`;
    let stored = this.#stored.get(key);
    if (stored === undefined) {
      stored = quantiseWeights(this.#folded, bits, scales);
      this.#stored.set(key, stored);
    }
    return stored;
  }

  /** @throws {InvalidValueError} when a layer was never active, or the input suits no spike code */
  snn(design: SnnDesign, bits: StoredBits): Model {
    const inference = inferenceOf(design);
    const { weightScales: scales } = design;
    if (design.granularity === "layer") {
      return convertToSnn(this.ann(bits, scales), this.#statistics, design, inference);
    }
    return convertToSnn(this.#folded, this.#statistics, design, inference, { bits, scales });
  }

  /**
   * Bounds of the relus: the design's (the largest channel's), or the largest calibration activations. A relu
   * that has none in the design clips nothing.
   */
  bounds(design: SnnDesign | null): ReadonlyMap<string, number> {
    if (design !== null) {
      const bounds = activationBounds(this.#folded, this.#statistics, design, countedSteps(design));
      return new Map([...bounds].map(([id, own]) => [id, Math.max(...own)]));
    }
    const layers = Object.entries(this.#statistics.layers);
    return new Map(layers.map(([id, { maximum }]) => [id, Math.max(maximum, Number.MIN_VALUE)]));
  }
}

function inferenceOf({ coding, steps, readout, warmUp, warmUpSteps }: SnnDesign): Inference {
  const inference: Inference = { coding, steps, readout, dtMs };
  return warmUp === "none" ? inference : { ...inference, warmUp: { rule: warmUp, steps: warmUpSteps } };
}

/** Steps that the readout counts. */
function countedSteps({ steps, warmUp, warmUpSteps }: SnnDesign): number {
  return warmUp === "none" ? steps : Math.max(1, steps - warmUpSteps);
}
