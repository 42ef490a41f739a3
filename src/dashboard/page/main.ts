// The live page: events of the server and of the reader change the state, and every frame at most once the views
// follow from it.

import type { LiveStudy } from "../../study/live-study.ts";
import { describeTrial } from "../live/live-detail.ts";
import { statusLine } from "../live/live-overview.ts";
import type { Place } from "../live/live-scatter.ts";
import { changed, firstChoices, type LiveChoices } from "../live/live-state.ts";
import { type LiveViews, liveViews, withAxes } from "../live/live-views.ts";
import { fillChoosers, onChosen } from "./choosers.ts";
import { drawRanges } from "./draw-ranges.ts";
import { openLine } from "./live-line.ts";
import { ReadOut, trialAt } from "./read-out.ts";
import { replace } from "./replace.ts";
import { saveFile, svgText } from "./save.ts";

const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const scatter = byId("scatter");
const filter = byId<HTMLInputElement>("filter");
const readOut = new ReadOut(byId("read-out"));

let study: LiveStudy | null = null;
let choices: LiveChoices = firstChoices;
let views: LiveViews | null = null;
let isAsked = false;

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
  const width = Math.floor(scatter.getBoundingClientRect().width);
  views = liveViews(now, choices, Math.max(300, width));
  choices = withAxes(choices, views.columns, now);
  fillChoosers(views.columns, choices);
  for (const [id, markup] of Object.entries(views.markup)) {
    // A table behind a figure is written when it is opened.
    const behind = byId(id).closest("details");
    if (behind === null || behind.open) replace(byId(id), markup);
  }
  const problem = byId("filter-problem");
  problem.hidden = views.problem === null;
  problem.textContent = views.problem === null ? "" : `All trials are shown: ${views.problem}.`;
  filter.setAttribute("aria-invalid", String(views.problem !== null));
  document.title = `${now.name} · spikefront`;
  byId("name").textContent = now.name;
  const status = byId("status");
  status.dataset["status"] = now.progress.status;
  if (status.textContent !== statusLine(now)) status.textContent = statusLine(now);
  byId("report").hidden = !now.progress.hasReport;
}

function notice(text: string, isBad: boolean): void {
  study = null;
  byId("views").hidden = true;
  byId("notice").hidden = false;
  byId("notice").classList.toggle("bad", isBad);
  byId("notice").textContent = text;
  byId("status").textContent = isBad ? "not readable" : "waiting";
}

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
    const text = state === "live" ? "live" : "the server does not answer; trying again";
    if (line.textContent !== text) line.textContent = text;
  },
});

onChosen((id, name) => choose({ [id]: name }));
filter.addEventListener("input", () => choose({ filter: filter.value, page: 0 }));
byId("clear").addEventListener("click", () => {
  filter.value = "";
  choose({ filter: "", brushes: {}, selected: null, page: 0 });
});
addEventListener("resize", ask);
document.addEventListener("toggle", ask, true);

const themes = ["system", "light", "dark"];
byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const next = themes[(themes.indexOf(root.dataset["theme"] ?? "system") + 1) % themes.length];
  if (next === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = next;
  byId("theme").textContent = `Theme: ${next}`;
});

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
  "data-scale-of": (axis) =>
    choose({ otherScale: toggled(choices.otherScale, axis === "x" ? choices.x : choices.y) }),
};

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (scatter.contains(target)) {
    const place = placeAt(event);
    if (place !== null) clicks["data-trial"](String(place.number));
    return;
  }
  for (const [name, act] of Object.entries(clicks)) {
    const owner = target.closest(`[${name}]`);
    if (owner !== null) return act(owner.getAttribute(name) ?? "");
  }
  const button = target.closest<HTMLElement>("[data-save]");
  if (button !== null) save(button.dataset["figure"] ?? "", button.dataset["save"] ?? "");
});
byId("save-trials").addEventListener("click", () => save("trials", "csv"));

function save(figure: string, kind: string): void {
  if (views === null || study === null) return;
  const name = `${study.name}-${figure}.${kind}`;
  if (kind === "csv") saveFile(name, "text/csv", views.csv[figure]());
  const drawing = byId(figure)?.querySelector<SVGElement>("svg.chart");
  if (kind === "svg" && drawing) saveFile(name, "image/svg+xml", svgText(drawing));
}

drawRanges(
  byId("parallel"),
  () => views?.parallel ?? null,
  (column, brush) => {
    const { [column]: _, ...others } = choices.brushes;
    choose({ brushes: brush === null ? others : { ...others, [column]: brush }, page: 0 });
  },
);
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  const [column, end] = input.dataset["range"]?.split(" ") ?? [];
  if (column === undefined) return;
  const old = choices.brushes[column] ?? { low: -Infinity, high: Infinity };
  const value = input.value === "" ? (end === "low" ? -Infinity : Infinity) : Number(input.value);
  choose({ brushes: { ...choices.brushes, [column]: { ...old, [end]: value } }, page: 0 });
});

function placeAt(event: MouseEvent): Place | null {
  const drawing = scatter.querySelector("svg");
  return drawing === null || views === null ? null : trialAt(drawing, views.places, event);
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
scatter.addEventListener("pointerleave", () => readOut.hide());
scatter.addEventListener("focusin", (event) => {
  const spot = (event.target as Element).closest(".spot");
  if (spot === null) return readOut.hide();
  const box = (spot.querySelector(".mark") ?? spot).getBoundingClientRect();
  readOut.show(spot.getAttribute("aria-label") ?? "", { x: box.right, y: box.top });
});
scatter.addEventListener("focusout", () => readOut.hide());
scatter.addEventListener("keydown", (event) => {
  const spot = (event.target as Element).closest<SVGElement>(".spot");
  if (event.key === "Escape") readOut.hide();
  if (spot === null) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    clicks["data-trial"](spot.querySelector("[data-trial]")?.getAttribute("data-trial") ?? "none");
    return;
  }
  const spots = [...(spot.parentElement?.children ?? [])] as SVGElement[];
  const at = spots.indexOf(spot);
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: spots.length - 1,
  };
  if (!(event.key in moves)) return;
  event.preventDefault();
  const next = spots[Math.max(0, Math.min(spots.length - 1, moves[event.key]))];
  spot.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});
