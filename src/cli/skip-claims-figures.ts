// The figures of a study of claims about skips on one page: rates, accuracy and energy of the arms, what faults cost
// them, and how far searches have come.

import { type Curve, type CurvePanel, curvePanels } from "../dashboard/curve-panels.ts";
import { svgDocument } from "../dashboard/svg-document.ts";
import type { Interval } from "../statistics/interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { armFigure } from "../study/claims/skips/judge-skip-claims.ts";
import type {
  MeasuredSkipNetwork,
  MeasuredSkips,
  SkipClaimsResult,
} from "../study/claims/skips/skip-claims-result.ts";
import { type ArmName, armNames, searchedBy } from "../study/claims/skips/skip-claims-settings.ts";
import { accuracyLost, samplerTitles, skipArmTitles } from "./skip-claims-report.ts";

const looks = {
  none: { role: "first" },
  add: { role: "second" },
  concat: { role: "third" },
  found: { role: "first", isSecond: true },
  gp: { role: "second", isSecond: true },
  random: { role: "third", isSecond: true },
} as const;

/** An SVG document. */
export function skipClaimsFigures({ networks, settings, isQuick, name }: SkipClaimsResult): string {
  const faults = networks[0]?.arms.none[0].struck.struck ?? [];
  const strongest = (wanted: string): number => faults.findLastIndex(({ fault }) => fault === wanted);
  const [flips, dead] = [strongest("bitFlips"), strongest("deadNeurons")];
  const panels = [
    byNetwork(networks, {
      title: "Firing rate, trained",
      yTitle: "spikes a neuron and step",
      value: (skips) => armFigure("rate", skips),
    }),
    byNetwork(networks, {
      title: "Firing rate before training",
      yTitle: "spikes a neuron and step",
      value: (skips) => armFigure("begunRate", skips),
    }),
    byNetwork(networks, {
      title: "Test accuracy",
      yTitle: "",
      value: (skips) => armFigure("accuracy", skips),
      yFormat: percent,
      highest: 1,
    }),
    byNetwork(networks, {
      title: "Energy",
      yTitle: "times that of no skips",
      value: (skips, none) => armFigure("energy", skips) / armFigure("energy", none),
    }),
    ...[
      { fault: flips, what: "of the weights' bits flipped" },
      { fault: dead, what: "of the neurons dead" },
    ]
      .filter(({ fault }) => fault >= 0)
      .map(({ fault, what }) =>
        byNetwork(networks, {
          title: `${percent(faults[fault].chance)} ${what}`,
          yTitle: "accuracy lost",
          value: (skips) => accuracyLost(skips, fault),
          yFormat: percent,
          lowest: -1,
        }),
      ),
    ...networks.filter(({ searches }) => searches.length > 0).map(bySearch),
  ];
  const chart = curvePanels(panels, {
    id: "skip-claims",
    title: `${name}: what skips do`,
    caption: `Means over ${settings.trained} seeds with 95 % intervals.${isQuick ? " A quick run, not to be quoted." : ""}`,
    summary: `Firing rates, accuracy, energy and losses to faults of ${networks.length} networks without skips, with all added and with all concatenated, and the lowest error of searches by trial.`,
  });
  return svgDocument(chart);
}

interface Figure {
  readonly title: string;
  readonly yTitle: string;
  readonly value: (skips: MeasuredSkips, none: MeasuredSkips) => number;
  readonly yFormat?: (value: number) => string;
  /** No interval goes below it. Default 0. */
  readonly lowest?: number;
  /** No interval goes above it. Default: none. */
  readonly highest?: number;
}

function byNetwork(networks: readonly MeasuredSkipNetwork[], figure: Figure): CurvePanel {
  const { title, yTitle, value, yFormat = String, lowest = 0, highest } = figure;
  const curveOf = (arm: ArmName): Curve => ({
    name: skipArmTitles[arm],
    ...looks[arm],
    points: networks.flatMap(({ arms }, x) =>
      arms[arm].length === 0
        ? []
        : [
            {
              x,
              interval: over(
                arms[arm].map((skips, k) => value(skips, arms.none[k])),
                lowest,
                highest,
              ),
            },
          ],
    ),
  });
  return {
    title,
    yTitle,
    xTitle: "",
    xNames: networks.map(({ name }) => name),
    isApart: true,
    yFormat,
    curves: armNames.map(curveOf).filter(({ points }) => points.length > 0),
  };
}

function bySearch({ name, searches }: MeasuredSkipNetwork): CurvePanel {
  return {
    title: `Searches: ${name}`,
    yTitle: "lowest validation error so far",
    xTitle: "candidates tried",
    yFormat: percent,
    curves: searchedBy.map((sampler): Curve => {
      const own = searches.filter((search) => search.sampler === sampler);
      return {
        name: samplerTitles[sampler],
        ...looks[sampler],
        points: own[0].lowestError.map((_, i) => ({
          x: i + 1,
          interval: over(
            own.map(({ lowestError }) => lowestError[i]),
            0,
            1,
          ),
        })),
      };
    }),
  };
}

function over(values: readonly number[], lowest: number, highest = Number.MAX_VALUE): Interval {
  return meanInterval(values, [lowest, highest], "seeds");
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
