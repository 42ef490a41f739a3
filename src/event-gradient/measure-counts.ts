// What an event network did as operation counts, so that the profiles of every other network price it.
//
// Counted: an addition for every event at a synapse, its weight read, and the address of every spike (2 bytes, 4 beyond
// 65,536 neurons) written once and read once by each layer. Left out: what neurons do between events (decay, firing, reset), which
// analogue hardware does by its physics and a step-based chip by the updates that are counted once the network
// is discretised; and the making of input spikes.

import type { LayerCounts, OperationCounts } from "../energy/counts.ts";
import { noCounts, noTraffic } from "../energy/no-counts.ts";
import { type EventNetwork, eventShapes, eventWeightShapes, neuronsOf } from "./event-network.ts";
import type { EventMeasures } from "./measure-events.ts";

/** To be shown beside every energy of these counts. */
export const eventCountsLeaveOut = "what neurons do between events, and the making of input spikes";

/** @param bits - of a stored weight */
export function eventCounts(
  network: EventNetwork,
  { samples, layers: did }: Pick<EventMeasures, "samples" | "layers">,
  bits: number | "float32",
): OperationCounts {
  const shapes = eventShapes(network);
  const width = bits === "float32" ? "float32" : "int32";
  const weightBytes = (bits === "float32" ? 32 : bits) / 8;
  const layers = network.layers.map(({ id, kind }, l): LayerCounts => {
    const { inputEvents, synapticOperations, spikes } = did[l];
    if (kind === "pool") return noCounts(id);
    return {
      ...noCounts(id),
      additions: { [width]: synapticOperations },
      synapticOperations,
      spikes,
      traffic: {
        ...noTraffic,
        weightsRead: synapticOperations * weightBytes,
        activationsRead: inputEvents * addressBytes(neuronsOf(shapes[l])),
        activationsWritten: spikes * addressBytes(neuronsOf(shapes[l + 1])),
      },
    };
  });
  const weights = eventWeightShapes(network).reduce(
    (sum, shape) => sum + (shape.length === 0 ? 0 : neuronsOf(shape)),
    0,
  );
  const neurons = did.reduce((sum, layer) => sum + layer.neurons, 0);
  return {
    images: samples,
    // Nothing is stepped; a price of steps or of idle time has no meaning here.
    steps: 0,
    layers,
    memories: {
      weightsBytes: Math.ceil(weights * weightBytes),
      potentialsBytes: 4 * neurons,
      // An address for every event of the busiest layer of the mean sample, in and out.
      activationsBytes: Math.ceil(
        Math.max(
          ...layers.map(({ traffic }) => (traffic.activationsRead + traffic.activationsWritten) / samples),
        ),
      ),
    },
  };
}

function addressBytes(neurons: number): number {
  return neurons <= 65536 ? 2 : 4;
}
