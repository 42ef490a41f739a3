// A trained ANN made ready for many designs: folded once, calibrated once, quantised once per width.

import { Forward } from "../ann/forward.ts";
import type { IsCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import { activationBounds } from "../convert/activation-bounds.ts";
import type { ActivationStatistics } from "../convert/activation-statistics.ts";
import { calibrateNeurons } from "../convert/calibrate-neurons.ts";
import { calibrateWeights } from "../convert/calibrate-weights.ts";
import { collectStatistics } from "../convert/collect-statistics.ts";
import { adviseOn } from "../convert/conversion-advice.ts";
import { startShare } from "../convert/conversion-fields.ts";
import { convertToSnn } from "../convert/convert-to-snn.ts";
import { diagnose } from "../convert/diagnose.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import type { CalibrationImages } from "../convert/mean-activations.ts";
import { poolBeforeRelu } from "../convert/pool-before-relu.ts";
import { quantiseWeights, type WeightScales } from "../convert/quantise-weights.ts";
import { type BoundRule, type Bounds, watchBounds } from "../convert/watched-bounds.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Inference, Model } from "../model/model.ts";
import type { ConversionDesign } from "./design-space.ts";
import type { StoredBits } from "./evaluation-task.ts";
import type { Explanation } from "./explanation.ts";
import { requireImages } from "./require-images.ts";

/** Images the activations are measured on: the first of the training split. */
export const calibrationImages = 2_000;

/** Images that weights, biases and potentials are corrected on: the first of the training split. */
const correctionImages = 512;

/** Images of a batch of a moving average. */
const movingBatch = 100;

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
  readonly #options: PreparedAnnOptions;
  readonly #folded: Model;
  readonly #statistics: ActivationStatistics;
  readonly #stored = new Map<string, Model>();

  /** @throws {InvalidValueError} when the network cannot be converted, naming the layer */
  constructor(options: PreparedAnnOptions) {
    const { kernels, model, hash, train, isCancelled } = options;
    if (model.kind !== "ann") {
      const cure = "Give the network it was made from.";
      throw new InvalidValueError("network", "must be an ANN to be converted", "an SNN", cure);
    }
    requireImages(model, train);
    this.#options = options;
    this.#folded = foldBatchNorm({ ...model, provenance: { ...model.provenance, parent: hash } });
    const mark = kernels.mark();
    const forward = new Forward(kernels, this.#folded, { maximumBatch: 100 });
    const { network } = this.#folded;
    const count = Math.min(calibrationImages, train.count);
    const calibration = { forward, network, pixels: train.pixels, first: 0, count, isCancelled };
    const statistics = collectStatistics(calibration);
    const watched = keptByRule((rule) => {
      const images = { kernels, images: train, count, seed: 0, isCancelled };
      return watchBounds(this.#folded, rule, images, movingBatch);
    });
    this.#statistics = { ...statistics, watched };
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

  /**
   * @throws {InvalidValueError} when a layer was never active, or the input suits no spike code
   * @throws {CancelledError} during calibration
   */
  snn(design: ConversionDesign, bits: StoredBits): Model {
    const inference = inferenceOf(design);
    const { weightScales: scales, calibrateWeights: trainsWeights } = design;
    const isStoredAnew = trainsWeights || design.granularity === "channel";
    const storage = isStoredAnew ? { bits, scales } : undefined;
    const convert = (ann: Model): Model => convertToSnn(ann, this.#statistics, design, inference, storage);
    if (!isStoredAnew) return this.#calibrated(convert(this.ann(bits, scales)), design);
    const ann = this.#asConverted(design);
    const trained = trainsWeights
      ? calibrateWeights(ann, { convert, head: startShare(design) }, this.#calibrationSet())
      : ann;
    return this.#calibrated(convert(trained), design);
  }

  /**
   * What an SNN of this design gets wrong and why.
   *
   * @param images - none that the final figures use
   * @throws {CancelledError}
   */
  explain(snn: Model, design: ConversionDesign, images: ImageSet): Explanation {
    const some = { ...this.#calibrationSet(), images, count: images.count };
    const diagnosis = diagnose(snn, this.#asConverted(design), startShare(design), some);
    return { ...diagnosis, advice: adviseOn(diagnosis, design) };
  }

  #calibrated(snn: Model, design: ConversionDesign): Model {
    return calibrateNeurons(snn, this.#asConverted(design), design, this.#calibrationSet());
  }

  /** The float32 ANN, layer by layer as the SNN has them. */
  #asConverted({ maxPool }: ConversionDesign): Model {
    return maxPool === "sums" ? poolBeforeRelu(this.#folded) : this.#folded;
  }

  #calibrationSet(): CalibrationImages {
    const { kernels, train, isCancelled } = this.#options;
    const count = Math.min(correctionImages, train.count);
    return { kernels, images: train, count, seed: 0, isCancelled };
  }

  /**
   * Bounds of the relus: the design's (the largest channel's), or the largest calibration activations. A relu
   * that has none in the design clips nothing.
   */
  bounds(design: ConversionDesign | null): ReadonlyMap<string, number> {
    if (design !== null) {
      const bounds = activationBounds(this.#folded, this.#statistics, design, design.steps);
      return new Map([...bounds].map(([id, own]) => [id, Math.max(...own)]));
    }
    const layers = Object.entries(this.#statistics.layers);
    return new Map(layers.map(([id, { maximum }]) => [id, Math.max(maximum, Number.MIN_VALUE)]));
  }
}

function keptByRule(watch: (rule: BoundRule) => Bounds): (rule: BoundRule) => Bounds {
  const known = new Map<string, Bounds>();
  return (rule) => {
    const key = JSON.stringify(rule);
    const bounds = known.get(key) ?? watch(rule);
    known.set(key, bounds);
    return bounds;
  };
}

function inferenceOf({ coding, steps, readout }: ConversionDesign): Inference {
  return { coding, steps, readout, dtMs };
}
