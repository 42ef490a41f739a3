// The playground: what the reader moves goes to the thread that runs networks, and what that tells is drawn, once a
// frame at most.

import { profiles } from "../../../energy/profiles.ts";
import type { PlayFolder } from "../../../study/play-folder.ts";
import { formatCount, formatNumber } from "../../format.ts";
import { replace } from "../../page/replace.ts";
import { savedPlay } from "../../page/saved.ts";
import { themeButton } from "../../page/theme-button.ts";
import { openThread } from "../../page/thread.ts";
import { rasterChart } from "../../raster-chart.ts";
import { tableMarkup } from "../../table-markup.ts";
import { type KnobName, knobScales } from "../knob-scale.ts";
import { layerSpikesChart } from "../layer-spikes-chart.ts";
import { networkFacts } from "../network-facts.ts";
import { nowChart } from "../now-chart.ts";
import type { FromEngine, PlayNetwork, ToEngine } from "../play-messages.ts";
import { sampleSizes } from "../play-page.ts";
import { asExported, type PlaySettings } from "../play-settings.ts";
import type { SampleImages } from "../sample-run.ts";
import {
  layersTable,
  type Sample,
  sampleProgress,
  sampleStepsChart,
  sampleTiles,
  wrongImages,
} from "../sample-views.ts";
import { decisionText, scoreChart } from "../score-chart.ts";
import type { WatchedImage } from "../watched-image.ts";
import { rasterStride, watchedRaster } from "../watched-raster.ts";
import { BitForm } from "./bit-form.ts";
import { Figures } from "./figures.ts";
import { isMoved, showKnobs } from "./knobs.ts";
import { Picture } from "./picture.ts";
import { askFolder, askImages, askNetwork } from "./server-line.ts";

const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const study = new URLSearchParams(location.search).get("study") ?? "";
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const worker = openThread(new URL(`../play-worker.${extension}`, import.meta.url));
const tell = (message: ToEngine): void => worker.postMessage(message);

let folder: PlayFolder | null = null;
let network: PlayNetwork | null = null;
let images: SampleImages = { pixels: new Uint8Array(), labels: new Uint8Array() };
let settings: PlaySettings | null = null;
let exported: PlaySettings | null = null;
let dead: Readonly<Record<string, readonly number[]>> = {};
let watched: WatchedImage | null = null;
let watchedImage: number | null = null;
let sample: Omit<Sample, "labels" | "profile" | "accounting"> | null = null;
let image = 0;
let step = 1;
/** Parts of the page that are to be drawn. */
const due = new Set<"image" | "sample">();
/** Number of the latest wish for a sample. */
let wish = 0;
let player: ReturnType<typeof setInterval> | undefined;

const figures = new Figures(() => network?.name.replace(/\W+/g, "-") ?? "network");
const picture = new Picture({
  canvas: byId<HTMLCanvasElement>("picture"),
  place: byId("draw-place"),
  onDraw: (pixels) => tell({ kind: "watch", image: pixels }),
});

const parts = { image: showImage, sample: showSample };

/** Draw a part anew, in the next frame. */
function ask(part: keyof typeof parts): void {
  if (due.size === 0)
    requestAnimationFrame(() => {
      const now = [...due];
      due.clear();
      for (const one of now) parts[one]();
    });
  due.add(part);
}

