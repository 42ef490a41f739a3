// The live page: events of the server and of the reader change the state, and every frame at most once the views
// follow from it: those that are seen at once, the others when the reader pauses.

import type { LiveStudy } from "../../study/live-study.ts";
import { isSame } from "../live/last-of.ts";
import { describeTrial } from "../live/live-detail.ts";
import { statusLine } from "../live/live-overview.ts";
import type { Place } from "../live/live-scatter.ts";
import { changed, firstChoices, type LiveChoices } from "../live/live-state.ts";
import { type LiveViews, liveViews, withAxes } from "../live/live-views.ts";
import { fillChoosers, onChosen } from "./choosers.ts";
import { drawDots } from "./dot-layer.ts";
import { drawBox } from "./draw-box.ts";
import { drawRanges } from "./draw-ranges.ts";
import { wireDrawn } from "./drawn.ts";
import { onSystemTheme } from "./layer.ts";
import { openLine } from "./live-line.ts";
import type { MoreViews } from "./more.ts";
import { Places } from "./places.ts";
import { addressOf, playAddress } from "./questions.ts";
import { ReadOut, trialAt } from "./read-out.ts";
import { saveFile, svgText } from "./save.ts";
import { saved } from "./saved.ts";
import { watchSpots } from "./spots.ts";
import { showStudies } from "./studies.ts";
import { themeButton } from "./theme-button.ts";
import { drawWires } from "./wire-layer.ts";

const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const scatter = byId("scatter");
const filter = byId<HTMLInputElement>("filter");
const readOut = new ReadOut(byId("read-out"));
/** What was drawn before: of a study that has ended. */
const result = document.getElementById("result");
document.documentElement.classList.add("scripted");

let study: LiveStudy | null = null;
let choices: LiveChoices = firstChoices;
let views: LiveViews | null = null;
let isAsked = false;
let more: MoreViews | null = null;
/** What the views below were last shown, and whether they have asked for more. */
let moreShown: readonly unknown[] = [];
let isMoreAsked = false;
/** Ids of the sections below that can be seen, or are about to be. */
const inView = new Set<string>();
/** Ids of the places above that can be seen; what a visit begins with until the browser says. */
const seen = new Set<string>(["count", "tiles", "hypervolume", "hypervolume-caption", "scatter"]);
const places = new Places(
  (place) => seen.has(place.closest(".drawing")?.id ?? place.id),
  (id) => {
    if (id === "scatter") drawDots(scatter, views?.scatter().dots ?? null);
    if (id === "parallel") drawWires(byId("parallel"), views?.parallel().wires ?? null);
  },
);
/** Of the drawings; 0: not known yet. */
let widthPx = 0;
let chosenLists: readonly unknown[] = [];
let isWatching = false;
/** The study that the head of the page tells of. */
let told: LiveStudy | null = null;

function choose(change: Partial<LiveChoices>): void {
  choices = { ...choices, ...change };
  ask();
}

function ask(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    if (study !== null) show(study);
  });
}

function show(now: LiveStudy): void {
  byId("views").hidden = false;
  byId("notice").hidden = true;
  if (widthPx === 0) widthPx = Math.floor(scatter.getBoundingClientRect().width);
  views = liveViews(now, choices, Math.max(300, widthPx));
  choices = withAxes(choices, views.columns, now);
  const lists = [views.columns, choices.x, choices.y, choices.colour, choices.size];
  if (!isSame(lists, chosenLists)) fillChoosers(views.columns, choices);
  chosenLists = lists;
  places.show(views.places);
  if (!isWatching) watchPlaces(Object.keys(views.places));
  showProblem(views.problem);
  if (now !== told) showHead(now);
  told = now;
  showMore(now, views);
}

function showProblem(what: string | null): void {
  const text = what === null ? "" : `All trials are shown: ${what}.`;
  const problem = byId("filter-problem");
  if (problem.textContent === text) return;
  problem.hidden = what === null;
  problem.textContent = text;
  filter.setAttribute("aria-invalid", String(what !== null));
}

