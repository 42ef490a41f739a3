// Runs a network for the page, a little at a time: what is asked last goes first, and what it replaces is dropped.
//
// A tick works for some milliseconds and tells what there is. Whoever has the thread calls it until it says that
// nothing is left; between ticks new wishes are heard, so a sample stops as soon as something moves.

import { bitCount, faultSites } from "../../fault/fault-sites.ts";
import { readNetworkFile } from "../../formats/network-file.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { inferShapes, sizeOf } from "../../model/shapes.ts";
import { type AlteredModel, alteredModel, isSpiking, leakProblem } from "./altered-model.ts";
import type { FromEngine, PlayNetwork, ToEngine } from "./play-messages.ts";
import { asExported, type PlaySettings } from "./play-settings.ts";
import { type SampleImages, SampleRun } from "./sample-run.ts";
import { watchImage } from "./watched-image.ts";

export interface PlayEngineOptions {
  readonly kernels: Kernels;
  readonly tell: (message: FromEngine) => void;
  /** Milliseconds from any start on. */
  readonly nowMs: () => number;
}

/** How long a tick of a sample is meant to take. */
const tickMs = 40;
const mostAtOnce = 64;

export class PlayEngine {
  readonly #options: PlayEngineOptions;
  #model: Model | null = null;
  #images: SampleImages = { pixels: new Uint8Array(), labels: new Uint8Array() };
  #settings: PlaySettings | null = null;
  /** null: not made yet, or not possible. */
  #altered: AlteredModel | null = null;
  #exportedRun: SampleRun | null = null;
  #alteredRun: SampleRun | null = null;
  #count = 0;
  #watched: number | Uint8Array | null = null;
  #isWatchDue = false;
  #wish = 0;
  /** Whether the page has not heard of its latest wish yet. */
  #areFiguresDue = false;
  /** Images of the next piece, so that it takes about a tick. */
  #piece = 1;

  constructor(options: PlayEngineOptions) {
    this.#options = options;
  }

  /** Take a wish; nothing is run here. */
  take(message: ToEngine): void {
    switch (message.kind) {
      case "network":
        this.#takeNetwork(message.bytes, message.name);
        return;
      case "images":
        this.#images = { pixels: message.pixels, labels: message.labels };
        this.#restart();
        return;
      case "settings":
        this.#settings = message.settings;
        this.#alter();
        return;
      case "sample":
        this.#takeSample(message);
        return;
      case "stop":
        this.#count = 0;
        return;
      case "watch":
        this.#watched = message.image;
        this.#isWatchDue = true;
        return;
      default:
        message satisfies never;
    }
  }

  /** Work for a moment. @returns whether something is left to do */
  tick(): boolean {
    if (this.#altered === null) return false;
    try {
      if (this.#isWatchDue) {
        this.#isWatchDue = false;
        this.#watch(this.#altered.model);
      } else this.#advance();
    } catch (error) {
      this.#count = 0;
      this.#areFiguresDue = false;
      this.#tellProblem("run", error);
    }
    return this.#isWatchDue || this.#areFiguresDue || this.#unfinished() !== null;
  }

  #takeSample({ count, wish }: Extract<ToEngine, { kind: "sample" }>): void {
    this.#count = Math.min(count, this.#images.labels.length);
    this.#wish = wish;
    this.#areFiguresDue = true;
    // A smaller sample is the first images of the larger one, and is run anew.
    const isLonger = (run: SampleRun | null): boolean => run !== null && run.done > this.#count;
    if (isLonger(this.#exportedRun) || isLonger(this.#alteredRun)) this.#restart();
  }

  #takeNetwork(bytes: Uint8Array<ArrayBuffer>, name: string): void {
    this.#model = null;
    this.#altered = null;
    this.#isWatchDue = false;
    try {
      const model = readNetworkFile(bytes, name);
      const network = describe(model, name);
      this.#model = model;
      this.#settings = asExported(network.steps);
      this.#options.tell({ kind: "network", network });
      this.#restart();
    } catch (error) {
      this.#tellProblem("network", error);
    }
  }

  #restart(): void {
    this.#exportedRun =
      this.#model === null ? null : new SampleRun(this.#options.kernels, this.#model, this.#images);
    this.#piece = 1;
    this.#alter();
  }

