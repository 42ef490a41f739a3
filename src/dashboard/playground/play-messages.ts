// What the page and the thread that runs networks tell each other. Plain data.

import type { PlaySettings } from "./play-settings.ts";
import type { SampleFigures, SampleImages } from "./sample-run.ts";
import type { WatchedImage } from "./watched-image.ts";

export type ToEngine =
  | { readonly kind: "network"; readonly bytes: Uint8Array<ArrayBuffer>; readonly name: string }
  | ({ readonly kind: "images" } & SampleImages)
  | { readonly kind: "settings"; readonly settings: PlaySettings }
  /** Run the first so many images. The number comes back with what is told of them. */
  | { readonly kind: "sample"; readonly count: number; readonly wish: number }
  /** Run no more images; what was run stays. */
  | { readonly kind: "stop" }
  /** An image of the sample by its place, or one that was drawn. */
  | { readonly kind: "watch"; readonly image: number | Uint8Array };

export type FromEngine =
  | { readonly kind: "network"; readonly network: PlayNetwork }
  | {
      readonly kind: "altered";
      readonly flippedBits: number;
      readonly dead: Readonly<Record<string, readonly number[]>>;
    }
  | {
      readonly kind: "sample";
      readonly exported: SampleFigures;
      readonly altered: SampleFigures | null;
      readonly total: number;
      readonly wish: number;
    }
  | { readonly kind: "watch"; readonly image: number | null; readonly watched: WatchedImage }
  /** What is wrong, and with what. */
  | { readonly kind: "problem"; readonly about: "network" | "settings" | "run"; readonly message: string };

/** A network in short. */
export interface PlayNetwork {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classes: readonly string[];
  readonly steps: number;
  readonly coding: string;
  readonly readout: string;
  /** e.g. `int8`. */
  readonly weights: string;
  readonly storedBits: number;
  /** Of a weight. */
  readonly weightBits: number;
  /** Layers with weights, and how many. */
  readonly stored: readonly { readonly layer: string; readonly weights: number }[];
  /** Spiking layers in order. */
  readonly layers: readonly { readonly layer: string; readonly neurons: number; readonly model: string }[];
  /** Why the leak cannot be moved; "": it can. */
  readonly leakProblem: string;
}
