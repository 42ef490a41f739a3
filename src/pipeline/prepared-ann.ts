// A trained ANN made ready for many designs: folded once, calibrated once, quantised once per width.

import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import type { ActivationStatistics } from "../convert/activation-statistics.ts";
import { collectStatistics } from "../convert/collect-statistics.ts";
import { controlBounds } from "../convert/control-bounds.ts";
import { convertToSnn } from "../convert/convert-to-snn.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
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
  readonly #stored = new Map<StoredBits, Model>();

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
  ann(bits: StoredBits): Model {
    if (bits === "float32") return this.#folded;
    let stored = this.#stored.get(bits);
    if (stored === undefined) {
      stored = quantiseWeights(this.#folded, bits);
      this.#stored.set(bits, stored);
    }
    return stored;
  }

  /** @throws {InvalidValueError} when a layer was never active, or the input suits no spike code */
  snn(design: SnnDesign, bits: StoredBits): Model {
    const { coding, steps, readout } = design;
    return convertToSnn(this.ann(bits), this.#statistics, design, { coding, steps, readout, dtMs });
  }

  /** Bounds of every relu: the design's, or the largest calibration activations. */
  bounds(design: SnnDesign | null): ReadonlyMap<string, number> {
    if (design !== null) return controlBounds(this.snn(design, "float32"));
    const layers = Object.entries(this.#statistics.layers);
    return new Map(layers.map(([id, { maximum }]) => [id, Math.max(maximum, Number.MIN_VALUE)]));
  }
}