/** Of text that is a place's own. */
function say(id: string, text: string): void {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

function problem(id: string, message: string): void {
  byId(id).hidden = message === "";
  say(id, message);
}

function showImage(): void {
  if (watched === null || network === null) return;
  const label = watchedImage === null ? null : images.labels[watchedImage];
  step = Math.max(1, Math.min(step, watched.steps));
  const slider = byId<HTMLInputElement>("step");
  slider.max = String(watched.steps);
  slider.value = String(step);
  say("step-value", `${step} of ${watched.steps}`);
  say(
    "image-name",
    watchedImage === null
      ? "Drawn by you"
      : `${folder?.data?.split ?? ""} image ${watchedImage}, class ${network.classes[label ?? 0]}`,
  );
  const decided = watched.decisions[step - 1];
  byId("decision").className = `decision${label === null ? "" : decided === label ? " right" : " wrong"}`;
  say("decision", decisionText(watched, step));
  figures.show(nowChart({ watched, label, step }));
  figures.show(scoreChart({ watched, label, step }));
  figures.show(rasterChart(watchedRaster(watched, dead, step)));
  figures.show(layerSpikesChart(watched, step));
}

/** Of the sample. */
function setState(state: "running" | "done" | "stopped" | "failed"): void {
  byId("sample-part").dataset["state"] = state;
  byId("sample-stop").textContent = state === "stopped" ? "Go on" : "Stop";
  byId<HTMLButtonElement>("sample-stop").disabled = state === "done" || state === "failed";
}

function sampleNow(): Sample | null {
  if (sample === null) return null;
  return {
    ...sample,
    labels: images.labels,
    profile: byId<HTMLSelectElement>("profile").value,
    accounting: folder?.accounting ?? "mac-once",
  };
}

function showSample(): void {
  const now = sampleNow();
  if (now === null) return;
  replace(byId("sample-tiles"), sampleTiles(now));
  say("sample-progress", sampleProgress(now));
  const done =
    now.exported.images + (now.altered?.images ?? (isMoved(settings, exported) ? 0 : now.exported.images));
  const bar = byId<HTMLProgressElement>("sample-bar");
  bar.max = 2 * now.total;
  bar.value = done;
  if (done >= 2 * now.total) setState("done");
  figures.show(sampleStepsChart(now));
  replace(byId("sample-layers"), tableMarkup(layersTable(now), { caption: "Layers", isSortable: true }));
}

const bitForm = new BitForm((flipped) => move({ flipped }));

function move(change: Partial<PlaySettings>): void {
  if (settings === null) return;
  settings = { ...settings, ...change };
  problem("settings-problem", "");
  problem("run-problem", "");
  showKnobs({ settings, exported, network });
  bitForm.show(settings.flipped);
  tell({ kind: "settings", settings });
  runSample();
}

function runSample(): void {
  setState("running");
  tell({ kind: "sample", count: Number(byId<HTMLSelectElement>("sample-size").value), wish: ++wish });
}

function kill(layer: string, neuron: number): void {
  if (settings === null) return;
  const own = settings.killed[layer] ?? [];
  const left = own.includes(neuron) ? own.filter((one) => one !== neuron) : [...own, neuron];
  const { [layer]: _, ...others } = settings.killed;
  move({ killed: left.length === 0 ? others : { ...others, [layer]: left.sort((a, b) => a - b) } });
}

function choose(next: number): void {
  if (images.labels.length === 0) return;
  image = (next + images.labels.length) % images.labels.length;
  const size = images.pixels.length / images.labels.length;
  picture.show(images.pixels.subarray(image * size, (image + 1) * size));
  byId("draw-clear").hidden = true;
  byId("centre-label").hidden = true;
  byId<HTMLInputElement>("image-number").value = String(image);
  tell({ kind: "watch", image });
}

const hear: { readonly [K in FromEngine["kind"]]: (message: Extract<FromEngine, { kind: K }>) => void } = {
  network: ({ network: told }) => {
    network = told;
    settings = asExported(told.steps);
    exported = settings;
    sample = null;
    step = told.steps;
    problem("settings-problem", "");
    problem("run-problem", "");
    byId("notice").hidden = true;
    byId("playground").hidden = false;
    const [channels = 1, height = 1, width = 1] = told.inputShape;
    picture.resize([channels, height, width]);
    byId<HTMLButtonElement>("draw").disabled = channels !== 1;
    byId<HTMLInputElement>("knob-steps").max = String(Math.min(256, Math.max(32, 4 * told.steps)));
    replace(byId("about-network"), networkFacts(told));
    byId<HTMLSelectElement>("kill-layer").replaceChildren(
      ...told.layers.map(({ layer }) => new Option(layer, layer)),
    );
    showKnobs({ settings, exported, network });
    bitForm.open(told);
    bitForm.show([]);
    if (images.labels.length > 0) {
      choose(image);
      runSample();
    } else byId("draw").click();
  },
  altered: ({ flippedBits, dead: killed }) => {
    dead = killed;
    const count = Object.values(killed).reduce((sum, { length }) => sum + length, 0);
    const told = [
      ...(flippedBits === 0 ? [] : [`${formatCount(flippedBits, "bit")} flipped`]),
      ...(count === 0 ? [] : [`${formatCount(count, "neuron")} dead`]),
    ];
    say("faults", told.join(", "));
    ask("image");
  },
  sample: ({ exported: before, altered, total, wish: of }) => {
    if (of !== wish) return; // of what was asked before
    sample = { exported: before, altered, total };
    ask("sample");
  },
  watch: ({ image: of, watched: told }) => {
    watched = told;
    watchedImage = of;
    ask("image");
  },
  problem: ({ about, message }) => {
    if (about === "network") {
      byId("notice").hidden = false;
      byId("notice").classList.add("bad");
      say("notice", `The network cannot be played with: ${message}`);
    } else {
      problem(about === "settings" ? "settings-problem" : "run-problem", message);
      setState("failed");
    }
  },
};
worker.addEventListener("message", ({ data }) => {
  const message = data as FromEngine;
  (hear[message.kind] as (message: FromEngine) => void)(message);
});
worker.addEventListener("error", ({ message }) =>
  hear.problem({ kind: "problem", about: "network", message: message || "its thread could not begin" }),
);

async function openNetwork(id: string): Promise<void> {
  byId("notice").classList.remove("bad");
  const file = folder?.networks.find((one) => one.id === id);
  try {
    tell({ kind: "network", bytes: await askNetwork(study, id), name: file?.name ?? id });
  } catch (error) {
    hear.problem({ kind: "problem", about: "network", message: (error as Error).message });
  }
}

/** @returns once the images are here, or cannot be */
async function openImages(): Promise<void> {
  const data = folder?.data;
  if (data == null) {
    say("sample-about", `No image can be shown: ${folder?.dataProblem ?? ""} You can still draw one.`);
    setState("failed");
    return;
  }
  const count = Math.min(Number(byId<HTMLSelectElement>("sample-size").value), data.images);
  if (images.labels.length >= count) return;
  images = await askImages(study, data, count);
  say(
    "sample-about",
    `The first images of the ${data.split} split of ${data.name}, in its order: the same as evaluate --split ${data.split} --images N. Test images are not shown here, as what is tried out on images is tuned to them.`,
  );
  tell({ kind: "images", ...images });
}

byId("draw").addEventListener("click", () => {
  byId("draw-clear").hidden = false;
  byId("centre-label").hidden = false;
  picture.draw();
});
byId("draw-clear").addEventListener("click", () => picture.draw());
byId("centre").addEventListener("change", (event) =>
  picture.centre((event.target as HTMLInputElement).checked),
);
byId("image-before").addEventListener("click", () => choose(image - 1));
byId("image-after").addEventListener("click", () => choose(image + 1));
byId("image-wrong").addEventListener("click", () => {
  const now = sampleNow();
  const wrong = now === null ? [] : wrongImages(now);
  const next = wrong.find((one) => one > image) ?? wrong[0];
  if (next !== undefined) choose(next);
});
byId("image-number").addEventListener("change", (event) =>
  choose(Math.trunc(Number((event.target as HTMLInputElement).value))),
);
byId("step").addEventListener("input", (event) => {
  step = Number((event.target as HTMLInputElement).value);
  ask("image");
});
byId("step-play").addEventListener("click", () => {
  if (player !== undefined) return stopPlaying();
  if (watched !== null && step >= watched.steps) step = 1;
  byId("step-play").textContent = "Pause";
  player = setInterval(() => {
    if (watched === null || step >= watched.steps) return stopPlaying();
    step++;
    ask("image");
  }, 350);
  ask("image");
});

function stopPlaying(): void {
  clearInterval(player);
  player = undefined;
  byId("step-play").textContent = "Play";
}

document.addEventListener("input", (event) => {
  const input = event.target as HTMLInputElement;
  const name = input.dataset["knob"] as KnobName | undefined;
  if (name !== undefined) move({ [name]: knobScales[name].toSetting(Number(input.value)) });
});
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const again = target.closest<HTMLElement>("[data-again]")?.dataset["again"] as
    | "flipSeed"
    | "deadSeed"
    | undefined;
  if (again !== undefined && settings !== null) move({ [again]: settings[again] + 1 });
  const layer = target.getAttribute("data-layer");
  if (layer !== null && layer !== "input") killAt(layer, target, event.clientY);
});
byId("kill").addEventListener("click", () =>
  kill(byId<HTMLSelectElement>("kill-layer").value, Number(byId<HTMLInputElement>("kill-neuron").value)),
);
byId("reset").addEventListener("click", () => {
  if (exported !== null) move(exported);
});

