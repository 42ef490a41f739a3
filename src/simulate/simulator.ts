// The clock-driven simulator. Semantics: Model in model/model.ts and scalar-simulator.ts, its twin.
//
// Images are independent and the order of additions within an image is fixed (sums of codes, which are
// exact, may come in any), so neither pieces nor threads change a bit of any result. Work follows the
// spikes: a layer's sums cost one row of weights a spike. Layers run one after the other over all steps of
// a piece of images, so that weights are read while they are in cache; only loops go step by step.
//
// Memory: weights once; between two layers 4 bytes for every current and every possible spike of a step,
// so an image takes some 4 T Σ (currents + neurons) bytes; as many images run at once as fit.

import { throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { SpikeCrowding } from "../coding/input-spikes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { requireExactSums } from "./exact-sums.ts";
import { imageBytes } from "./image-bytes.ts";
import { readDecisions } from "./readout.ts";
import { planSimulation, type SimulationPlan } from "./simulation-plan.ts";
import { checkRequest, type SimulationRequest } from "./simulation-request.ts";
import type { SimulationResult } from "./simulation-result.ts";
import { takeStages } from "./take-stages.ts";

export interface SimulatorOptions {
  /** Most images simulated together; changes speed only. */
  readonly maximumBatch?: number;
  /** Most bytes for the values between layers; never more than half of the kernels' free memory. Weights come on top. */
  readonly memoryBytes?: number;
}

const defaultBatch = 64;
const defaultMemoryBytes = 8 * 1024 * 1024;

/** A network ready to be run. Takes kernel memory only while it runs. */
export class Simulator {
  readonly #kernels: Kernels;
  readonly #plan: SimulationPlan;
  readonly #options: SimulatorOptions;

  constructor(kernels: Kernels, model: Model, options: SimulatorOptions) {
    this.#kernels = kernels;
    this.#options = options;
    this.#plan = planSimulation(model);
  }

  /**
   * Exchange a layer's stored weights, e.g. for ones with injected faults (NaN and ∞ may be among them).
   *
   * @param data - kept by reference and read at the start of every run
   * @throws {InvalidValueError} when layer, type or length differ from the model's
   */
  setWeights(layerId: string, data: Int8Array | Float32Array): void {
    const { weights } = this.#plan;
    const present = weights.get(layerId);
    if (present === undefined) throw new InvalidValueError("layer", "must have weights", layerId);
    if (present.constructor !== data.constructor || present.length !== data.length) {
      throw new InvalidValueError(
        `weights of ${layerId}`,
        `must be ${present.constructor.name} of ${present.length}`,
        `${data.constructor.name} of ${data.length}`,
      );
    }
    weights.set(layerId, data);
  }

  /**
   * Run some images of a set.
   *
   * @throws {InvalidValueError} when the set does not hold these images, or not as the network takes them
   * @throws {ResourceError} when not even one image fits the kernels' memory
   * @throws {CancelledError} within one layer of one piece of images
   */
  run(request: SimulationRequest): SimulationResult {
    const { firstImage, count, labels } = request;
    const { model, steps } = this.#plan;
    const most = checkRequest(model, request);
    requireExactSums(this.#plan, most);
    const mark = this.#kernels.mark();
    try {
      const batch = this.#batch(request.count, most);
      const { stages, output, flows, tallies } = takeStages(
        this.#plan,
        { kernels: this.#kernels, batch },
        request,
        most,
      );
      const correctPerStep = new Array<number>(steps).fill(0);
      const rule = model.inference?.readout ?? "membrane";
      const { firstRead: firstStep } = this.#plan;
      const readout = {
        output,
        rule,
        steps,
        firstStep,
        classes: model.classes.length,
        labels,
        correctPerStep,
      };
      const predictions = new Uint8Array(count);
      const operationsPerImage = new Float64Array(count);
      const operationsPerStep = new Float64Array(steps);
      for (let done = 0; done < count; done += batch) {
        const images = Math.min(batch, count - done);
        const operations = operationsPerImage.subarray(done, done + images);
        for (const stage of stages) {
          throwIfCancelled(request.isCancelled, "the simulation");
          stage.run({
            firstImage: firstImage + done,
            images,
            operations,
            operationsPerStep,
            step: 0,
            isStart: true,
          });
        }
        readDecisions(readout, firstImage + done, images, predictions.subarray(done));
        request.trace?.({ firstImage: firstImage + done, images, flows });
      }
      for (const stage of stages) stage.finish?.();
      const operations = { operationsPerImage, operationsPerStep: Array.from(operationsPerStep) };
      return { images: count, steps, correctPerStep, predictions, ...operations, layers: tallies };
    } finally {
      this.#kernels.release(mark);
    }
  }

  #batch(count: number, most: SpikeCrowding): number {
    const { maximumBatch = defaultBatch, memoryBytes = defaultMemoryBytes } = this.#options;
    const bytes = Math.min(memoryBytes, this.#kernels.freeBytes / 2);
    const fitting = Math.floor(bytes / imageBytes(this.#plan, most));
    return Math.max(1, Math.min(fitting, maximumBatch, count));
  }
}

/**
 * Make a network ready to run.
 *
 * @param model - an SNN that `validateModel` accepts (weights may hold injected faults)
 * @throws {InvalidValueError} naming the layer that cannot be simulated
 */
export function createSimulator(kernels: Kernels, model: Model, options: SimulatorOptions = {}): Simulator {
  return new Simulator(kernels, model, options);
}