  #alter(): void {
    this.#altered = null;
    this.#alteredRun = null;
    if (this.#model === null || this.#settings === null) return;
    try {
      this.#altered = alteredModel(this.#model, this.#settings);
    } catch (error) {
      this.#tellProblem("settings", error);
      return;
    }
    const isMoved =
      JSON.stringify(this.#settings) !== JSON.stringify(asExported(this.#model.inference?.steps ?? 1));
    if (isMoved) this.#alteredRun = new SampleRun(this.#options.kernels, this.#altered.model, this.#images);
    const { flippedBits, dead } = this.#altered;
    this.#options.tell({ kind: "altered", flippedBits, dead });
    this.#isWatchDue = this.#watched !== null;
  }

  #watch(model: Model): void {
    const { kernels, tell } = this.#options;
    const own = this.#watched;
    if (own === null || (typeof own === "number" && own >= this.#images.labels.length)) return;
    const isDrawn = typeof own !== "number";
    const watched = watchImage(kernels, model, {
      pixels: isDrawn ? own : this.#images.pixels,
      labels: isDrawn ? Uint8Array.of(0) : this.#images.labels,
      image: isDrawn ? 0 : own,
    });
    tell({ kind: "watch", image: isDrawn ? null : own, watched });
  }

  /** The run that is to go on: the network as exported first, as the other is compared with it. */
  #unfinished(): SampleRun | null {
    const runs = [this.#exportedRun, this.#alteredRun];
    return runs.find((run) => run !== null && run.done < this.#count) ?? null;
  }

  #advance(): void {
    const run = this.#unfinished();
    const { nowMs, tell } = this.#options;
    if (run !== null) {
      const startMs = nowMs();
      run.advance(Math.min(this.#piece, this.#count - run.done));
      const tookMs = Math.max(0.1, nowMs() - startMs);
      this.#piece = Math.max(1, Math.min(mostAtOnce, Math.round((this.#piece * tickMs) / tookMs)));
    }
    this.#areFiguresDue = false;
    const exported = this.#exportedRun?.figures() ?? null;
    if (exported === null) return;
    const altered = this.#alteredRun?.figures() ?? null;
    tell({ kind: "sample", exported, altered, total: this.#count, wish: this.#wish });
  }

  #tellProblem(about: Extract<FromEngine, { kind: "problem" }>["about"], error: unknown): void {
    this.#options.tell({ kind: "problem", about, message: (error as Error).message });
  }
}

function describe(model: Model, name: string): PlayNetwork {
  const { network, inference, classes, weightFormat } = model;
  if (inference === null) throw new TypeError(`${name} must hold a spiking network, but holds an ANN.`);
  if (inference.coding === "events")
    throw new TypeError(`${name} must take images, but takes recordings. Use evaluate for it.`);
  const shapes = inferShapes(network);
  return {
    name,
    inputShape: network.inputShape,
    classes,
    steps: inference.steps,
    coding: inference.coding,
    readout: inference.readout,
    weights: weightFormat.kind === "int" ? `int${weightFormat.bits}` : "float32",
    storedBits: bitCount(faultSites(model, { targets: ["weight"] })),
    weightBits: weightFormat.kind === "int" ? weightFormat.bits : 32,
    stored: network.layers.flatMap(({ id }) => {
      const weights = model.tensors[`${id}.weight`]?.data.length;
      return weights === undefined ? [] : [{ layer: id, weights }];
    }),
    layers: network.layers.filter(isSpiking).map((layer) => ({
      layer: layer.id,
      neurons: sizeOf(shapes.get(layer.id) ?? []),
      model: layer.model,
    })),
    leakProblem: leakProblem(model),
  };
}
