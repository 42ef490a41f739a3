// An event network as the kernels run it: matrices, rows, windows, and where each layer's weights stand.

import { type EventNeurons, tiledEventLength } from "../kernels/event-forward.ts";
import type { EventWindow } from "../kernels/event-windows.ts";
import {
  type Conv2dEventLayer,
  type EventNetwork,
  type EventShape,
  eventShapes,
  neuronsOf,
  type PoolEventLayer,
} from "./event-network.ts";

export interface PlannedNeurons {
  readonly kind: "neurons";
  readonly id: string;
  readonly neurons: EventNeurons;
  /** Weights of a neuron. */
  readonly inputs: number;
  /** Neurons of a row. */
  readonly outputs: number;
  /** Rows of a sample: 1, or the positions of a convolution. */
  readonly positions: number;
  /** Of convolutions. */
  readonly window?: EventWindow;
  /** Where the tiles stand among all weights. */
  readonly offset: number;
  readonly length: number;
}

export interface PlannedPool {
  readonly kind: "pool";
  readonly id: string;
  readonly window: EventWindow;
  /** Units that come out. */
  readonly units: number;
}

export type PlannedStage = PlannedNeurons | PlannedPool;

/** Stages in order; `weights` is the length of all tiles. */
export function planBatches(network: EventNetwork): {
  readonly stages: readonly PlannedStage[];
  readonly weights: number;
} {
  const shapes = eventShapes(network);
  let offset = 0;
  const stages = network.layers.map((layer, l): PlannedStage => {
    const { id, kind } = layer;
    if (kind === "pool") {
      return { kind, id, window: windowOf(layer, shapes[l], shapes[l + 1]), units: neuronsOf(shapes[l + 1]) };
    }
    const [outputs, ...grid] = shapes[l + 1];
    const inputs = kind === "dense" ? neuronsOf(shapes[l]) : shapes[l][0] * layer.kernel[0] * layer.kernel[1];
    const length = tiledEventLength(outputs, inputs);
    const { threshold, maxSpikes, tauMembraneS, tauSynapseS } = layer;
    const planned: PlannedNeurons = {
      kind: "neurons",
      id,
      neurons: { threshold, maxSpikes, tauS: tauMembraneS, isEqualTau: tauMembraneS / tauSynapseS < 1.5 },
      inputs,
      outputs,
      positions: neuronsOf(grid),
      ...(kind === "conv2d" && { window: windowOf(layer, shapes[l], shapes[l + 1]) }),
      offset,
      length,
    };
    offset += length;
    return planned;
  });
  return { stages, weights: offset };
}

/** The view of a layer's weights among all. */
export function tilesOf(all: Float32Array, { offset, length }: PlannedNeurons): Float32Array {
  return all.subarray(offset, offset + length);
}

function windowOf(
  layer: Conv2dEventLayer | PoolEventLayer,
  [, height, width]: EventShape,
  [, outHeight, outWidth]: EventShape,
): EventWindow {
  return {
    input: [height, width],
    kernel: layer.kernel,
    stride: layer.stride,
    padding: layer.kind === "conv2d" ? layer.padding : [0, 0],
    output: [outHeight, outWidth],
  };
}
