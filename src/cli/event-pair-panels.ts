// Panels of a pair of arms of event networks: means over networks with their intervals.

import type { Curve, CurvePanel } from "../dashboard/curve-panels.ts";
import type { Interval } from "../statistics/interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { type ArmName, armNames } from "../study/claims/events/event-arm.ts";
import type { MeasuredEventNetwork, MeasuredPair } from "../study/claims/events/event-claims-result.ts";
import type { NoiseList } from "../study/claims/events/event-measure-settings.ts";

export const armRoles = { one: "first", many: "second" } as const;
export const armWords: Readonly<Record<ArmName, string>> = {
  one: "one spike a neuron",
  many: "many spikes",
};

/** What the claims of the abstract are about, in four panels. */
export function claimPanels(pair: MeasuredPair): readonly CurvePanel[] {
  const title = (text: string): string => `${pair.name}: ${text}`;
  return [
    byTime(pair, title("an answer at any time")),
    byLayer(pair, title("sparsity")),
    byRule(pair, title("latency")),
    byNoise(pair, "jitterMs", title("jitter"), "standard deviation of the jitter, ms"),
  ];
}

/** What else is known of a pair. */
export function furtherPanels(pair: MeasuredPair): readonly CurvePanel[] {
  const title = (text: string): string => `${pair.name}: ${text}`;
  return [
    byEpoch(pair, title("training")),
    byNoise(pair, "deletions", title("lost spikes"), "share of the spikes that is lost"),
    byNoise(pair, "thresholdNoise", title("scattered thresholds"), "share of the threshold"),
    byNoise(pair, "bitErrorRates", title("flipped bits, 8-bit weights"), "chance of a bit"),
    byClock(pair, title("on a clock, 8-bit weights")),
    byBits(pair, title("on a clock, few bits")),
  ];
}

export function meanOf(values: readonly number[], high: number, unit = "networks"): Interval {
  return meanInterval(values, [0, high], unit);
}

export function percent(value: number): string {
  return `${Number((100 * value).toPrecision(4))} %`;
}

export const share = { yTitle: "accuracy", yFormat: percent, bounds: [0, 1] } as const;

function curves(
  pair: MeasuredPair,
  at: (first: MeasuredEventNetwork) => readonly number[],
  value: (network: MeasuredEventNetwork, i: number) => number,
  high = 1,
): readonly Curve[] {
  return armNames.map((arm) => ({
    name: armWords[arm],
    role: armRoles[arm],
    points: at(pair.arms[arm][0]).map((x, i) => ({
      x,
      interval: meanOf(
        pair.arms[arm].map((network) => value(network, i)),
        high,
      ),
    })),
  }));
}

function byEpoch(pair: MeasuredPair, title: string): CurvePanel {
  return {
    ...share,
    title,
    yTitle: "accuracy on validation samples",
    xTitle: "epoch",
    yKind: "error",
    curves: curves(
      pair,
      ({ validationAccuracy }) => validationAccuracy.map((_, i) => i + 1),
      ({ validationAccuracy }, i) => validationAccuracy[i],
    ),
  };
}

function byTime(pair: MeasuredPair, title: string): CurvePanel {
  return {
    ...share,
    title,
    xTitle: "ms since the input is presented",
    curves: curves(
      pair,
      ({ measures }) => measures.timesS.map((timeS) => 1000 * timeS),
      ({ measures }, i) => measures.correctByTime[i] / measures.samples,
    ),
  };
}

function byLayer(pair: MeasuredPair, title: string): CurvePanel {
  return {
    title,
    yTitle: "spikes a neuron and sample",
    xTitle: "",
    xNames: pair.arms.one[0].measures.layers.map(({ layer }) => layer),
    isApart: true,
    yFormat: String,
    curves: curves(
      pair,
      ({ measures }) => measures.layers.map((_, l) => l),
      ({ measures }, l) => measures.layers[l].spikesPerNeuron,
      Number.MAX_VALUE,
    ),
  };
}

function byRule(pair: MeasuredPair, title: string): CurvePanel {
  const rules = ["first", "margin", "settled"] as const;
  return {
    title,
    yTitle: "mean time of the decision, ms",
    xTitle: "",
    xNames: ["first spike", "by margin", "settled"],
    isApart: true,
    yFormat: String,
    curves: curves(
      pair,
      () => rules.map((_, i) => i),
      ({ measures }, i) => 1000 * measures.rules[rules[i]].meanS,
      Number.MAX_VALUE,
    ),
  };
}

function byNoise(pair: MeasuredPair, noise: NoiseList, title: string, xTitle: string): CurvePanel {
  const of = ({ measures }: MeasuredEventNetwork) => measures.noise.filter((each) => each.noise === noise);
  return {
    ...share,
    title,
    xTitle,
    curves: curves(
      pair,
      (network) => [0, ...of(network).map(({ level }) => level)],
      (network, i) => {
        const { noiseClean, noiseSamples } = network.measures;
        if (i === 0) return noiseClean / noiseSamples;
        const { correct } = of(network)[i - 1];
        return correct.reduce((sum, n) => sum + n, 0) / correct.length / noiseSamples;
      },
    ),
  };
}

function byClock(pair: MeasuredPair, title: string): CurvePanel {
  const of = ({ measures }: MeasuredEventNetwork) => measures.clock.filter(({ bits }) => bits === 8);
  return {
    ...share,
    title,
    xTitle: "length of a step, ms",
    xKind: "log",
    curves: curves(
      pair,
      (network) => of(network).map(({ dtMs }) => dtMs),
      (network, i) => of(network)[i].correct / network.measures.clockSamples,
    ),
  };
}

/** At the shortest step. */
function byBits(pair: MeasuredPair, title: string): CurvePanel {
  const of = ({ measures: { clock } }: MeasuredEventNetwork) => {
    const shortest = Math.min(...clock.map(({ dtMs }) => dtMs));
    return clock
      .filter(({ dtMs, bits }) => dtMs === shortest && bits !== "float32")
      .sort((a, b) => Number(a.bits) - Number(b.bits));
  };
  const [{ dtMs }] = of(pair.arms.one[0]);
  return {
    ...share,
    title,
    xTitle: `bits of a weight, steps of ${dtMs} ms`,
    curves: curves(
      pair,
      (network) => of(network).map(({ bits }) => Number(bits)),
      (network, i) => of(network)[i].correct / network.measures.clockSamples,
    ),
  };
}
