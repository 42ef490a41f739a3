// The clock-driven simulator. Semantics: Model in model/model.ts and scalar-simulator.ts, its twin.
//
// Images are independent and the order of additions within an image is fixed, so neither pieces nor
// threads change a bit of any result. Work follows the spikes: a layer's sums cost one row of
// weights a spike. Layers run one after the other over all steps of a piece of images, so that
// weights are read while they are in cache.

import { throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import { isLinear, lowered } from "../model/linear-layer.ts";
import { type Model, type TensorData, tensorOf } from "../model/model.ts";
import type { Connection, Layer, PoolLayer } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { addHeld, currentStage } from "./current-stage.ts";
import { delayStage } from "./delay-stage.ts";
import { fanOutOf } from "./fan-out.ts";
import { type FlowBuffer, type SpikeBuffer, takeCurrent, takeSpikes } from "./flow-buffer.ts";
import { imageBytes } from "./image-bytes.ts";
import { inputStage, mostOfInput } from "./input-stage.ts";
import { joinSpikes, joinValues } from "./join-stage.ts";
import { createTally, type LayerTally } from "./layer-tally.ts";
import { linearStage } from "./linear-stage.ts";
import { collector, DelayedFeed, loopStage, outerFeed, type StepFeed } from "./loop-stage.ts";
import { type LayerRange, loopRanges } from "./loops.ts";
import { type MostSpikes, mostSpikes } from "./most-spikes.ts";
import { neuronStage } from "./neuron-stage.ts";
import { neuronValues } from "./neuron-values.ts";
import { poolStage } from "./pool-stage.ts";
import { type PoolWindows, poolWindows } from "./pool-windows.ts";
import { readDecisions } from "./readout.ts";
import { signalKinds } from "./signal-kinds.ts";
import { checkRequest, type SimulationRequest } from "./simulation-request.ts";
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
  readonly #neurons = new Map<string, ReturnType<typeof neuronValues>>();
  readonly #loops: readonly LayerRange[];

  constructor(kernels: Kernels, model: Model, options: SimulatorOptions) {
    const signals = signalKinds(model);
    const shapes = inferShapes(model.network);
    this.#kernels = kernels;
    this.#options = options;
    this.#plan = { model, steps: model.inference?.steps ?? 0, shapes, signals };
    this.#loops = loopRanges(model.network);
    for (const layer of model.network.layers) {
      const input = known(shapes, layer.inputs[0].from);
      const output = known(shapes, layer.id);
      if (layer.kind === "neuron") this.#neurons.set(layer.id, neuronValues(model, layer, output));
      if (layer.kind === "averagePool" || layer.kind === "sumPool" || layer.kind === "maxPool") {
        this.#pools.set(layer.id, poolWindows(layer, input, output));
      }
      const weights = tensorOf(model, layer.id, "weight");
      if (!isLinear(layer) || weights === undefined) continue;
      this.#weights.set(layer.id, weights.data);
      this.#fanOuts.set(layer.id, fanOutOf(lowered(layer), input, output));
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
    if (present === undefined) throw new InvalidValueError("layer", "must have weights", layerId);
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
    checkRequest(model, request);
    const mark = this.#kernels.mark();
    try {
      const batch = this.#batch(request);
      const tallies = new Map<string, LayerTally>();
      const { stages, output } = this.#takeStages({ kernels: this.#kernels, batch }, request, tallies);
      const correctPerStep = new Array<number>(steps).fill(0);
      const rule = model.inference?.readout ?? "membrane";
      const readout = { output, rule, steps, classes: model.classes.length, labels, correctPerStep };
      const predictions = new Uint8Array(count);
      const operationsPerImage = new Float64Array(count);
      for (let done = 0; done < count; done += batch) {
        const images = Math.min(batch, count - done);
        const operations = operationsPerImage.subarray(done, done + images);
        for (const stage of stages) {
          throwIfCancelled(request.isCancelled, "the simulation");
          stage.run({ firstImage: firstImage + done, images, operations, isStart: true });
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

  #batch({ count, spikes }: SimulationRequest): number {
    const { maximumBatch = defaultBatch, memoryBytes = defaultMemoryBytes } = this.#options;
    const bytes = Math.min(memoryBytes, this.#kernels.freeBytes / 2);
    const fitting = Math.floor(bytes / imageBytes(this.#plan, this.#pools, this.#inputMost(spikes)));
    return Math.max(1, Math.min(fitting, maximumBatch, count));
  }

  #inputMost(spikes: InputSpikes | undefined): MostSpikes {
    if (spikes !== undefined) return mostOfInput(spikes);
    return { mostPerStep: sizeOf(this.#plan.model.network.inputShape), multiplicity: 1 };
  }

  #takeStages(
    memory: RunMemory,
    request: SimulationRequest,
    tallies: Map<string, LayerTally>,
  ): { stages: RunnableStage[]; output: FlowBuffer } {
    const { model, steps } = this.#plan;
    const { layers, output } = model.network;
    const input = inputStage(model, memory, request);
    const stages: RunnableStage[] = [input];
    const buffers = new Map<string, FlowBuffer>([[inputId, input.output]]);
    const bufferOf = ({ from, delay }: Connection): FlowBuffer => {
      const buffer = known(buffers, from);
      if (delay === 0) return buffer;
      const delayed = delayStage(delay, steps, memory, buffer);
      stages.push(delayed);
      return delayed.output;
    };
    let loop = 0;
    for (let place = 0; place < layers.length; place++) {
      const range = this.#loops[loop];
      if (range !== undefined && place === range.first) {
        stages.push(this.#takeLoop(range, memory, buffers, tallies));
        place = range.last;
        loop++;
        continue;
      }
      const layer = layers[place];
      this.#takeLayer(layer, steps, memory, layer.inputs.map(bufferOf), tallies, stages, buffers);
    }
    return { stages, output: known(buffers, output) };
  }

  /** The layers of a loop, as one stage; `buffers` gains what they hand on. */
  #takeLoop(
    { first, last }: LayerRange,
    memory: RunMemory,
    buffers: Map<string, FlowBuffer>,
    tallies: Map<string, LayerTally>,
  ): RunnableStage {
    const { model, steps } = this.#plan;
    const { layers, output } = model.network;
    const inside = layers.slice(first, last + 1);
    const ids = new Set(inside.map(({ id }) => id));
    const stages: RunnableStage[] = [];
    const feeds: StepFeed[] = [];
    const own = new Map<string, FlowBuffer>();
    const delayed: { readonly feed: DelayedFeed; readonly from: string }[] = [];
    const bufferOf = (connection: Connection): FlowBuffer => {
      const { from, delay } = connection;
      if (ids.has(from) && delay === 0) return known(own, from);
      if (ids.has(from)) {
        const feed = new DelayedFeed(this.#oneStep(from, memory, known(buffers, inputId)), delay, memory);
        delayed.push({ feed, from });
        feeds.push(feed);
        return feed.buffer;
      }
      const feed = outerFeed(known(buffers, from), delay, steps, memory);
      feeds.push(feed);
      return feed.buffer;
    };
    for (const layer of inside) {
      this.#takeLayer(layer, 1, memory, layer.inputs.map(bufferOf), tallies, stages, own);
    }
    for (const { feed, from } of delayed) feed.follow(known(own, from));
    const isWanted = (id: string): boolean =>
      id === output || layers.slice(last + 1).some(({ inputs }) => inputs.some(({ from }) => from === id));
    const collectors = inside
      .filter(({ id }) => isWanted(id))
      .map(({ id }) => {
        const collecting = collector(known(own, id), steps, memory);
        buffers.set(id, collecting.buffer);
        return collecting;
      });
    return loopStage(steps, stages, feeds, collectors);
  }

  /** A buffer of one step for what a layer gives, before its stage is there. */
  #oneStep(id: string, { kernels, batch }: RunMemory, input: FlowBuffer): FlowBuffer {
    const size = sizeOf(known(this.#plan.shapes, id));
    const signal = known(this.#plan.signals, id);
    if (signal.kind !== "spikes") return takeCurrent(kernels, batch, size, paddedOutputs(size), false);
    const inputMost = input.kind === "spikes" ? input : { mostPerStep: 0, multiplicity: 0 };
    const most = known(mostSpikes(this.#plan, this.#pools, inputMost), id);
    return takeSpikes(kernels, batch, { size, ...most, hasOwnWorth: signal.worth === "own" });
  }

  /** Whether all that a layer's spikes reach are sums of codes, whose order does not matter. */
  #mayMerge(id: string): boolean {
    const { layers, output } = this.#plan.model.network;
    if (id === output || known(this.#plan.signals, id).kind !== "spikes") return false;
    const users = layers.filter(({ inputs }) => inputs.some(({ from }) => from === id));
    return users.every((user) => {
      if (user.inputs.some(({ delay }) => delay > 0)) return false;
      if (user.kind === "flatten") return this.#mayMerge(user.id);
      const isInLoop = this.#loops.some(({ first, last }) => {
        const place = layers.indexOf(user);
        return place >= first && place <= last;
      });
      return isLinear(user) && !isInLoop && this.#weights.get(user.id) instanceof Int8Array;
    });
  }

  /** Make a layer's stage; `stages` and `buffers` gain it. @param steps - of a call */
  #takeLayer(
    layer: Layer,
    steps: number,
    memory: RunMemory,
    inputs: readonly FlowBuffer[],
    tallies: Map<string, LayerTally>,
    stages: RunnableStage[],
    buffers: Map<string, FlowBuffer>,
  ): void {
    if (layer.kind === "flatten") {
      buffers.set(layer.id, inputs[0]);
      return;
    }
    const worths = layer.inputs.map(({ from }) => {
      const source = known(this.#plan.signals, from);
      return source.kind === "spikes" && source.worth !== "own" ? source.worth : 1;
    });
    let [input] = inputs;
    if (layer.kind === "neuron" && input.kind !== "current") {
      const sums = currentStage(steps, memory, [{ buffer: input, worth: worths[0] }]);
      stages.push(sums);
      input = sums.output;
    }
    const stage = this.#stage(layer, steps, memory, [input, ...inputs.slice(1)], worths, tallies);
    stages.push(stage);
    buffers.set(layer.id, stage.output);
  }

  #stage(
    layer: Layer,
    steps: number,
    memory: RunMemory,
    inputs: readonly FlowBuffer[],
    worths: readonly number[],
    tallies: Map<string, LayerTally>,
  ): Stage {
    const { model, shapes, signals, steps: allSteps } = this.#plan;
    const [input] = inputs;
    if (layer.kind === "neuron" && input.kind === "current") {
      const tally = createTally(layer, "none", input.size);
      tallies.set(layer.id, tally);
      const values = known(this.#neurons, layer.id);
      return neuronStage({ layer, values, steps, allSteps, tally }, memory, input);
    }
    if (isLinear(layer) && (input.kind === "spikes" || input.kind === "held")) {
      const tally = createTally(layer, input.kind === "held" ? "analog" : "events", 0);
      tallies.set(layer.id, tally);
      return linearStage(
        {
          layer: lowered(layer),
          steps,
          inputShape: known(shapes, layer.inputs[0].from),
          outputShape: known(shapes, layer.id),
          worth: worths[0],
          weights: known(this.#weights, layer.id),
          bias: tensorOf(model, layer.id, "bias")?.data,
          fanOut: known(this.#fanOuts, layer.id),
          tally,
        },
        memory,
        input,
      );
    }
    const pool = this.#pools.get(layer.id);
    if (pool !== undefined && input.kind !== "potential") {
      const isInLoop = steps < allSteps;
      const isMerged = !isInLoop && this.#mayMerge(layer.id);
      return poolStage({ layer: layer as PoolLayer, steps, pool, isInLoop, isMerged }, memory, input);
    }
    if (layer.kind === "add" || layer.kind === "concat") {
      const signal = known(signals, layer.id);
      const isSpikes = (buffer: FlowBuffer): buffer is SpikeBuffer => buffer.kind === "spikes";
      if (signal.kind === "spikes") {
        const own = signal.worth === "own";
        return joinSpikes(layer.kind, steps, memory, inputs.filter(isSpikes), worths, own);
      }
      if (layer.kind === "concat") {
        return joinValues(steps, memory, inputs.filter((buffer) => !isSpikes(buffer)) as ValueBuffer[]);
      }
      const summed = inputs.map((buffer, k) => ({ buffer, worth: worths[k] }));
      return signal.kind === "held" ? addHeld(memory, summed) : currentStage(steps, memory, summed);
    }
    throw new TypeError(`layer ${layer.id} should have been refused`);
  }
}

type ValueBuffer = Exclude<FlowBuffer, SpikeBuffer>;
type RunnableStage = Pick<Stage, "run" | "finish">;

function known<V>(map: ReadonlyMap<string, V>, id: string): V {
  const value = map.get(id);
  if (value === undefined) throw new RangeError(`no ${id}`);
  return value;
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
