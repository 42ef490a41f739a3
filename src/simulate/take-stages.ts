// A network's layers as stages of a run, with memory taken and connected by buffers.

import type { SpikeCrowding } from "../coding/input-spikes.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import { isLinear, lowered } from "../model/linear-layer.ts";
import { tensorOf } from "../model/model.ts";
import type { Connection, Layer, PoolLayer } from "../model/network.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import { addHeld, currentStage, type SummedInput } from "./current-stage.ts";
import { delayStage } from "./delay-stage.ts";
import { type FlowBuffer, type SpikeBuffer, takeCurrent, takeSpikes } from "./flow-buffer.ts";
import { inputStage } from "./input-stage.ts";
import { joinSpikes, joinValues } from "./join-stage.ts";
import { createTally, type LayerTally } from "./layer-tally.ts";
import { linearStage } from "./linear-stage.ts";
import { collector, DelayedFeed, loopStage, outerFeed, type StepFeed } from "./loop-stage.ts";
import type { LayerRange } from "./loops.ts";
import { mayMerge } from "./merging.ts";
import { mostSpikes } from "./most-spikes.ts";
import { neuronStage } from "./neuron-stage.ts";
import { phasedStage } from "./phased-stage.ts";
import { poolStage } from "./pool-stage.ts";
import { inputGain } from "./signal-kinds.ts";
import { known, type SimulationPlan } from "./simulation-plan.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { RunMemory, RunnableStage, Stage } from "./stage.ts";
import { stepNormFactors, stepNormStage } from "./step-norm.ts";
import { ttfsStage } from "./ttfs-stage.ts";

export interface RunStages {
  readonly stages: readonly RunnableStage[];
  readonly output: FlowBuffer;
  /** What layers outside loops hand on, by id; `"input"` too. */
  readonly flows: ReadonlyMap<string, FlowBuffer>;
  /** Grows while the stages run. */
  readonly tallies: readonly LayerTally[];
}

/** @param most - of a step of the input, from `checkRequest` */
export function takeStages(
  plan: SimulationPlan,
  memory: RunMemory,
  request: SimulationRequest,
  most: SpikeCrowding,
): RunStages {
  return new StageTaker(plan, memory, request, most).take();
}

class StageTaker {
  readonly #plan: SimulationPlan;
  readonly #memory: RunMemory;
  readonly #request: SimulationRequest;
  readonly #inputMost: SpikeCrowding;
  readonly #tallies: LayerTally[] = [];
  /** What layers outside loops hand on. */
  readonly #buffers = new Map<string, FlowBuffer>();

  constructor(plan: SimulationPlan, memory: RunMemory, request: SimulationRequest, most: SpikeCrowding) {
    this.#plan = plan;
    this.#memory = memory;
    this.#request = request;
    this.#inputMost = most;
  }