/** What the reader's choices have no part in. */
function showHead(now: LiveStudy): void {
  document.title = `${now.name} · spikefront`;
  byId("name").textContent = now.name;
  const status = byId("status");
  status.dataset["status"] = now.progress.status;
  if (status.textContent !== statusLine(now)) status.textContent = statusLine(now);
  byId("report").hidden = !now.progress.hasReport || result !== null;
  byId("report").setAttribute("href", addressOf("/report"));
  byId("to-play").hidden = saved !== null && saved.playable.length === 0;
  byId("to-play").setAttribute("href", playAddress());
}

/** A filter or a range is nothing to them. */
function showMore(study: LiveStudy, { columns, shown }: LiveViews): void {
  if (more === null) return;
  const shows = [study, columns, shown, choices.pinned, choices.selected, widthPx];
  if (isSame(shows, moreShown) && !isMoreAsked) return;
  moreShown = shows;
  isMoreAsked = false;
  more.show({ study, choices, columns, shown }, inView);
}

function askMore(): void {
  isMoreAsked = true;
  ask();
}

/** The views below come when the first of them is about to be seen. */
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inView.add(target.id);
      else inView.delete(target.id);
    }
    if (inView.size === 0) return;
    if (more !== null) return askMore();
    import("./more.ts").then(
      ({ MoreViews: Views }) => {
        more ??= new Views(askMore);
        askMore();
      },
      () => {
        byId("more-notice").hidden = false;
      },
    );
  },
  { rootMargin: "300px" },
);
for (const id of ["importance", "compare", "network", "faults"]) watcher.observe(byId(id));

/** What comes into view is brought up to date at once. */
function watchPlaces(ids: readonly string[]): void {
  isWatching = true;
  const seer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target.id);
        else seen.delete(target.id);
      }
      ask();
    },
    { rootMargin: "60px" },
  );
  for (const place of ids.map((id) => document.getElementById(id))) {
    // One that lies within another is seen with it.
    if (place?.parentElement?.closest(".drawing") === null) seer.observe(place);
  }
}
void showStudies();

function drawLayers(): void {
  if (views === null) return;
  drawDots(scatter, views.scatter().dots);
  drawWires(byId("parallel"), views.parallel().wires);
}

function notice(text: string, isBad: boolean): void {
  study = null;
  told = null;
  byId("views").hidden = true;
  byId("notice").hidden = false;
  byId("notice").classList.toggle("bad", isBad);
  byId("notice").textContent = text;
  byId("status").textContent = isBad ? "not readable" : "waiting";
}

const lineStates = {
  live: () => "live",
  lost: () => "the server does not answer; trying again",
  saved: () =>
    `as it was on ${new Date(saved?.savedMs ?? 0).toISOString().slice(0, 16).replace("T", ", ")} UTC`,
};
openLine({
  onStudy: (told) => {
    study = told;
    ask();
  },
  onChange: (change) => {
    if (study !== null) study = changed(study, change);
    ask();
  },
  onEmpty: () => notice("No study is in this folder yet. It is shown here as soon as explore begins.", false),
  onProblem: (message) => notice(`The study cannot be read: ${message}`, true),
  onState: (state) => {
    const line = byId("line");
    line.classList.toggle("lost", state === "lost");
    const text = lineStates[state]();
    if (line.textContent !== text) line.textContent = text;
  },
});

onChosen((id, name) => choose({ [id]: name }));
filter.addEventListener("input", () => choose({ filter: filter.value, page: 0 }));
byId("clear").addEventListener("click", () => {
  filter.value = "";
  choose({ filter: "", brushes: {}, selected: null, page: 0 });
});
new ResizeObserver(([{ contentRect }]) => {
  if (contentRect.width === 0) return;
  widthPx = Math.floor(contentRect.width);
  ask();
}).observe(scatter);
document.addEventListener("toggle", askMore, true);
addEventListener("beforeprint", () => places.finish());
onSystemTheme(drawLayers);

themeButton(byId("theme"));
byId("theme").addEventListener("click", drawLayers);

const toggled = <T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> =>
  set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one]);

