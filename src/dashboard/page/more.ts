// The views below the trials: importance, comparison, the chosen network, faults. Loaded when the first of them comes
// into view; each asks for its data then, and draws only while it can be seen.

import type {
  LiveCampaign,
  LiveFinalists,
  LiveRaster,
  LiveTrialNetwork,
  LiveTrialNetworks,
} from "../../study/live-network.ts";
import type { LiveStudy, LiveTrial } from "../../study/live-study.ts";
import { type Chart, emptyDrawing } from "../chart.ts";
import { campaignMap, campaignRates } from "../live/live-campaigns.ts";
import type { LiveColumn } from "../live/live-columns.ts";
import { comparisonChart, differingSettings } from "../live/live-comparison.ts";
import { importanceChart } from "../live/live-importance.ts";
import {
  chosenDoses,
  chosenSteps,
  finalistDoses,
  layerDrops,
  networkLayers,
  networkMatrix,
  networkRaster,
} from "../live/live-networks.ts";
import type { LiveChoices } from "../live/live-state.ts";
import { tableCsv } from "../live/live-table.ts";
import { element, fragment } from "../markup.ts";
import { tableMarkup } from "../table-markup.ts";
import { ImportanceThread } from "./importance.ts";
import { type Asked, addressOf, playAddress, Question, whatIsKnown } from "./questions.ts";
import { replace } from "./replace.ts";
import { saved } from "./saved.ts";

export interface MoreShown {
  readonly study: LiveStudy;
  readonly choices: LiveChoices;
  readonly columns: readonly LiveColumn[];
  /** The trial that the network views show; null: there is none to show. */
  readonly shown: number | null;
}

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

/** More pinned trials than this would be lines nobody can tell apart. */
const mostChosen = 8;

export class MoreViews {
  readonly #importance: ImportanceThread;
  readonly #networks: Question<LiveTrialNetworks>;
  readonly #finalists: Question<LiveFinalists | null>;
  readonly #campaigns: Question<readonly LiveCampaign[]>;
  readonly #raster: Question<LiveRaster>;
  readonly #charts = new Map<string, Chart>();
  readonly #redraw: () => void;
  #image = 0;
  #campaign = "";

