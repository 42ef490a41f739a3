// Trials that are one changed weight code, gathered by layer and ordered by output: what the fast paths run.

import type { Fault } from "../../fault/fault.ts";
import { checkFaults } from "../../fault/fault-sites.ts";
import {
  bitsOf,
  changePattern,
  decodeValue,
  encodeValue,
  type NumberFormat,
} from "../../fault/number-format.ts";
import type { SpikeJitter } from "../../fault/spike-jitter.ts";
import { asImageShape, sizeOf } from "../../model/shapes.ts";
import type { FaultGraph, SumNode } from "../follow/fault-graph.ts";
import { type StruckTrial, struckTrial } from "../follow/struck-trial.ts";

/** Where trials come from. */
export interface FaultTrials {
  readonly count: number;
  /** Faults that are there together. The same number gives the same faults. */
  faultsOf(trial: number): readonly Fault[];
  /** Layers whose spikes are moved as well; default none. */
  jittersOf?(trial: number): readonly SpikeJitter[];
}

/** Single changed weights of one layer; all arrays are one entry a trial, by ascending weight. */
export interface WeightFlips {
  readonly node: SumNode;
  /** Index into the weight tensor. */
  readonly elements: Int32Array;
  /** The code read, less the one stored. */
  readonly differences: Int32Array;
  readonly trials: Int32Array;
}

export interface SortedTrials {
  readonly flips: readonly WeightFlips[];
  readonly others: readonly { readonly trial: number; readonly struck: StruckTrial }[];
}

/**
 * @param singles - false: everything goes the general way
 * @throws {InvalidValueError} as `struckTrial` does
 */
export function sortTrials(graph: FaultGraph, trials: FaultTrials, singles = true): SortedTrials {
  const byLayer = new Map<
    string,
    { node: SumNode; list: [element: number, difference: number, trial: number][] }
  >();
  for (const node of graph.sums) if (singles && isSwept(node)) byLayer.set(node.id, { node, list: [] });
  const others: { trial: number; struck: StruckTrial }[] = [];
  const { weightFormat } = graph.model;
  const format = `int${weightFormat.kind === "int" ? weightFormat.bits : 8}` as NumberFormat;
  for (let trial = 0; trial < trials.count; trial++) {
    const faults = trials.faultsOf(trial);
    const jitters = trials.jittersOf?.(trial) ?? [];
    const [fault] = faults;
    const isSingle = faults.length === 1 && jitters.length === 0;
    const layer = isSingle && fault.target === "weight" && fault.steps === null && byLayer.get(fault.layer);
    if (!layer) {
      others.push({ trial, struck: struckTrial(graph, faults, jitters) });
      continue;
    }
    const { weights } = layer.node;
    const { element, change } = fault;
    // Whoever enumerates sites names existing ones: a full check is only worth its time for odd ones.
    if (!(element >= 0 && element < weights.length && change.kind === "flip" && change.bit < bitsOf(format)))
      checkFaults(graph.model, faults);
    const pattern = changePattern(format, encodeValue(format, weights[element]), change);
    layer.list.push([element, decodeValue(format, pattern) - weights[element], trial]);
  }
  const flips = [...byLayer.values()]
    .filter(({ list }) => list.length > 0)
    .map(({ node, list }): WeightFlips => {
      list.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
      return {
        node,
        elements: Int32Array.from(list, ([element]) => element),
        differences: Int32Array.from(list, ([, difference]) => difference),
        trials: Int32Array.from(list, ([, , trial]) => trial),
      };
    });
  return { flips, others };
}

/** Whether there is a fast way for its weights: not for convolutions of real values, which spread. */
function isSwept({ weights, isExact, heldFrom, layer }: SumNode): boolean {
  return weights instanceof Int8Array && (isExact || (heldFrom !== null && layer.kind === "dense"));
}

/** Weights an output has: of its channel, in a convolution. */
export function weightsPerOutput({ layer, weights, inputShape }: SumNode): number {
  return layer.kind === "dense" ? sizeOf(inputShape) : weights.length / layer.channels;
}

/** Channels of a layer's input. */
export function channelsOf({ inputShape }: SumNode): number {
  return asImageShape(inputShape)[0];
}
