// `evaluate` for the files of event networks.

import type { SplitName } from "../data/dataset.ts";
import { BatchEngine } from "../event-gradient/batch-engine.ts";
import type { EventEvaluation } from "../event-gradient/evaluate-events.ts";
import type { EventModel } from "../event-gradient/event-model.ts";
import { measureEvents } from "../event-gradient/measure-events.ts";
import { loadKernels } from "../kernels/load.ts";
import { loadValues } from "../node/event-data.ts";
import { readEventModel } from "../node/event-network-files.ts";
import { codedSplit, testEventModel } from "../node/train-event-network.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import { type AnswerLatency, eventLatencies, showLatencies } from "./decision-latency.ts";

export interface EventRun {
  readonly data: string;
  readonly split: SplitName;
  /** 0 is all. */
  readonly images: number;
  readonly memoryBytes: number;
  readonly hardwareStepMs: number;
  readonly pipelined: boolean;
  readonly dtMs: number;
}

interface EvaluatedEvents {
  readonly evaluation: EventEvaluation;
  /** If a step has a length. */
  readonly latency?: readonly AnswerLatency[];
  readonly lines: readonly string[];
}

/** @throws {InvalidValueError} when the data set has other inputs than the network, or fewer samples */
export async function evaluateEventFile(
  path: string,
  { data, split, images, memoryBytes, ...clock }: EventRun,
): Promise<EvaluatedEvents> {
  const model = readEventModel(path);
  const dataset = await loadValues(data);
  const samples = images === 0 ? undefined : images;
  const evaluation = await testEventModel(model, { dataset, split, samples, memoryBytes });
  const lines = showEventEvaluation(evaluation, model, split);
  if (clock.hardwareStepMs === 0) return { evaluation, lines };
  const { network, weights, decoding } = model;
  const set = codedSplit({ ...model, dataset }, split, samples);
  const engine = new BatchEngine(await loadKernels({ build: "simd", memoryBytes }), { network });
  engine.setWeights(weights);
  const latency = eventLatencies(network, measureEvents(engine, set, { decoding }), set.labels, clock);
  return { evaluation, latency, lines: [...lines, ...showLatencies(latency, evaluation.samples)] };
}

/** An evaluation in lines for people. */
export function showEventEvaluation(
  { samples, correct, undecided, inputSpikes, activity, firstOutputS, settledS }: EventEvaluation,
  { decoding, network }: Pick<EventModel, "decoding" | "network">,
  split: SplitName,
): readonly string[] {
  const { value, low, high, method } = accuracyInterval(correct, samples);
  const percent = (share: number): string => (100 * share).toFixed(2);
  const lines = [
    `event network read by ${decoding === "count" ? "spike counts" : "first spikes"}, ${samples} ${split} samples: accuracy ${percent(value)} % (${percent(low)} to ${percent(high)}; ${method}), ${undecided} without an output spike`,
    `input: ${(inputSpikes / samples).toFixed(1)} spikes a sample`,
  ];
  for (const { layer, neurons, spikes, silentNeurons } of activity) {
    lines.push(
      `${layer}: ${(spikes / (neurons * samples)).toFixed(3)} spikes a neuron and sample, ${silentNeurons} of ${neurons} neurons silent`,
    );
  }
  const ms = (seconds: number | null): string =>
    seconds === null ? "never" : `${(1000 * seconds).toFixed(1)} ms`;
  lines.push(
    `after the first input spike: first output spike at ${ms(firstOutputS)}, decision settled in hindsight at ${ms(settledS)}; the window is ${ms(network.windowS)}`,
  );
  return lines;
}
