// The clock-driven simulator. Semantics: Model in model/model.ts and scalar-simulator.ts, its twin.
//
// Images are independent and the order of additions within an image is fixed, so neither pieces nor
// threads change a bit of any result. Work follows the spikes: a layer's sums cost one row of
// weights a spike. Layers run one after the other over all steps of a piece of images, so that
// weights are read while they are in cache.

import { throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Model, type TensorData, tensorOf } from "../model/model.ts";
import type { Layer } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { fanOutOf } from "./fan-out.ts";
import type { FlowBuffer, SpikeBuffer } from "./flow-buffer.ts";
import { imageBytes } from "./image-bytes.ts";
import { inputStage } from "./input-stage.ts";
import { joinStage } from "./join-stage.ts";
import { createTally, type LayerTally } from "./layer-tally.ts";
import { linearStage } from "./linear-stage.ts";
import { neuronStage } from "./neuron-stage.ts";
import { poolStage } from "./pool-stage.ts";
import { type PoolWindows, poolWindows } from "./pool-windows.ts";
import { readDecisions } from "./readout.ts";
import { signalKinds } from "./signal-kinds.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { SimulationResult } from "./simulation-result.ts";
import type { RunMemory, SimulationPlan, Stage } from "./stage.ts";

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
  /** Stored weights by layer id. */
  readonly #weights = new Map<string, TensorData>();
  readonly #fanOuts = new Map<string, Int32Array>();
  readonly #pools = new Map<string, PoolWindows>();

  constructor(kernels: Kernels, model: Model, options: SimulatorOptions) {
    const signals = signalKinds(model);
    const shapes = inferShapes(model.network);
    this.#kernels = kernels;
    this.#options = options;
    this.#plan = { model, steps: model.inference?.steps ?? 0, shapes, signals };
    for (const layer of model.network.layers) {
      const input = shapes.get(layer.inputs[0].from) ?? [];
      const output = shapes.get(layer.id) ?? [];
      if (layer.kind === "averagePool" || layer.kind === "maxPool") {
        this.#pools.set(layer.id, poolWindows(layer, input, output));
      }
      const weights = tensorOf(model, layer.id, "weight");
      if ((layer.kind !== "dense" && layer.kind !== "conv2d") || weights === undefined) continue;
      this.#weights.set(layer.id, weights.data);
      this.#fanOuts.set(layer.id, fanOutOf(layer, input, output));
    }
  }

  /**
   * Exchange a layer's stored weights, e.g. for ones with injected faults (NaN and ∞ may be among them).
   *
   * @param data - kept by reference and read at the start of every run
   * @throws {InvalidValueError} when layer, type or length differ from the model's
   */
  setWeights(layerId: string, data: Int8Array | Float32Array): void {
    const present = this.#weights.get(layerId);
    if (present === undefined) throw new InvalidValueError("layer", "must be dense or conv2d", layerId);
    if (present.constructor !== data.constructor || present.length !== data.length) {
      throw new InvalidValueError(
        `weights of ${layerId}`,
        `must be ${present.constructor.name} of ${present.length}`,
        `${data.constructor.name} of ${data.length}`,
      );
    }
    this.#weights.set(layerId, data);
  }

  /**
   * Run some images of a set.
   *
   * @throws {InvalidValueError} when the set does not hold these images
   * @throws {ResourceError} when not even one image fits the kernels' memory
   * @throws {CancelledError} within one layer of one piece of images
   */
  run(request: SimulationRequest): SimulationResult {
    const { firstImage, count, labels } = request;
    const { model, steps } = this.#plan;
    checkRequest(request, sizeOf(model.network.inputShape));
    const mark = this.#kernels.mark();
    try {
      const batch = this.#batch(count);
      const tallies = new Map<string, LayerTally>();
      const { stages, output } = this.#takeStages({ kernels: this.#kernels, batch }, request, tallies);
      const correctPerStep = new Array<number>(steps).fill(0);
      const readout = { output, steps, classes: model.classes.length, labels, correctPerStep };
      const predictions = new Uint8Array(count);
      const operationsPerImage = new Float64Array(count);
      for (let done = 0; done < count; done += batch) {
        const images = Math.min(batch, count - done);
        const operations = operationsPerImage.subarray(done, done + images);
        for (const stage of stages) {
          throwIfCancelled(request.isCancelled, "the simulation");
          stage.run({ firstImage: firstImage + done, images, operations });
        }
        readDecisions(readout, firstImage + done, images, predictions.subarray(done));
      }
      for (const stage of stages) stage.finish?.();
      return {
        images: count,
        steps,
        correctPerStep,
        predictions,
        operationsPerImage,
        layers: [...tallies.values()],
      };
    } finally {
      this.#kernels.release(mark);
    }
  }

  #batch(count: number): number {
    const { maximumBatch = defaultBatch, memoryBytes = defaultMemoryBytes } = this.#options;
    const bytes = Math.min(memoryBytes, this.#kernels.freeBytes / 2);
    const fitting = Math.floor(bytes / imageBytes(this.#plan, this.#pools));
    return Math.max(1, Math.min(fitting, maximumBatch, count));
  }

  #takeStages(
    memory: RunMemory,
    request: SimulationRequest,
    tallies: Map<string, LayerTally>,
  ): { stages: Stage[]; output: FlowBuffer } {
    const { network } = this.#plan.model;
    const input = inputStage(this.#plan.model, memory, request);
    const stages = [input];
    const buffers = new Map<string, FlowBuffer>([[inputId, input.output]]);
    for (const layer of network.layers) {
      const inputs = layer.inputs.map(({ from }) => buffers.get(from) ?? input.output);
      if (layer.kind === "flatten") {
        buffers.set(layer.id, inputs[0]);
        continue;
      }
      const stage = this.#stage(layer, memory, inputs, tallies);
      stages.push(stage);
      buffers.set(layer.id, stage.output);
    }
    return { stages, output: buffers.get(network.output) ?? input.output };
  }

  #stage(
    layer: Layer,
    memory: RunMemory,
    inputs: readonly FlowBuffer[],
    tallies: Map<string, LayerTally>,
  ): Stage {
    const { model, steps, shapes, signals } = this.#plan;
    const [input] = inputs;
    if (layer.kind === "neuron" && input.kind === "current") {
      const tally = createTally(layer, "none", input.size);
      tallies.set(layer.id, tally);
      return neuronStage({ model, layer, steps, tally }, memory, input);
    }
    if ((layer.kind === "dense" || layer.kind === "conv2d") && input.kind !== "current") {
      const tally = createTally(layer, input.kind === "held" ? "analog" : "events", 0);
      tallies.set(layer.id, tally);
      const source = signals.get(layer.inputs[0].from);
      return linearStage(
        {
          layer,
          steps,
          inputShape: shapes.get(layer.inputs[0].from) ?? [],
          outputShape: shapes.get(layer.id) ?? [],
          worth: source?.kind === "spikes" ? source.worth : 1,
          weights: this.#weights.get(layer.id) ?? new Float32Array(),
          bias: tensorOf(model, layer.id, "bias")?.data,
          fanOut: this.#fanOuts.get(layer.id) ?? new Int32Array(),
          tally,
        },
        memory,
        input,
      );
    }
    const pool = this.#pools.get(layer.id);
    if (
      (layer.kind === "averagePool" || layer.kind === "maxPool") &&
      pool !== undefined &&
      input.kind !== "current"
    ) {
      return poolStage({ layer, steps, pool }, memory, input);
    }
    if (layer.kind === "add" || layer.kind === "concat") {
      const isSpikes = (buffer: FlowBuffer): buffer is SpikeBuffer => buffer.kind === "spikes";
      return joinStage(layer.kind, steps, memory, inputs.filter(isSpikes));
    }
    throw new TypeError(`layer ${layer.id} should have been refused`);
  }
}

/**
 * Make a network ready to run.
 *
 * @param model - an SNN that `validateModel` accepts (weights may hold injected faults); 0 delays, no cycles
 * @throws {InvalidValueError} naming the layer that cannot be simulated
 */
export function createSimulator(kernels: Kernels, model: Model, options: SimulatorOptions = {}): Simulator {
  return new Simulator(kernels, model, options);
}

function checkRequest({ pixels, labels, firstImage, count }: SimulationRequest, inputs: number): void {
  if (!(Number.isInteger(firstImage) && firstImage >= 0 && Number.isInteger(count) && count >= 0)) {
    throw new InvalidValueError("images", "must be whole numbers of at least 0", [firstImage, count]);
  }
  const last = firstImage + count;
  if (labels.length < last || pixels.length < last * inputs) {
    const held = Math.min(labels.length, Math.floor(pixels.length / inputs));
    throw new InvalidValueError("images", `must lie in the set of ${held}`, `${firstImage} to ${last}`);
  }
}