function killAt(layer: string, ground: Element, clientY: number): void {
  const neurons = network?.layers.find((one) => one.layer === layer)?.neurons;
  if (neurons === undefined) return;
  const stride = rasterStride(neurons);
  const rows = Math.ceil(neurons / stride);
  const box = ground.getBoundingClientRect();
  const row = Math.floor(((clientY - box.top) / box.height) * rows);
  kill(layer, stride * Math.max(0, Math.min(rows - 1, row)));
}

byId("network").addEventListener("change", (event) => openNetwork((event.target as HTMLSelectElement).value));
byId("profile").addEventListener("change", () => ask("sample"));
byId("sample-size").addEventListener("change", () => {
  openImages().then(runSample, (error: Error) => problem("run-problem", error.message));
});
byId("sample-stop").addEventListener("click", () => {
  if (byId("sample-part").dataset["state"] !== "running") return runSample();
  tell({ kind: "stop" });
  setState("stopped");
});

async function begin(): Promise<void> {
  folder = await askFolder(study);
  byId<HTMLAnchorElement>("to-study").href =
    savedPlay !== null ? location.pathname : study === "" ? "/" : `/?study=${encodeURIComponent(study)}`;
  if (folder.study !== "") document.title = `Playground · ${folder.study} · spikefront`;
  if (folder.networks.length === 0) {
    say(
      "notice",
      "No spiking network is in this folder yet. A study keeps those of its front; any network file that lies in the folder is listed, too.",
    );
    return;
  }
  const list = byId<HTMLSelectElement>("network");
  list.replaceChildren(...folder.networks.map(({ id, name, about }) => new Option(`${name} (${about})`, id)));
  const wanted = new URLSearchParams(location.search).get("network") ?? "";
  const found =
    folder.networks.find(({ id }) => id === wanted || id.includes(`/${wanted}.`)) ?? folder.networks[0];
  list.value = found.id;
  const { data, profile } = folder;
  const sizes = sampleSizes.filter((size) => data !== null && size <= data.images);
  const shown: readonly number[] = sizes.length === 0 ? [data?.images ?? 0] : sizes;
  byId<HTMLSelectElement>("sample-size").replaceChildren(
    ...shown.map((size) => new Option(formatNumber(size, 15), String(size))),
  );
  byId<HTMLSelectElement>("sample-size").value = String(shown.includes(200) ? 200 : shown[0]);
  const hardware = byId<HTMLSelectElement>("profile");
  hardware.replaceChildren(...Object.keys(profiles).map((name) => new Option(name, name)));
  hardware.value = profile in profiles ? profile : Object.keys(profiles)[0];
  say("notice", "Loading the network …");
  await openImages();
  await openNetwork(found.id);
}

themeButton(byId("theme"));
begin().catch((error: Error) => hear.problem({ kind: "problem", about: "network", message: error.message }));
