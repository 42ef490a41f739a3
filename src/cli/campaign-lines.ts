// A campaign in lines for people.

import type { Vulnerability } from "../campaign/campaign-summary.ts";
import { formatInterval, formatNumber, formatShare } from "../dashboard/format.ts";
import type { CampaignRecord } from "../node/campaign-record.ts";
import type { Interval } from "../statistics/interval.ts";

export function campaignLines({ summary, stop, looks, trials, settings }: CampaignRecord): readonly string[] {
  if (summary === null) return [`${trials.run} of ${trials.planned} trials run; the same command continues`];
  const { overall, images, goldenCorrect, byLayer, byBit } = summary;
  const unit = settings.faultModel === "single" ? "faults" : `draws of ${settings.faultModel}`;
  const of = overall.population === null ? "" : ` of ${overall.population}`;
  return [
    `${overall.faults}${of} ${unit} on ${images} images, ${formatShare(goldenCorrect / images)} right without faults`,
    `images whose class changes: ${small(overall.critical)} (${overall.critical.method})`,
    `accuracy lost: ${small(overall.accuracyLost)}`,
    `that change any image's class: ${small(overall.deciding)}; any image's scores: ${small(overall.effective)} (${overall.deciding.method})`,
    `outcomes of a trial and image: ${outcomesOf(overall)}`,
    ...(stop === null || looks === null
      ? []
      : [`stopped at look ${stop.look} of ${looks.length}: ${small(stop.critical)}`]),
    ...(byLayer.length > 1
      ? byLayer.map(({ target, layer, critical }) => `${target} of ${layer}: ${small(critical)}`)
      : []),
    ...byBit.map(({ bit, critical }) => `bit ${bit}: ${small(critical)}`),
  ];
}

/** Rates of faults are small, and differ by decades; of exhaustive campaigns they have no interval. */
function small(interval: Interval): string {
  return interval.low === interval.high ? percent(interval.value) : formatInterval(interval, percent);
}

function percent(share: number): string {
  return `${formatNumber(100 * share)} %`;
}

function outcomesOf({ outcomes }: Vulnerability): string {
  return Object.entries(outcomes)
    .map(([name, share]) => `${name} ${percent(share)}`)
    .join(", ");
}
