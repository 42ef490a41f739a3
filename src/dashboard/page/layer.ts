// Layers of pixels beneath drawings, for what thousands of things make up: a change of the selection costs them no
// element. The canvas of a place stays when its drawing is replaced, and is drawn again when what it shows, its size, or
// the colours of the page are others.

import { isSame } from "../live/last-of.ts";

export interface LayerSpace {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  /** Pixels of the screen for one of the drawing. */
  readonly ratio: number;
  /** Of the screen. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** The page's colour of this name, #rrggbb. */
  readonly colourOf: (name: string) => string;
}

const canvases = new WeakMap<HTMLElement, HTMLCanvasElement>();
const drawn = new WeakMap<HTMLCanvasElement, readonly unknown[]>();
const colours = new Map<string, string>();
const dark = matchMedia("(prefers-color-scheme: dark)");

/** More pixels than this on a side would only be slow. */
const mostRatio = 2;

/**
 * @param what - what is shown: anything that is another when there is something else to show
 * @param draw - told of an empty space
 */
export function drawLayer(place: HTMLElement, what: object | null, draw: (space: LayerSpace) => void): void {
  const ground = place.querySelector(".layers");
  const drawing = place.querySelector("svg");
  if (ground === null || drawing === null || what === null) return;
  const canvas = canvases.get(place) ?? document.createElement("canvas");
  canvases.set(place, canvas);
  canvas.setAttribute("aria-hidden", "true");
  if (canvas.parentElement !== ground) ground.prepend(canvas);
  const ratio = Math.min(mostRatio, devicePixelRatio);
  const { width, height } = drawing.viewBox.baseVal;
  const [widthPx, heightPx] = [Math.round(width * ratio), Math.round(height * ratio)];
  const theme = `${document.documentElement.dataset["theme"]} ${dark.matches}`;
  const now = [what, widthPx, heightPx, theme];
  const before = drawn.get(canvas);
  if (before !== undefined && isSame(before, now)) return;
  drawn.set(canvas, now);
  // Its pixels are written from here: an accelerator would only carry them to and fro.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return;
  if (canvas.width !== widthPx || canvas.height !== heightPx) {
    canvas.width = widthPx;
    canvas.height = heightPx;
  } else context.clearRect(0, 0, widthPx, heightPx);
  draw({
    canvas,
    context,
    ratio,
    widthPx,
    heightPx,
    colourOf: (name) => colourOf(theme, name),
  });
}

/** Asking the style anew in every frame would have the browser work out the page's first. */
function colourOf(theme: string, name: string): string {
  const key = `${theme} ${name}`;
  const colour = colours.get(key) ?? getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  colours.set(key, colour);
  return colour;
}

/** Tells when the reader's system turns light or dark. */
export function onSystemTheme(act: () => void): void {
  dark.addEventListener("change", act);
}
