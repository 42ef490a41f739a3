// Everything a study of claims asks of one trained event network, as plain data: decisions in time, spikes, energy,
// accuracy under noise, and the same network on a clock.
//
// Times count from the start of the window, which is when the input is presented. Under jitter and deletion input and
// hidden spikes are disturbed alike; output spikes are what is observed, and stay. Energies are of float32 sums, without
// what neurons do between events.

import type { SplitName } from "../../../data/dataset.ts";
import { countSnn } from "../../../energy/count-snn.ts";
import type { OperationCounts } from "../../../energy/counts.ts";
import { energyOf } from "../../../energy/energy-of.ts";
import { profiles } from "../../../energy/profiles.ts";
import { anytimeCorrect, hindsightStabilisationS } from "../../../event-gradient/anytime.ts";
import { BatchEngine } from "../../../event-gradient/batch-engine.ts";
import { calibrateMargin, type DecisionRule, decideBy } from "../../../event-gradient/decision-rule.ts";
import { discretiseEvents, stepSpikes } from "../../../event-gradient/discretise-events.ts";
import type { EventModel } from "../../../event-gradient/event-model.ts";
import type { LabelledTrains } from "../../../event-gradient/labelled-trains.ts";
import { eventCounts } from "../../../event-gradient/measure-counts.ts";
import {
  type EventMeasures,
  type MeasureOptions,
  measureEvents,
} from "../../../event-gradient/measure-events.ts";
import { deletion, jitter } from "../../../event-gradient/robust-spikes.ts";
import {
  quantisedEventWeights,
  struckEventWeights,
  thresholdNoise,
  weightNoise,
} from "../../../event-gradient/robust-weights.ts";
import type { EventWeights } from "../../../event-gradient/spike-times.ts";
import type { Kernels } from "../../../kernels/kernels.ts";
import { createSimulator } from "../../../simulate/simulator.ts";
import { type EventMeasureSettings, type NoiseList, noiseLists } from "./event-measure-settings.ts";

/** pJ by profile; null where it has no price. */
export type EnergyByProfile = Readonly<Record<string, number | null>>;

export interface RuleMeasures {
  /** What the rule was calibrated to; null where nothing is. */
  readonly marginSpikes: number | null;
  readonly meanS: number;
  readonly correct: number;
  /** Until the decision; null in hindsight, when all was spent. */
  readonly energyPj: EnergyByProfile | null;
}

export interface NoiseMeasures {
  readonly noise: NoiseList;
  readonly level: number;
  /** By draw; one where nothing is drawn. */
  readonly correct: readonly number[];
}

export interface ClockMeasures {
  readonly dtMs: number;
  readonly bits: number | "float32";
  readonly correct: number;
  readonly spikesPerSample: number;
  readonly energyPj: EnergyByProfile;
}

export interface EventNetworkMeasures {
  readonly samples: number;
  readonly correct: number;
  readonly inputSpikesPerSample: number;
  /** Of all neurons. */
  readonly spikesPerSample: number;
  readonly layers: readonly {
    readonly layer: string;
    readonly neurons: number;
    readonly spikesPerNeuron: number;
    readonly silentNeurons: number;
    readonly cappedTrains: number;
  }[];
  /** Right decisions at each of `timesS`. */
  readonly timesS: readonly number[];
  readonly correctByTime: readonly number[];
  readonly rules: Readonly<Record<"margin" | "first" | "settled", RuleMeasures>>;
  readonly energyPj: EnergyByProfile;
  readonly noiseSamples: number;
  readonly noiseClean: number;
  readonly noise: readonly NoiseMeasures[];
  readonly clockSamples: number;
  /** Right on the clock's samples in continuous time. */
  readonly clockClean: number;
  readonly clock: readonly ClockMeasures[];
}

export interface EventNetworkToMeasure {
  readonly model: EventModel;
  readonly splits: Readonly<Record<Exclude<SplitName, "train">, LabelledTrains>>;
  readonly settings: EventMeasureSettings;
  readonly seed: number;
  /** Number of the network: its noise has streams of its own. */
  readonly network: number;
}

