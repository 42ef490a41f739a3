// What a sample of images says of the network as exported and as it is now: figures, accuracy by step, layers.

import type { InputAccounting } from "../../energy/counts.ts";
import { energyOf } from "../../energy/energy-of.ts";
import { profiles } from "../../energy/profiles.ts";
import { accuracyInterval } from "../../statistics/accuracy-interval.ts";
import { axes, type Frame } from "../axis.ts";
import { type Chart, drawing, emptyDrawing, numberCell, type Table, textCell } from "../chart.ts";
import {
  formatCount,
  formatEnergy,
  formatInterval,
  formatNumber,
  formatPoints,
  formatShare,
} from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import { bandPath, linePath } from "../paths.ts";
import { makeScale } from "../scale.ts";
import { stepScale } from "../step-scale.ts";
import { tile } from "../tile.ts";
import type { SampleFigures } from "./sample-run.ts";

export interface Sample {
  readonly exported: SampleFigures;
  /** null: nothing is moved. */
  readonly altered: SampleFigures | null;
  readonly labels: Uint8Array;
  readonly total: number;
  readonly profile: string;
  readonly accounting: InputAccounting;
}

const share = (value: number): string => formatShare(value);

export function sampleTiles(sample: Sample): Markup {
  const { exported, altered, profile } = sample;
  const now = altered ?? exported;
  const accuracy = accuracyOf(now);
  const before = accuracyOf(exported);
  const { won, lost } = changes(sample);
  const [spikes, spikesBefore] = [spikesPerImage(now), spikesPerImage(exported)];
  const [energy, energyBefore] = [energyPj(now, sample), energyPj(exported, sample)];
  return element(
    "div",
    { class: "tiles" },
    tile("Accuracy", formatShare(accuracy.value), [
      `95 %: ${formatShare(accuracy.low)} to ${formatShare(accuracy.high)}`,
      altered === null ? "as exported" : `as exported ${formatShare(before.value)}`,
    ]),
    tile("Images decided otherwise", altered === null ? "–" : formatNumber(won + lost, 15), [
      altered === null
        ? "nothing is moved"
        : `${formatNumber(lost, 15)} lost, ${formatNumber(won, 15)} won: ${formatPoints((won - lost) / Math.max(1, now.images))}`,
    ]),
    tile("Spikes an image", formatNumber(spikes, 4), [
      altered === null
        ? "in all spiking layers"
        : `as exported ${formatNumber(spikesBefore, 4)}${change(spikes, spikesBefore)}`,
    ]),
    tile("Energy an image", energy === null ? "–" : formatEnergy(energy), [
      energy === null || altered === null || energyBefore === null
        ? profile
        : `as exported ${formatEnergy(energyBefore)}${change(energy, energyBefore)}`,
      ...(energy === null ? ["this hardware has no price for what the network does"] : []),
    ]),
  );
}

/** How far the runs are, in words. */
export function sampleProgress({ exported, altered, total }: Sample): string {
  const done = altered?.images ?? exported.images;
  const what = altered === null && exported.images < total ? " as exported" : "";
  return done >= total
    ? `${formatCount(total, "image")}`
    : `${formatNumber(done, 15)} of ${formatCount(total, "image")}${what}`;
}

export function layersTable({ exported, altered }: Sample): Table {
  const now = altered ?? exported;
  return {
    head: ["layer", "neurons", "spikes", "spikes an image", "as exported", "silent neurons"],
    rows: now.layers.map(({ layer, neurons, spikes, silent }, i) => [
      textCell(layer),
      numberCell(neurons, whole),
      numberCell(spikes, whole),
      numberCell(spikes / now.images, (value) => formatNumber(value, 5)),
      numberCell(exported.layers[i].spikes / exported.images, (value) => formatNumber(value, 5)),
      numberCell(silent, whole),
    ]),
  };
}

