// Fault campaigns that lie under the folder: all in a table, one of them as a map by layer and bit.

import type { CampaignSummary } from "../../campaign/campaign-summary.ts";
import type { LiveCampaign } from "../../study/live-network.ts";
import { bitByLayerChart } from "../bit-by-layer-chart.ts";
import { type Chart, emptyDrawing } from "../chart.ts";
import { formatNumber } from "../format.ts";
import { intervalRows } from "../interval-rows.ts";

const none =
  "No campaign lies under this folder. spikefront campaign NETWORK --out FOLDER/campaign-NETWORK makes one.";

/** @param nameOf - of the network with this hash, null: it is none of the study's */
export function campaignRates(
  campaigns: readonly LiveCampaign[],
  nameOf: (hash: string) => string | null,
): Chart {
  const ended = campaigns.flatMap((campaign) =>
    campaign.summary === null ? [] : [{ campaign, summary: campaign.summary }],
  );
  const running = campaigns.filter(({ summary }) => summary === null);
  const rows = (of: (summary: CampaignSummary) => CampaignSummary["overall"]["critical"]) =>
    ended.map(({ campaign, summary }) => ({
      name: campaignName(campaign, nameOf),
      role: campaign.kind,
      interval: of(summary),
      data: { "data-campaign": campaign.name },
    }));
  const percent = (rate: number): string => `${formatNumber(100 * rate)} %`;
  const waiting = running
    .map(({ name, trials }) => `${name} has run ${trials.run} of ${trials.planned} faults`)
    .join("; ");
  const empty = campaigns.length === 0 ? none : `${waiting}.`;
  return intervalRows(
    ended.length === 0
      ? []
      : [
          {
            title: "Images whose class a fault changes, mean",
            kind: "linear",
            origin: 0,
            format: percent,
            rows: rows(({ overall }) => overall.critical),
          },
          {
            title: "Faults that change any class",
            kind: "linear",
            origin: 0,
            format: percent,
            rows: rows(({ overall }) => overall.deciding),
          },
        ],
    {
      id: "campaigns",
      title: "Fault campaigns",
      caption:
        ended.length === 0
          ? ""
          : `Means over faults with their intervals; no interval where every fault was run.${waiting === "" ? "" : ` Still running: ${waiting}.`} Click a row to see its map below.`,
      summary: ended.length === 0 ? empty : `${ended.length} campaigns that have ended.`,
    },
    empty,
  );
}

/** The map of one; a drawing that says why there is none. */
export function campaignMap(campaign: LiveCampaign | null, nameOf: (hash: string) => string | null): Chart {
  const title = "Vulnerability by layer and bit";
  const summary = campaign?.summary ?? null;
  if (campaign !== null && summary !== null && summary.byLayerAndBit.length > 0) {
    const chart = bitByLayerChart(summary);
    const about = [campaignName(campaign, nameOf), ...campaign.about].join("; ");
    return { ...chart, id: "campaign-map", title, caption: `${about}. ${chart.caption}` };
  }
  const reason =
    campaign === null
      ? none
      : summary === null
        ? `${campaign.name} has run ${campaign.trials.run} of ${campaign.trials.planned} faults.`
        : `${campaign.name} did not strike single bits, so it has no map.`;
  return {
    id: "campaign-map",
    title,
    caption: "",
    summary: reason,
    draw: (widthPx) => emptyDrawing(widthPx, reason),
    table: { head: [], rows: [] },
  };
}

function campaignName({ name, network }: LiveCampaign, nameOf: (hash: string) => string | null): string {
  const own = nameOf(network);
  return own === null ? name : `${own} (${name})`;
}