/** @throws {InvalidValueError} when the data do not fit the network */
export function measureEventNetwork(kernels: Kernels, of: EventNetworkToMeasure): EventNetworkMeasures {
  const { model, splits, settings } = of;
  const { network, decoding } = model;
  const mark = kernels.mark();
  try {
    const engine = new BatchEngine(kernels, { network });
    const measure: Measure = (weights, set, samples, options = {}) => {
      engine.setWeights(weights);
      const range = [0, Math.min(samples, set.trains.samples)] as const;
      return measureEvents(engine, set, { decoding, range, ...options });
    };
    const clean = measure(model.weights, splits.test, settings.images);
    const lastS = Math.min(network.windowS, settings.lastMs / 1000);
    const timesS = Array.from({ length: settings.times }, (_, i) => (lastS * i) / (settings.times - 1));
    return {
      samples: clean.samples,
      correct: clean.correct,
      inputSpikesPerSample: splits.test.trains.offsets[clean.samples] / clean.samples,
      spikesPerSample: spikesOf(clean) / clean.samples,
      layers: clean.layers
        .filter(({ neurons }) => neurons > 0)
        .map(({ layer, neurons, spikesPerNeuron, silentNeurons, cappedTrains }) => ({
          layer,
          neurons,
          spikesPerNeuron,
          silentNeurons,
          cappedTrains,
        })),
      timesS,
      correctByTime: [...anytimeCorrect(clean.paths, labelsOf(splits.test, clean), timesS)],
      rules: measureRules(of, measure, clean),
      energyPj: energies(eventCounts(network, clean, "float32")),
      ...measureNoise(of, measure),
      ...measureClock(kernels, of, measure),
    };
  } finally {
    kernels.release(mark);
  }
}

type Measure = (
  weights: EventWeights,
  set: LabelledTrains,
  samples: number,
  options?: Omit<MeasureOptions, "decoding" | "range">,
) => EventMeasures;

function labelsOf({ labels }: LabelledTrains, { samples }: EventMeasures): Uint8Array {
  return labels.subarray(0, samples);
}

function spikesOf({ layers }: EventMeasures): number {
  return layers.reduce((sum, { neurons, spikes }) => sum + (neurons === 0 ? 0 : spikes), 0);
}

function energies(counts: OperationCounts): EnergyByProfile {
  return Object.fromEntries(
    Object.entries(profiles).map(([name, profile]) => [name, energyOf(counts, profile, "mac-once").energyPj]),
  );
}

function measureRules(
  { model, splits, settings }: EventNetworkToMeasure,
  measure: Measure,
  clean: EventMeasures,
): EventNetworkMeasures["rules"] {
  const { network, weights } = model;
  const held = measure(weights, splits.validation, settings.calibrationImages);
  const margin = calibrateMargin(held.paths, labelsOf(splits.validation, held), settings.tolerance);
  const by = (rule: DecisionRule): RuleMeasures => {
    const decided = clean.paths.map((path) => decideBy(path, rule, network.windowS));
    const untilS = decided.map(({ timeS }) => timeS);
    const spent = measure(weights, splits.test, settings.images, { untilS });
    return {
      marginSpikes: rule.kind === "margin" ? rule.spikes : null,
      meanS: mean(untilS),
      correct: decided.filter(({ decision }, s) => decision === splits.test.labels[s]).length,
      energyPj: energies(eventCounts(network, spent, "float32")),
    };
  };
  const settledS = clean.paths.map((path) => hindsightStabilisationS(path) ?? network.windowS);
  return {
    margin: by(margin),
    first: by({ kind: "first" }),
    settled: { marginSpikes: null, meanS: mean(settledS), correct: clean.correct, energyPj: null },
  };
}

