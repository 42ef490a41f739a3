// What is known of a network before any run.

import { isLinear, lowered } from "../model/linear-layer.ts";
import { type Model, type TensorData, tensorOf } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { inferShapes } from "../model/shapes.ts";
import { fanOutOf } from "./fan-out.ts";
import { type LayerRange, loopRanges } from "./loops.ts";
import { neuronValues } from "./neuron-values.ts";
import { type PoolWindows, poolWindows } from "./pool-windows.ts";
import { type Signal, signalKinds } from "./signal-kinds.ts";
import { isTtfsNetwork, requireWindows } from "./spike-windows.ts";
import { planWarmUp, type WarmUpPlan } from "./warm-up-plan.ts";

export interface SimulationPlan {
  readonly model: Model;
  readonly steps: number;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly loops: readonly LayerRange[];
  /** By layer. */
  readonly fanOuts: ReadonlyMap<string, Int32Array>;
  readonly pools: ReadonlyMap<string, PoolWindows>;
  readonly neurons: ReadonlyMap<string, ReturnType<typeof neuronValues>>;
  /** Stored weights by layer; a simulator may exchange them. */
  readonly weights: Map<string, TensorData>;
  readonly warmUp: WarmUpPlan | null;
  /** Whether all neurons are ttfs: then max pools hand on the first spike. */
  readonly isTtfs: boolean;
  /** First step that is read, from 0. */
  readonly firstRead: number;
}

/** @throws {InvalidValueError} naming the layer that cannot be simulated */
export function planSimulation(model: Model): SimulationPlan {
  const signals = signalKinds(model);
  const shapes = inferShapes(model.network);
  const fanOuts = new Map<string, Int32Array>();
  const pools = new Map<string, PoolWindows>();
  const neurons = new Map<string, ReturnType<typeof neuronValues>>();
  const weights = new Map<string, TensorData>();
  for (const layer of model.network.layers) {
    const input = known(shapes, layer.inputs[0].from);
    const output = known(shapes, layer.id);
    if (layer.kind === "neuron") neurons.set(layer.id, neuronValues(model, layer, output));
    if (layer.kind === "averagePool" || layer.kind === "sumPool" || layer.kind === "maxPool") {
      pools.set(layer.id, poolWindows(layer, input, output));
    }
    const stored = tensorOf(model, layer.id, "weight");
    if (!isLinear(layer) || stored === undefined) continue;
    weights.set(layer.id, stored.data);
    fanOuts.set(layer.id, fanOutOf(lowered(layer), input, output));
  }
  const loops = loopRanges(model.network);
  requireWindows(model);
  const warmUp = planWarmUp(model);
  return {
    model,
    steps: model.inference?.steps ?? 0,
    shapes,
    signals,
    loops,
    fanOuts,
    pools,
    neurons,
    weights,
    warmUp,
    isTtfs: isTtfsNetwork(model),
    firstRead: firstReadStep(model, warmUp),
  };
}

/** The step behind a warm-up, or that in which a ttfs integrator begins to listen; from 0. */
export function firstReadStep({ network }: Model, warmUp: WarmUpPlan | null): number {
  const output = network.layers.find(({ id }) => id === network.output);
  const listens = output?.kind === "neuron" && output.emits === "potential" ? output.startStep : undefined;
  return warmUp?.starts.at(-1) ?? listens ?? 0;
}

export function known<V>(map: ReadonlyMap<string, V>, id: string): V {
  const value = map.get(id);
  if (value === undefined) throw new RangeError(`no ${id}`);
  return value;
}
