// The fault-free run of one image: every train and every current, as the simulator worked them out.

import type { FlowBuffer, SpikeBuffer } from "../../simulate/flow-buffer.ts";
import { known } from "../../simulate/simulation-plan.ts";
import type { FlowTrace } from "../../simulate/simulation-request.ts";
import type { FaultGraph, SumNode, TrainNode } from "./fault-graph.ts";
import type { MaxPoolTrains } from "./max-pool-trains.ts";

/** Currents of a layer; element o of step t stands at first + t · stepStride + o. */
export interface GoldenCurrents {
  values: Float32Array;
  first: number;
  /** 0 where the current is held. */
  stepStride: number;
  /** Input that is held, and the place of its first value. Empty for spikes. */
  held: Float32Array;
  heldFirst: number;
}

export class GoldenImage {
  readonly graph: FaultGraph;
  /** Spikes by train: bit t % 32 of word element · words + ⌊t / 32⌋. */
  readonly trains: readonly Uint32Array[];
  /** By place in the graph's `sums`. Views into the simulator's memory, valid while its trace is. */
  readonly currents: readonly GoldenCurrents[];
  /** Of the image; what held input is made of. */
  pixels: Uint8Array = new Uint8Array(0);
  readonly #pools: ReadonlyMap<number, MaxPoolTrains>;

  constructor(graph: FaultGraph, pools: ReadonlyMap<number, MaxPoolTrains>) {
    this.graph = graph;
    this.#pools = pools;
    this.trains = graph.trains.map(({ size }) => new Uint32Array(size * graph.words));
    const none = new Float32Array(0);
    this.currents = graph.sums.map(() => ({
      values: none,
      first: 0,
      stepStride: 0,
      held: none,
      heldFirst: 0,
    }));
  }

  /**
   * Take an image of a traced piece.
   *
   * @param image - from 0, within the piece
   * @param pixels - of this image
   */
  load({ flows }: FlowTrace, image: number, pixels: Uint8Array): void {
    const { graph } = this;
    this.pixels = pixels;
    for (const train of graph.trains) {
      const golden = this.trains[train.index];
      if (train.kind === "maxPool") this.#pools.get(train.index)?.all(this.trains, golden);
      else this.#loadTrain(spikesOf(known(flows, train.id), train), image, golden);
    }
    for (const sum of graph.sums) this.#loadCurrents(flows, sum, image);
  }

  #loadTrain({ events, ends }: SpikeBuffer, image: number, golden: Uint32Array): void {
    const { steps, words } = this.graph;
    golden.fill(0);
    const segment = image * steps;
    let at = segment === 0 ? 0 : ends[segment - 1];
    for (let t = 0; t < steps; t++) {
      const bit = 1 << (t & 31);
      const word = t >> 5;
      for (const end = ends[segment + t]; at < end; at++) golden[events[at] * words + word] |= bit;
    }
  }

  #loadCurrents(flows: FlowTrace["flows"], { id, index, heldFrom, layer }: SumNode, image: number): void {
    const flow = known(flows, id);
    if (flow.kind !== "current") throw new TypeError(`${layer.id} gave ${flow.kind}`);
    const own = this.currents[index];
    own.values = flow.values;
    own.stepStride = flow.isHeld ? 0 : flow.stride;
    own.first = image * flow.stride * (flow.isHeld ? 1 : this.graph.steps);
    if (heldFrom === null) return;
    const held = known(flows, heldFrom);
    if (held.kind !== "held") throw new TypeError(`${heldFrom} gave ${held.kind}`);
    own.held = held.values;
    own.heldFirst = image * held.size;
  }
}

function spikesOf(flow: FlowBuffer, { id }: TrainNode): SpikeBuffer {
  if (flow.kind !== "spikes") throw new TypeError(`${id} gave ${flow.kind}`);
  return flow;
}