/** Clicks on what the views hold, by the attribute that says what it is. */
const clicks: Readonly<Record<string, (value: string) => void>> = {
  "data-trial": (value) => {
    const number = value === "none" ? null : Number(value);
    choose({ selected: number === choices.selected ? null : number });
  },
  "data-pin": (value) => choose({ pinned: toggled(choices.pinned, Number(value)) }),
  "data-toggle-pin": (value) => choose({ pinned: toggled(choices.pinned, Number(value)) }),
  "data-page": (value) => choose({ page: Number(value) }),
  "data-sort": (column) =>
    choose({
      sort: { column, isDescending: choices.sort.column === column && !choices.sort.isDescending },
      page: 0,
    }),
  "data-other": (name) => choose({ otherScale: toggled(choices.otherScale, name) }),
  "data-flip": (name) => choose({ flipped: toggled(choices.flipped, name) }),
  "data-colour": (name) => choose({ colour: choices.colour === name ? "" : name }),
  "data-campaign": (name) => more?.chooseCampaign(name),
  "data-again": () => more?.askAgain(),
  "data-image": (by) => {
    const input = byId<HTMLInputElement>("image");
    input.value = String(Math.max(0, Math.min(9999, Number(input.value) + Number(by))));
    more?.chooseImage(Number(input.value));
  },
  "data-scale-of": (axis) =>
    choose({ otherScale: toggled(choices.otherScale, axis === "x" ? choices.x : choices.y) }),
};

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (scatter.contains(target) && event.detail > 0) {
    const place = placeAt(event);
    if (place !== null) clicks["data-trial"](String(place.number));
    return;
  }
  for (const [name, act] of Object.entries(clicks)) {
    const owner = target.closest(`[${name}]`);
    if (owner !== null) return act(owner.getAttribute(name) ?? "");
  }
  const button = target.closest<HTMLElement>("[data-save]");
  if (button?.dataset["figure"] !== undefined) save(button.dataset["figure"], button.dataset["save"] ?? "");
});
byId("save-trials").addEventListener("click", () => save("trials", "csv"));

function save(figure: string, kind: string): void {
  if (views === null || study === null) return;
  const name = `${study.name}-${figure}.${kind}`;
  const table = kind === "csv" ? (views.csv[figure]?.() ?? more?.csvOf(figure) ?? null) : null;
  if (table !== null) saveFile(name, "text/csv", table);
  const drawing = wholeDrawing(figure) ?? byId(figure)?.querySelector<SVGElement>("svg.chart");
  if (kind === "svg" && drawing) saveFile(name, "image/svg+xml", svgText(drawing));
}

/** With what the page draws on a layer beneath; null: it has none. */
function wholeDrawing(figure: string): SVGElement | null {
  if (views === null || (figure !== "scatter" && figure !== "parallel")) return null;
  const { markup } = figure === "scatter" ? views.scatter().whole() : views.parallel().whole();
  return document.createRange().createContextualFragment(markup).querySelector("svg");
}

drawRanges(
  byId("parallel"),
  () => views?.parallelOptions ?? null,
  (column, brush) => {
    const { [column]: _, ...others } = choices.brushes;
    choose({ brushes: brush === null ? others : { ...others, [column]: brush }, page: 0 });
  },
);
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  if (input.id === "image" && input.validity.valid && input.value !== "")
    more?.chooseImage(Math.round(Number(input.value)));
  const [column, end] = input.dataset["range"]?.split(" ") ?? [];
  if (column === undefined) return;
  const old = choices.brushes[column] ?? { low: -Infinity, high: Infinity };
  const value = input.value === "" ? (end === "low" ? -Infinity : Infinity) : Number(input.value);
  choose({ brushes: { ...choices.brushes, [column]: { ...old, [end]: value } }, page: 0 });
});

function placeAt(event: MouseEvent): Place | null {
  const drawing = scatter.querySelector("svg");
  return drawing === null || views === null ? null : trialAt(drawing, views.scatter().places, event);
}

scatter.addEventListener("pointermove", (event) => {
  const place = placeAt(event);
  const trial = study?.trials.find(({ number }) => number === place?.number);
  if (place === null || trial === undefined || views === null) return readOut.hide();
  readOut.show(describeTrial(trial, views.columns, { isKnee: false, isOnFront: false }), {
    x: event.clientX,
    y: event.clientY,
  });
});
watchSpots(document.body, readOut, (target) => scatter.contains(target));
if (result !== null) wireDrawn(result);
drawBox(
  scatter,
  () => views?.scatter().plane ?? null,
  (across, up) => choose({ brushes: { ...choices.brushes, [choices.x]: across, [choices.y]: up }, page: 0 }),
);