  take(): RunStages {
    const { model, steps, loops } = this.#plan;
    const { layers, output } = model.network;
    const input = inputStage(model, this.#memory, this.#request, this.#inputMost);
    const stages: RunnableStage[] = [input];
    this.#buffers.set(inputId, input.output);
    const bufferOf = ({ from, delay }: Connection): FlowBuffer => {
      const buffer = known(this.#buffers, from);
      if (delay === 0) return buffer;
      const delayed = delayStage(delay, steps, this.#memory, buffer);
      stages.push(delayed);
      return delayed.output;
    };
    for (let place = 0; place < layers.length; place++) {
      const loop = loops.find(({ first }) => first === place);
      if (loop !== undefined) {
        stages.push(this.#takeLoop(loop));
        place = loop.last;
        continue;
      }
      const layer = layers[place];
      this.#takeLayer(layer, steps, layer.inputs.map(bufferOf), stages, this.#buffers);
    }
    return { stages, output: known(this.#buffers, output), flows: this.#buffers, tallies: this.#tallies };
  }

  /** The layers of a loop, as one stage. */
  #takeLoop({ first, last }: LayerRange): RunnableStage {
    const { model, steps } = this.#plan;
    const { layers, output } = model.network;
    const memory = this.#memory;
    const inside = layers.slice(first, last + 1);
    const ids = new Set(inside.map(({ id }) => id));
    const stages: RunnableStage[] = [];
    const feeds: StepFeed[] = [];
    const own = new Map<string, FlowBuffer>();
    const delayed: { readonly feed: DelayedFeed; readonly from: string }[] = [];
    const bufferOf = ({ from, delay }: Connection): FlowBuffer => {
      if (ids.has(from) && delay === 0) return known(own, from);
      if (ids.has(from)) {
        const feed = new DelayedFeed(this.#oneStep(from), delay, memory);
        delayed.push({ feed, from });
        feeds.push(feed);
        return feed.buffer;
      }
      const feed = outerFeed(known(this.#buffers, from), delay, steps, memory);
      feeds.push(feed);
      return feed.buffer;
    };
    for (const layer of inside) this.#takeLayer(layer, 1, layer.inputs.map(bufferOf), stages, own);
    for (const { feed, from } of delayed) feed.follow(known(own, from));
    const isWanted = (id: string): boolean =>
      id === output || layers.slice(last + 1).some(({ inputs }) => inputs.some(({ from }) => from === id));
    const collectors = inside
      .filter(({ id }) => isWanted(id))
      .map(({ id }) => {
        const collecting = collector(known(own, id), steps, memory);
        this.#buffers.set(id, collecting.buffer);
        return collecting;
      });
    return loopStage(steps, stages, feeds, collectors);
  }

  /** A buffer of one step for what a layer gives, before its stage is there. */
  #oneStep(id: string): FlowBuffer {
    const { kernels, batch } = this.#memory;
    const size = sizeOf(known(this.#plan.shapes, id));
    const signal = known(this.#plan.signals, id);
    if (signal.kind !== "spikes") return takeCurrent(kernels, batch, size, paddedOutputs(size), false);
    const most = known(mostSpikes(this.#plan, this.#inputMost), id);
    return takeSpikes(kernels, batch, { size, ...most, hasOwnWorth: signal.worth === "own" });
  }

  /** Make a layer's stage; `stages` and `buffers` gain it. @param steps - of a call */
  #takeLayer(
    layer: Layer,
    steps: number,
    inputs: readonly FlowBuffer[],
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
      const sums = currentStage(steps, this.#memory, [{ buffer: input, worth: worths[0] }]);
      stages.push(sums);
      input = sums.output;
    }
    const stage = this.#stage(layer, steps, [input, ...inputs.slice(1)], worths);
    stages.push(stage);
    buffers.set(layer.id, stage.output);
  }

  #stage(layer: Layer, steps: number, inputs: readonly FlowBuffer[], worths: readonly number[]): Stage {
    const { model, shapes, neurons, pools, steps: allSteps } = this.#plan;
    const memory = this.#memory;
    const [input] = inputs;
    if (layer.kind === "neuron" && input.kind === "current") {
      const tally = this.#tally(createTally(layer, "none", input.size));
      const options = {
        layer,
        values: known(neurons, layer.id),
        steps,
        allSteps,
        tally,
        arithmetic: model.inference?.arithmetic ?? { kind: "float32" },
        boundsPotentials: this.#request.boundsPotentials ?? true,
        observe: this.#request.observe,
      };
      const { warmUp } = this.#plan;
      if (layer.model === "ttfs") return ttfsStage(options, memory, input);
      if (layer.isSigned || warmUp !== null) return phasedStage(options, warmUp, memory, input);
      return neuronStage(options, memory, input);
    }
    if (isLinear(layer) && (input.kind === "spikes" || input.kind === "held")) {
      const tally = this.#tally(createTally(layer, input.kind === "held" ? "analog" : "events", 0));
      const options = {
        layer: lowered(layer),
        steps,
        inputShape: known(shapes, layer.inputs[0].from),
        outputShape: known(shapes, layer.id),
        worth: worths[0],
        weights: known(this.#plan.weights, layer.id),
        bias: tensorOf(model, layer.id, "bias")?.data,
        fanOut: known(this.#plan.fanOuts, layer.id),
        tally,
      };
      return linearStage(options, memory, input);
    }
    const pool = pools.get(layer.id);
    if (pool !== undefined && input.kind !== "potential") {
      const isInLoop = steps < allSteps;
      const isMerged = !isInLoop && mayMerge(this.#plan, layer.id);
      const restarts = this.#plan.warmUp?.starts ?? [0];
      const options = {
        layer: layer as PoolLayer,
        steps,
        pool,
        isInLoop,
        isMerged,
        restarts,
        isTtfs: this.#plan.isTtfs,
      };
      return poolStage(options, memory, input);
    }
    if (layer.kind === "batchNorm" && input.kind === "current") {
      const [channels] = known(shapes, layer.id);
      return stepNormStage(stepNormFactors(model, layer), { channels, steps }, memory, input);
    }
    if (layer.kind === "add" || layer.kind === "concat") return this.#join(layer, steps, inputs, worths);
    throw new TypeError(`layer ${layer.id} should have been refused`);
  }

  #join(
    layer: Layer & { readonly kind: "add" | "concat" },
    steps: number,
    inputs: readonly FlowBuffer[],
    worths: readonly number[],
  ): Stage {
    const memory = this.#memory;
    const signal = known(this.#plan.signals, layer.id);
    /** Channels' gains are spread over their places. */
    const gains = (k: number): Pick<SummedInput, "gain" | "gains"> => {
      const gain = inputGain(this.#plan.model, layer, k);
      if (typeof gain === "number") return { gain };
      const { size } = inputs[k];
      const positions = size / gain.length;
      return { gains: Float32Array.from({ length: size }, (_, i) => gain[Math.floor(i / positions)]) };
    };
    const isSpikes = (buffer: FlowBuffer): buffer is SpikeBuffer => buffer.kind === "spikes";
    if (signal.kind === "spikes") {
      const joined = inputs.filter(isSpikes).map((buffer, k) => ({ buffer, worth: worths[k], ...gains(k) }));
      return joinSpikes(layer.kind, steps, memory, joined, signal.worth === "own");
    }
    if (layer.kind === "concat") {
      const values = inputs.filter((buffer): buffer is Exclude<FlowBuffer, SpikeBuffer> => !isSpikes(buffer));
      return joinValues(steps, memory, values);
    }
    const summed = inputs.map((buffer, k) => ({ buffer, worth: worths[k], ...gains(k) }));
    return signal.kind === "held" ? addHeld(memory, summed) : currentStage(steps, memory, summed);
  }

  #tally(tally: LayerTally): LayerTally {
    this.#tallies.push(tally);
    return tally;
  }
}