function measureNoise(
  { model, splits, settings, seed, network: trial }: EventNetworkToMeasure,
  measure: Measure,
): Pick<EventNetworkMeasures, "noiseSamples" | "noiseClean" | "noise"> {
  const { network, weights } = model;
  const { noiseImages, noiseSeeds } = settings;
  const correct = (noise: NoiseList, level: number, draw: number): number => {
    const key = { seed: seed + 1000 * draw, trial };
    const on = (own: EventWeights, options: Parameters<Measure>[3] = {}): number =>
      measure(own, splits.test, noiseImages, options).correct;
    switch (noise) {
      case "jitterMs": {
        const moved = jitter({ deviationS: level / 1000, windowS: network.windowS }, key);
        return on(weights, { disturbInput: moved, disturbHidden: moved });
      }
      case "deletions": {
        const lost = deletion(level, key);
        return on(weights, { disturbInput: lost, disturbHidden: lost });
      }
      case "thresholdNoise":
        return on(thresholdNoise(network, weights, level, key));
      case "weightNoise":
        return on(weightNoise(network, weights, level, key));
      case "weightBits":
        return on(quantisedEventWeights(network, weights, level));
      case "bitErrorRates": {
        const fault = { bits: 8, fault: "bit-flip", dose: { kind: "rate", rate: level } } as const;
        const place = { ...key, purpose: "event weight bits", index: 0 };
        return on(struckEventWeights(network, weights, fault, place));
      }
      default:
        throw new TypeError(`unknown noise ${JSON.stringify(noise satisfies never)}`);
    }
  };
  const clean = measure(weights, splits.test, noiseImages);
  const noise = noiseLists.flatMap((list) =>
    settings[list].map((level): NoiseMeasures => {
      const draws = list === "weightBits" ? 1 : noiseSeeds;
      const each = Array.from({ length: draws }, (_, draw) => correct(list, level, draw));
      return { noise: list, level, correct: each };
    }),
  );
  return { noiseSamples: clean.samples, noiseClean: clean.correct, noise };
}

/** Every step length at 8 bits, and every width at the shortest step. */
function measureClock(
  kernels: Kernels,
  { model, splits, settings }: EventNetworkToMeasure,
  measure: Measure,
): Pick<EventNetworkMeasures, "clockSamples" | "clockClean" | "clock"> {
  const { network, weights, decoding, classes } = model;
  const clean = measure(weights, splits.test, settings.stepImages);
  const shortest = Math.min(...settings.dtMs);
  const widths = new Set<number | "float32">(
    settings.dtMs.length > 0 ? [...settings.weightBits, "float32"] : [],
  );
  const asked = [
    ...settings.dtMs.map((dtMs) => ({ dtMs, bits: 8 as number | "float32" })),
    ...[...widths].filter((bits) => bits !== 8).map((bits) => ({ dtMs: shortest, bits })),
  ];
  const clock = asked.map(({ dtMs, bits }): ClockMeasures => {
    const dtS = dtMs / 1000;
    const discrete = discretiseEvents(network, { weights, dtS, bits, decoding, classes });
    const mark = kernels.mark();
    try {
      const result = createSimulator(kernels, discrete).run({
        pixels: new Uint8Array(0),
        spikes: stepSpikes(network, firstOf(splits.test.trains, clean.samples), dtS),
        labels: splits.test.labels,
        firstImage: 0,
        count: clean.samples,
        seed: 0,
        trial: -1,
        isCancelled: () => false,
      });
      return {
        dtMs,
        bits,
        correct: result.correctPerStep.at(-1) ?? 0,
        spikesPerSample: result.layers.reduce((sum, { spikes }) => sum + spikes, 0) / result.images,
        energyPj: energies(countSnn(discrete, result)),
      };
    } finally {
      kernels.release(mark);
    }
  });
  return { clockSamples: clean.samples, clockClean: clean.correct, clock };
}

function firstOf(trains: LabelledTrains["trains"], samples: number): LabelledTrains["trains"] {
  const end = trains.offsets[samples];
  return {
    samples,
    neurons: trains.neurons,
    offsets: trains.offsets.slice(0, samples + 1),
    neuron: trains.neuron.subarray(0, end),
    timeS: trains.timeS.subarray(0, end),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
