// The figures of a study of claims about event networks on one page: accuracy, spikes, latency and robustness of both arms.

import { type Curve, type CurvePanel, curvePanels } from "../dashboard/curve-panels.ts";
import { svgDocument } from "../dashboard/svg-document.ts";
import type { Interval } from "../statistics/interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { type ArmName, armNames } from "../study/claims/events/event-arm.ts";
import type {
  EventClaimsResult,
  MeasuredEventNetwork,
  MeasuredPair,
} from "../study/claims/events/event-claims-result.ts";
import type { NoiseList } from "../study/claims/events/event-measure-settings.ts";

const names: Readonly<Record<ArmName, string>> = { one: "one spike a neuron", many: "many spikes" };

/** An SVG document of the first pair. */
export function eventClaimsFigures({ pairs: [pair], settings, isQuick }: EventClaimsResult): string {
  const panels = [
    byEpoch(pair),
    byTime(pair),
    byLayer(pair),
    latency(pair),
    byNoise(pair, "jitterMs", "Spikes at other times", "standard deviation of the jitter, ms"),
    byNoise(pair, "deletions", "Lost spikes", "share of the spikes that is lost"),
    byNoise(pair, "thresholdNoise", "Scattered thresholds", "standard deviation, share of the threshold"),
    byNoise(pair, "bitErrorRates", "Flipped bits of 8-bit weights", "chance of a bit"),
    byClock(pair),
    byBits(pair),
  ];
  const means = armNames.map((arm) => `${names[arm]} ${percent(pair.accuracy[arm].value)}`);
  const chart = curvePanels(panels, {
    id: "event-claims",
    title: `${pair.name}: one spike or many`,
    caption: `Means over ${settings.trained} networks with 95 % intervals.${isQuick ? " A quick run, not to be quoted." : ""}`,
    summary: `Accuracy, spikes, latency and robustness of networks of one spike and of many on ${pair.data}: ${means.join(", ")}.`,
  });
  return svgDocument(chart);
}

function curves(
  pair: MeasuredPair,
  at: (first: MeasuredEventNetwork) => readonly number[],
  value: (network: MeasuredEventNetwork, i: number) => number,
  high = 1,
): readonly Curve[] {
  return armNames.map((arm) => ({
    name: names[arm],
    role: "event",
    isSecond: arm === "many",
    points: at(pair.arms[arm][0]).map((x, i) => ({
      x,
      interval: over(
        pair.arms[arm].map((network) => value(network, i)),
        high,
      ),
    })),
  }));
}

function over(values: readonly number[], high: number): Interval {
  return meanInterval(values, [0, high], "networks");
}

const share = {
  yTitle: "accuracy",
  yFormat: (value: number) => percent(value),
  bounds: [0, 1],
} as const;

function byEpoch(pair: MeasuredPair): CurvePanel {
  return {
    ...share,
    title: "Training",
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

function byTime(pair: MeasuredPair): CurvePanel {
  return {
    ...share,
    title: "An answer at any time",
    xTitle: "time since the input is presented, ms",
    curves: curves(
      pair,
      ({ measures }) => measures.timesS.map((timeS) => 1000 * timeS),
      ({ measures }, i) => measures.correctByTime[i] / measures.samples,
    ),
  };
}

function byLayer(pair: MeasuredPair): CurvePanel {
  return {
    title: "Sparsity",
    yTitle: "spikes a neuron and sample",
    xTitle: "",
    xNames: pair.arms.one[0].measures.layers.map(({ layer }) => layer),
    yFormat: (value) => String(value),
    curves: curves(
      pair,
      ({ measures }) => measures.layers.map((_, l) => l),
      ({ measures }, l) => measures.layers[l].spikesPerNeuron,
      Number.MAX_VALUE,
    ),
  };
}

function latency(pair: MeasuredPair): CurvePanel {
  const rules = ["first", "margin", "settled"] as const;
  return {
    title: "Latency",
    yTitle: "mean time of the decision, ms",
    xTitle: "",
    xNames: ["first output spike", "calibrated margin", "settled (hindsight)"],
    yFormat: (value) => String(value),
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

function byClock(pair: MeasuredPair): CurvePanel {
  const of = ({ measures }: MeasuredEventNetwork) => measures.clock.filter(({ bits }) => bits === 8);
  return {
    ...share,
    title: "On a clock, 8-bit weights",
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
function byBits(pair: MeasuredPair): CurvePanel {
  const of = ({ measures: { clock } }: MeasuredEventNetwork) => {
    const shortest = Math.min(...clock.map(({ dtMs }) => dtMs));
    return clock
      .filter(({ dtMs, bits }) => dtMs === shortest && bits !== "float32")
      .sort((a, b) => Number(a.bits) - Number(b.bits));
  };
  const [{ dtMs }] = of(pair.arms.one[0]);
  return {
    ...share,
    title: `On a clock, steps of ${dtMs} ms`,
    xTitle: "bits of a weight",
    curves: curves(
      pair,
      (network) => of(network).map(({ bits }) => Number(bits)),
      (network, i) => of(network)[i].correct / network.measures.clockSamples,
    ),
  };
}

function percent(value: number): string {
  return `${Number((100 * value).toPrecision(4))} %`;
}
