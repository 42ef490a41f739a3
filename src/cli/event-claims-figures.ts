// The figures of a study of claims about event networks on one page: a row for every pair with what the abstract claims,
// then what else is known of the first, the toys and the sweeps.

import { type Curve, type CurvePanel, curvePanels } from "../dashboard/curve-panels.ts";
import { svgDocument } from "../dashboard/svg-document.ts";
import type { Interval } from "../statistics/interval.ts";
import { type ArmName, armNames } from "../study/claims/events/event-arm.ts";
import type {
  EventClaimsResult,
  MeasuredToy,
  SweptNetwork,
} from "../study/claims/events/event-claims-result.ts";
import type { EventSweep, SweepKind } from "../study/claims/events/event-sweep.ts";
import type { EventToy } from "../study/claims/events/event-toy.ts";
import {
  armRoles,
  armWords,
  claimPanels,
  furtherPanels,
  meanOf,
  percent,
  share,
} from "./event-pair-panels.ts";

const columns = 4;
const widthPx = 1280;

/** An SVG document. */
export function eventClaimsFigures(result: EventClaimsResult): string {
  const { pairs, toys, settings, isQuick, name } = result;
  const panels = [
    ...pairs.flatMap(claimPanels),
    ...furtherPanels(pairs[0]),
    ...toys.flatMap((toy, i) => toyPanels(toy, settings.toys[i])),
    ...sweepPanels(result),
  ];
  const means = pairs.flatMap((pair) =>
    armNames.map((arm) => `${pair.name}, ${armWords[arm]} ${percent(pair.accuracy[arm].value)}`),
  );
  const about = {
    id: "event-claims",
    title: `${name}: one spike or many`,
    caption: `Means over networks with 95 % intervals.${isQuick ? " A quick run, not to be quoted." : ""}`,
    summary: `Accuracy, spikes, latency and robustness of networks of one spike and of many: ${means.join("; ")}.`,
  };
  return svgDocument(curvePanels(panels, about, columns), widthPx);
}

function toyPanels({ name, arms }: MeasuredToy, { means }: EventToy): readonly CurvePanel[] {
  const curves = (of: (arm: ArmName) => Curve["points"]): readonly Curve[] =>
    armNames.map((arm) => ({ name: armWords[arm], role: armRoles[arm], points: of(arm) }));
  return [
    {
      ...share,
      title: `${name}: all starting weights`,
      xTitle: "epoch",
      curves: curves((arm) => arms[arm].byEpoch.map((interval, e) => ({ x: e + 1, interval }))),
    },
    {
      ...share,
      title: `${name}: best of all epochs`,
      xTitle: "mean of the starting weights",
      curves: curves((arm) =>
        arms[arm].grid.map((row, m) => ({
          x: means[m],
          interval: bare(row.reduce((sum, value) => sum + value, 0) / row.length),
        })),
      ),
    },
  ];
}

/** A value without an interval. */
function bare(value: number): Interval {
  return { value, low: Number.NaN, high: Number.NaN, confidence: 0.95, method: "none" };
}

const sweepWords: Readonly<Record<SweepKind, readonly [title: string, xTitle: string]>> = {
  thresholds: ["thresholds", "times the pair's thresholds"],
  timeConstants: ["time constants", "times the pair's time constants"],
  maxSpikes: ["caps", "spikes a neuron may fire"],
};

/** A row for every pair and thing that is varied: accuracy, undisturbed and under jitter, spikes, latency. */
function sweepPanels({ settings, sweeps }: EventClaimsResult): readonly CurvePanel[] {
  const nameOf = ({ pair, vary }: EventSweep): string => `${pair}: ${sweepWords[vary][0]}`;
  const names = [...new Set(settings.sweeps.map(nameOf))];
  return names.flatMap((name) => {
    const row = settings.sweeps.filter((sweep) => nameOf(sweep) === name);
    const [, xTitle] = sweepWords[row[0].vary];
    const panel = (yTitle: string, of: (network: SweptNetwork) => number, high = 1): CurvePanel => ({
      ...(high === 1 && { bounds: share.bounds }),
      title: name,
      yTitle,
      yFormat: high === 1 ? percent : String,
      xTitle,
      xKind: "log" as const,
      curves: row.map((sweep) => sweptCurve(sweep, sweeps[settings.sweeps.indexOf(sweep)].points, of, high)),
    });
    return [
      panel("accuracy", ({ accuracy }) => accuracy),
      panel(`accuracy, jitter of ${row[0].jitterMs} ms`, ({ underJitter }) => underJitter),
      panel("spikes for a sample", ({ spikes }) => spikes, Number.MAX_VALUE),
      panel("mean time of the decision, ms", ({ latencyS }) => 1000 * latencyS, Number.MAX_VALUE),
    ];
  });
}

function sweptCurve(
  { arm }: EventSweep,
  points: EventClaimsResult["sweeps"][number]["points"],
  of: (network: SweptNetwork) => number,
  high: number,
): Curve {
  return {
    name: armWords[arm],
    role: armRoles[arm],
    points: points.map(({ value, networks }) => ({ x: value, interval: meanOf(networks.map(of), high) })),
  };
}
