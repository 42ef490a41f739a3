// What a protection against faults adds to what a network did, as counts: they are priced like any others.
//
// All of it stands in one layer of its own, `overheadLayer`; the weight memory grows by the bits it stores,
// which can make every access dearer. Logic gates are counted as additions: a 32-bit adder is 32 full adders
// of five two-input gates. Weight reads are synaptic events and products, a held input's once an image.
// Hardware that is priced by event has no price for any of this and leaves it out.

import { isLinear } from "../model/linear-layer.ts";
import type { Model } from "../model/model.ts";
import type { LayerCounts, OperationCounts } from "./counts.ts";
import { noCounts, noTraffic } from "./no-counts.ts";
import { byWidth, sumWidth } from "./storage-size.ts";

/** Id under which a protection's operations are counted. */
export const overheadLayer = "(protection)";

const gatesPerAddition = 32 * 5;

/** What is done whenever something happens once. May be fractions. */
interface Overhead {
  readonly bitsRead: number;
  readonly additions: number;
  readonly comparisons: number;
  readonly gates: number;
}

/** As the protections of the fault room tell it. */
export interface ProtectionOverhead {
  readonly extraBits: number;
  readonly perWeightRead: Overhead;
  readonly perNeuronUpdate: Overhead;
  readonly perSpike: Overhead;
  readonly perInference: Overhead;
}

/** @param model - the network that was counted */
export function addOverhead(
  model: Model,
  counts: OperationCounts,
  overhead: ProtectionOverhead,
): OperationCounts {
  const { weightReads, updates, spikes } = eventsOf(model, counts);
  const total = (amount: keyof Overhead): number =>
    overhead.perWeightRead[amount] * weightReads +
    overhead.perNeuronUpdate[amount] * updates +
    overhead.perSpike[amount] * spikes +
    overhead.perInference[amount] * counts.images;
  const width = sumWidth(model);
  const additions: Record<string, number> = { ...byWidth(width, Math.round(total("additions"))) };
  const logic = Math.round(total("gates") / gatesPerAddition);
  if (logic > 0) additions["int32"] = (additions["int32"] ?? 0) + logic;
  const layer: LayerCounts = {
    ...noCounts(overheadLayer),
    additions,
    comparisons: byWidth(width, Math.round(total("comparisons"))),
    traffic: { ...noTraffic, weightsRead: total("bitsRead") / 8 },
  };
  const weightsBytes = counts.memories.weightsBytes + Math.ceil(overhead.extraBits / 8);
  return {
    ...counts,
    layers: [...counts.layers, layer],
    memories: { ...counts.memories, weightsBytes },
  };
}

function eventsOf(
  { network }: Model,
  counts: OperationCounts,
): { readonly weightReads: number; readonly updates: number; readonly spikes: number } {
  const layers = new Map(network.layers.map((layer) => [layer.id, layer]));
  let [weightReads, updates, spikes] = [0, 0, 0];
  for (const counted of counts.layers) {
    const layer = layers.get(counted.layer);
    if (layer === undefined) continue;
    // An ANN's products, zeros included where none are skipped; an SNN's linear layers multiply nothing.
    if (isLinear(layer)) weightReads += sum(counted.multiplications) || counted.synapticOperations;
    // A relu compares once an activation. Sums that are read out without a neuron are no updates.
    if (layer.kind === "relu") updates += sum(counted.comparisons);
    if (layer.kind === "neuron") updates += counted.neuronUpdates;
    spikes += counted.spikes;
  }
  return { weightReads, updates, spikes };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