  /** @param redraw - asked for whenever something has come */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
    this.#importance = new ImportanceThread(redraw);
    this.#networks = new Question(redraw);
    this.#finalists = new Question(redraw);
    this.#campaigns = new Question(redraw);
    this.#raster = new Question(redraw);
  }

  /** The figure as it was last drawn, for files. */
  csvOf(figure: string): string | null {
    const chart = this.#charts.get(figure);
    return chart === undefined ? null : tableCsv(chart.table);
  }

  chooseImage(image: number): void {
    this.#image = image;
    this.#redraw();
  }

  chooseCampaign(name: string): void {
    this.#campaign = name;
    this.#redraw();
  }

  askAgain(): void {
    for (const question of [this.#networks, this.#finalists, this.#campaigns, this.#raster]) {
      if (question.answer.state === "failed") question.again();
    }
  }

  /** @param inView - ids of the sections that can be seen */
  show(now: MoreShown, inView: ReadonlySet<string>): void {
    if (inView.has("importance")) this.#showImportance(now);
    if (inView.has("compare")) this.#showComparison(now);
    if (inView.has("network")) this.#showNetwork(now);
    if (inView.has("faults")) this.#showFaults(now);
  }

  #showImportance({ study }: MoreShown): void {
    this.#importance.ask(study);
    this.#draw("importance-chart", this.#importance.answer, (answer) =>
      importanceChart(answer, study.objectives),
    );
  }

  #showComparison({ study, choices, columns }: MoreShown): void {
    const pinned = study.trials.filter(({ number }) => choices.pinned.has(number)).slice(0, mostChosen);
    this.#drawChart("comparison", comparisonChart(pinned, columns, study));
    const table = differingSettings(pinned, columns);
    const caption = "Settings in which pinned trials differ";
    replace(
      byId("differing"),
      table === null
        ? fragment()
        : table.rows.length === 0
          ? element("p", { class: "quiet" }, "They have the same settings.")
          : fragment(element("h3", {}, caption), tableMarkup(table, { caption, isSortable: false })),
    );
  }

  #showNetwork(now: MoreShown): void {
    const { study, shown } = now;
    const trial = study.trials.find(({ number }) => number === shown) ?? null;
    const isChosen = now.choices.selected !== null;
    byId("network-about").textContent = aboutShown(trial, isChosen);
    const asked = this.#askTrials(now);
    const isMeasured = trial?.state === "complete";
    const own = (networks: LiveTrialNetworks): LiveTrialNetwork | null =>
      networks.trials.find((one) => one.trial === shown) ?? null;
    this.#draw("layers", asked, (networks) => networkLayers(own(networks)));
    const networks = whatIsKnown(asked);
    const file = networks === null ? null : own(networks);
    const link = byId("network-play");
    link.hidden = file?.graph == null || (saved !== null && !saved.playable.includes(file.figures.network));
    if (file !== null) link.setAttribute("href", playAddress({ network: file.figures.network }));
    byId("network-no-play").hidden = saved === null || !link.hidden || file?.graph == null;
    const matrix = networkMatrix(file);
    byId("figure-adjacency").hidden = matrix === null;
    if (matrix !== null) this.#drawChart("adjacency", matrix);
    this.#draw("steps", asked, (networks) => chosenSteps(inOrder(networks, now), networks.anns));
    byId("raster-controls").hidden = !isMeasured;
    if (isMeasured)
      this.#raster.ask(addressOf("/view/raster", { trial: String(shown), image: String(this.#image) }));
    this.#draw<LiveRaster | null>(
      "raster",
      isMeasured ? this.#raster.answer : { state: "known", value: null },
      networkRaster,
    );
  }

  #showFaults(now: MoreShown): void {
    const { phase, hasReport, status, nowMs } = now.study.progress;
    const trials = this.#askTrials(now);
    // Networks are confirmed one after the other: a look every few seconds is enough.
    const moment = phase === "confirm" ? Math.floor(nowMs / 5000) : 0;
    this.#finalists.ask(addressOf("/view/finalists"), `${phase} ${hasReport} ${status} ${moment}`);
    this.#campaigns.ask(addressOf("/view/campaigns"), `${Math.floor(Date.now() / 15_000)}`);
    const finalists = this.#finalists.answer;
    this.#draw("doses", trials, (networks) => chosenDoses(inOrder(networks, now), networks.anns));
    this.#draw("finalists", finalists, finalistDoses);
    this.#draw("layer-drops", finalists, (known) => layerDrops(known, whatIsKnown(trials)?.trials ?? []));
    const nameOf = (hash: string): string | null =>
      [...(whatIsKnown(finalists)?.points ?? []), ...(whatIsKnown(finalists)?.networks ?? [])].find(
        ({ network }) => network === hash,
      )?.id ??
      whatIsKnown(trials)?.trials.find(({ figures }) => figures.network === hash)?.figures.id ??
      null;
    this.#draw("campaigns", this.#campaigns.answer, (known) => campaignRates(known, nameOf));
    this.#draw("campaign-map", this.#campaigns.answer, (known) => {
      const ended = known.filter(({ summary }) => summary !== null);
      const chosen = known.find(({ name }) => name === this.#campaign);
      return campaignMap(chosen ?? ended[0] ?? known[0] ?? null, nameOf);
    });
  }

  /** The shown trial and the pinned ones, as they are now. */
  #askTrials({ study, choices, shown }: MoreShown): Asked<LiveTrialNetworks> {
    const numbers = [...new Set([...(shown === null ? [] : [shown]), ...choices.pinned])];
    const measured = numbers
      .flatMap((number) => study.trials.find((trial) => trial.number === number) ?? [])
      .filter(({ state }) => state === "complete")
      .slice(0, mostChosen);
    const mark = measured.map(({ finishedMs }) => finishedMs).join();
    const list = measured.map(({ number }) => number).join();
    this.#networks.ask(addressOf("/view/trials", { numbers: list }), `${mark} ${study.progress.phase}`);
    return this.#networks.answer;
  }

  #draw<T>(id: string, asked: Asked<T>, chart: (value: T) => Chart): void {
    if (asked.state === "known") {
      this.#drawChart(id, chart(asked.value));
      return;
    }
    // What stood there stays, faintly, so that the page does not jump.
    if (asked.state !== "failed" && this.#charts.has(id)) {
      byId(id).classList.add("busy");
      return;
    }
    this.#charts.delete(id);
    byId(id).classList.remove("busy");
    const isFailed = asked.state === "failed";
    replace(
      byId(id),
      isFailed
        ? element(
            "div",
            { class: "notice bad", role: "alert" },
            asked.message,
            " ",
            element("button", { type: "button", "data-again": id }, "Try again"),
          )
        : emptyDrawing(widthOf(id), "Loading …"),
    );
    replace(byId(`${id}-caption`), fragment());
    replace(byId(`${id}-table`), fragment());
  }

  #drawChart(id: string, chart: Chart): void {
    this.#charts.set(id, chart);
    byId(id).classList.remove("busy");
    replace(byId(id), chart.draw(widthOf(id)));
    replace(byId(`${id}-caption`), fragment(chart.caption));
    const table = byId(`${id}-table`);
    if (table.closest("details")?.open)
      replace(table, tableMarkup(chart.table, { caption: chart.title, isSortable: false }));
  }
}

function widthOf(id: string): number {
  return Math.max(300, Math.floor(byId(id).getBoundingClientRect().width));
}

/** The shown trial first, as it is the one in full. */
function inOrder({ trials }: LiveTrialNetworks, { shown }: MoreShown): readonly LiveTrialNetwork[] {
  return [...trials].sort((a, b) => Number(b.trial === shown) - Number(a.trial === shown));
}

function aboutShown(trial: LiveTrial | null, isChosen: boolean): string {
  if (trial === null) return "Networks are shown as soon as a trial is measured.";
  const { number, state, error } = trial;
  if (state === "failed") return `Trial ${number} has failed, so it has no network to look at: ${error}`;
  if (state !== "complete") return `Trial ${number} is ${state}: its network is shown when it is measured.`;
  return isChosen
    ? `Trial ${number}, which you have chosen.`
    : `Trial ${number}, the knee of the two figures above; choose another trial anywhere to see it here.`;
}
