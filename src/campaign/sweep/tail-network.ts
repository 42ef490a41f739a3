// The part of a network behind one layer of neurons, fed with their spikes.

import type { Model } from "../../model/model.ts";
import type { Layer } from "../../model/network.ts";
import { inputId } from "../../model/shapes.ts";
import type { FaultGraph, TrainNode } from "../follow/fault-graph.ts";

/** Neurons below which following differences is quicker than simulating all that comes behind. */
const fewNeurons = 32;

/** @returns null where something before the neurons goes round them, or little comes behind them */
export function tailNetwork(graph: FaultGraph, train: TrainNode): Model | null {
  const { model } = graph;
  const { network, inference, tensors } = model;
  const place = network.layers.findIndex(({ id }) => id === train.id);
  const behind = network.layers.slice(place + 1);
  const ids = new Set([train.id, ...behind.map(({ id }) => id)]);
  const isCut = behind.every(({ inputs }) => inputs.every(({ from }) => ids.has(from)));
  const neurons = graph.trains.filter(({ kind, id }) => kind === "neurons" && id !== train.id && ids.has(id));
  if (!isCut || inference === null || neurons.reduce((sum, { size }) => sum + size, 0) < fewNeurons)
    return null;
  const layers = behind.map(
    (layer): Layer => ({
      ...layer,
      inputs: layer.inputs.map(({ from, delay }) => ({ from: from === train.id ? inputId : from, delay })),
    }),
  );
  const { inputSteps: _, ...kept } = inference;
  return {
    ...model,
    network: { ...network, inputShape: train.shape, layers },
    tensors: Object.fromEntries(
      Object.entries(tensors).filter(([name]) => ids.has(name.slice(0, name.lastIndexOf(".")))),
    ),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { ...kept, coding: "events" },
  };
}
