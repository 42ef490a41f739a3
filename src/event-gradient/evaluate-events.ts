// What a network does on labelled samples: decisions, spikes of every layer, silent neurons, and when it decides.

import type { BatchEngine } from "./batch-engine.ts";
import { type EventDecoding, eventDecision } from "./event-decision.ts";
import type { OutputSpikes } from "./event-loss.ts";
import { eventShapes, neuronsOf } from "./event-network.ts";
import type { LabelledTrains } from "./labelled-trains.ts";
import { type SpikeTrains, sampleOf } from "./spike-trains.ts";

export interface EventActivity {
  readonly layer: string;
  readonly neurons: number;
  /** Of all samples. */
  readonly spikes: number;
  /** Neurons without a spike in any sample. */
  readonly silentNeurons: number;
}

/** Sums over samples; times count from a sample's first input spike. */
export interface EventEvaluation {
  readonly samples: number;
  readonly correct: number;
  /** Samples without an output spike; they count as wrong. */
  readonly undecided: number;
  readonly inputSpikes: number;
  /** Layers of neurons. */
  readonly activity: readonly EventActivity[];
  /** Mean time of the first output spike of samples that have one, s; null where none has. */
  readonly firstOutputS: number | null;
  /** Mean time from which the decision stays what it is in the end, s: known in hindsight only. */
  readonly settledS: number | null;
}

export function evaluateEvents(
  engine: BatchEngine,
  { trains, labels }: LabelledTrains,
  decoding: EventDecoding,
): EventEvaluation {
  const { layers } = engine.network;
  const shapes = eventShapes(engine.network);
  const fired = layers.map((_, l) => new Float64Array(neuronsOf(shapes[l + 1])));
  let [correct, undecided, firstS, settledS] = [0, 0, 0, 0];
  for (let from = 0; from < trains.samples; from += engine.samplesTogether) {
    engine.forward(trains, from, Math.min(trains.samples, from + engine.samplesTogether));
    for (const [l, { kind }] of layers.entries()) if (kind !== "pool") count(engine.trains(l), fired[l]);
    const outputs = engine.trains();
    for (let s = 0; s < outputs.samples; s++) {
      const output = { neurons: outputs.neurons, ...sampleOf(outputs, s) };
      const decision = eventDecision(output, decoding);
      if (decision === labels[from + s]) correct++;
      if (decision < 0) undecided++;
      else {
        const beganS = sampleOf(trains, from + s).timeS[0];
        firstS += output.timeS[0] - beganS;
        settledS += settledAt(output, decoding, decision) - beganS;
      }
    }
  }
  const decided = trains.samples - undecided;
  return {
    samples: trains.samples,
    correct,
    undecided,
    inputSpikes: trains.offsets[trains.samples],
    activity: layers.flatMap(({ id, kind }, l) => (kind === "pool" ? [] : [activityOf(id, fired[l])])),
    firstOutputS: decided === 0 ? null : firstS / decided,
    settledS: decided === 0 ? null : settledS / decided,
  };
}

function count({ neuron }: SpikeTrains, spikes: Float64Array): void {
  for (const n of neuron) spikes[n]++;
}

function activityOf(layer: string, spikes: Float64Array): EventActivity {
  return {
    layer,
    neurons: spikes.length,
    spikes: spikes.reduce((sum, n) => sum + n, 0),
    silentNeurons: spikes.filter((n) => n === 0).length,
  };
}

/** Time of the spike after which the decision is never another. */
function settledAt(
  { neurons, neuron, timeS }: Omit<OutputSpikes, "windowS">,
  decoding: EventDecoding,
  decision: number,
): number {
  // Later spikes change nothing where the first decides.
  if (decoding === "first") return timeS[0];
  const counts = new Uint32Array(neurons);
  let [leader, since] = [-1, 0];
  for (let k = 0; k < neuron.length; k++) {
    const n = neuron[k];
    counts[n]++;
    const leads = leader < 0 || counts[n] > counts[leader] || (counts[n] === counts[leader] && n < leader);
    if (!leads || n === leader) continue;
    leader = n;
    since = timeS[k];
  }
  return leader === decision ? since : timeS[timeS.length - 1];
}