export function sampleStepsChart(sample: Sample): Chart {
  const { exported, altered } = sample;
  const now = altered ?? exported;
  const runs = altered === null ? [now] : [exported, now];
  const last = accuracyOf(now);
  const summary = `Accuracy after each step on ${formatCount(now.images, "image")}; in the end ${formatInterval(last, share)}.`;
  return {
    id: "sample-steps",
    title: "Accuracy after each step",
    caption: `On the images of the sample so far; bands are 95 % intervals (${last.method}).${altered === null ? "" : " Thin: as exported."}`,
    summary,
    draw: (widthPx) =>
      now.images === 0 ? emptyDrawing(widthPx, summary) : drawSteps(runs, summary, widthPx),
    table: {
      head: ["step", "correct", "images", "accuracy", "low", "high", "correct as exported"],
      rows: now.correctPerStep.map((correct, t) => {
        const { value, low, high } = accuracyInterval(correct, now.images);
        return [
          numberCell(t + 1, String),
          numberCell(correct, whole),
          numberCell(now.images, whole),
          ...[value, low, high].map((figure) => numberCell(figure, share)),
          numberCell(exported.correctPerStep[t], whole),
        ];
      }),
    },
  };
}

function drawSteps(runs: readonly SampleFigures[], summary: string, widthPx: number): Markup {
  const heightPx = 230;
  const frame: Frame = { left: 58, top: 16, right: widthPx - 16, bottom: heightPx - 40 };
  const most = Math.max(...runs.map(({ correctPerStep }) => correctPerStep.length));
  const x = stepScale(most, frame);
  const points = runs.map(({ correctPerStep, images }) =>
    correctPerStep.map((correct, t) => ({ x: x.map(t + 1), interval: accuracyInterval(correct, images) })),
  );
  const y = makeScale({
    kind: "linear",
    values: points.flat().flatMap(({ interval }) => [interval.low, interval.high]),
    range: [frame.bottom, frame.top],
    tickCount: 5,
    bounds: [0, 1],
  });
  const body = fragment(
    axes({
      frame,
      x,
      y,
      xTitle: "step",
      yTitle: "",
      xFormat: String,
      yFormat: (value) => formatShare(value, 0),
    }),
    points.map((own, i) => {
      const isNow = i === points.length - 1;
      return fragment(
        element("path", { class: `band ${isNow ? "snn" : "snn faint"}`, d: bandPath(own, y) }),
        own.length === 1
          ? element("path", {
              class: "bar snn",
              d: `M${own[0].x} ${y.map(own[0].interval.low)}V${y.map(own[0].interval.high)}`,
            })
          : element("path", { class: `line snn${isNow ? "" : " thin"}`, d: linePath(own, y) }),
      );
    }),
  );
  return drawing({ widthPx, heightPx, summary, body, spots: [] });
}

/** Places of images decided wrong, in their order. */
export function wrongImages({ exported, altered, labels }: Sample): readonly number[] {
  const { predictions } = altered ?? exported;
  return Array.from(predictions, (_, i) => i).filter((i) => predictions[i] !== labels[i]);
}

function accuracyOf({ correctPerStep, images }: SampleFigures): ReturnType<typeof accuracyInterval> {
  return accuracyInterval(correctPerStep.at(-1) ?? 0, images);
}

/** Of the images both have run. */
function changes({ exported, altered, labels }: Sample): { readonly won: number; readonly lost: number } {
  let [won, lost] = [0, 0];
  const both = Math.min(exported.images, altered?.images ?? 0);
  for (let i = 0; i < both; i++) {
    const [was, is] = [exported.predictions[i] === labels[i], altered?.predictions[i] === labels[i]];
    if (!was && is) won++;
    if (was && !is) lost++;
  }
  return { won, lost };
}

function spikesPerImage({ layers, images }: SampleFigures): number {
  return layers.reduce((sum, { spikes }) => sum + spikes, 0) / images;
}

function energyPj({ counts }: SampleFigures, { profile, accounting }: Sample): number | null {
  const priced = profiles[profile];
  return priced === undefined ? null : energyOf(counts, priced, accounting).energyPj;
}

function change(now: number, before: number): string {
  if (!(before > 0)) return "";
  const percent = Math.round(100 * (now / before - 1));
  return percent === 0 ? "" : ` (${percent > 0 ? "+" : "−"}${Math.abs(percent)} %)`;
}

function whole(value: number): string {
  return formatNumber(value, 15);
}
