// Ten thousand dots written as pixels: a disc of a size and a place within its pixel is worked out once, and then laid
// over what is there. That takes a few milliseconds where as many arcs of a canvas take tens.
//
//   coverage of a pixel = radius + ½ − its distance from the centre, held within 0 and 1
//   over (Porter & Duff 1984): α = s + d(1 − s), colour = (s·source + d(1 − s)·destination)/α

import { type Dots, looks, rimPx } from "../live/live-dots.ts";
import { opacities } from "../live/live-style.ts";
import { drawLayer, type LayerSpace } from "./layer.ts";

/** A pixel's place is told to a quarter of it: a power of two. */
const parts = 4;

/** A disc of one ink on pixels: what it covers of each, times its opacity. */
interface Stamp {
  readonly side: number;
  /** From the first pixel to the centre's. */
  readonly reach: number;
  /** [side, side], 0 to 255. */
  readonly alphas: Uint8Array;
}

/** As canvases hold them: red in the lowest byte, opacity in the highest. */
interface Pixels {
  readonly words: Uint32Array;
  readonly width: number;
  readonly height: number;
}

const stamps = new Map<number, Stamp>();
const images = new WeakMap<HTMLCanvasElement, ImageData>();

export function drawDots(place: HTMLElement, dots: Dots | null): void {
  drawLayer(place, dots, (space) => {
    if (dots !== null) paint(dots, space);
  });
}

function paint(dots: Dots, { canvas, context, ratio, widthPx, heightPx, colourOf }: LayerSpace): void {
  const image = emptyImage(canvas, context, widthPx, heightPx);
  const pixels = { words: new Uint32Array(image.data.buffer), width: widthPx, height: heightPx };
  const { placed, radii, shades } = dots;
  const each = (shade: number, ink: number, opacity = 1, morePx = 0): void => {
    const lay = shade === looks.outside ? most : over;
    for (let i = 0; i < placed.length; i++) {
      if (shades[i] !== shade) continue;
      const x = Math.round(placed[i].x * ratio * parts);
      const y = Math.round(placed[i].y * ratio * parts);
      const stamp = stampOf((radii[i] + morePx) * ratio, x & (parts - 1), y & (parts - 1), opacity);
      lay(pixels, stamp, Math.floor(x / parts) - stamp.reach, Math.floor(y / parts) - stamp.reach, ink);
    }
  };
  const trial = inkOf(colourOf("--trial"));
  each(looks.outside, trial, opacities.outsideDot);
  each(looks.plain, trial);
  for (const [shade, colour] of dots.colours.entries()) {
    if (dots.hasRims) each(shade, inkOf(colourOf("--soft")), opacities.rim, rimPx);
    each(shade, inkOf(colour));
  }
  context.putImageData(image, 0, 0);
}

/** The one it was drawn from before, emptied: some megabytes. */
function emptyImage(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  widthPx: number,
  heightPx: number,
): ImageData {
  const before = images.get(canvas);
  if (before?.width === widthPx && before.height === heightPx) {
    before.data.fill(0);
    return before;
  }
  const image = context.createImageData(widthPx, heightPx);
  images.set(canvas, image);
  return image;
}

type Lay = (pixels: Pixels, stamp: Stamp, left: number, top: number, ink: number) => void;

/** The stronger of what is there and the stamp: dots of one look that lie over each other stay as faint as one. */
const most: Lay = ({ words, width, height }, { side, alphas }, left, top, ink) => {
  const [endRow, end] = [Math.min(side, height - top), Math.min(side, width - left)];
  for (let row = Math.max(0, -top); row < endRow; row++) {
    for (let column = Math.max(0, -left); column < end; column++) {
      const alpha = alphas[row * side + column];
      const at = (top + row) * width + left + column;
      if (alpha > words[at] >>> 24) words[at] = (alpha << 24) | ink;
    }
  }
};

/** The stamp over what is there. */
const over: Lay = ({ words, width, height }, { side, alphas }, left, top, ink) => {
  const [endRow, end] = [Math.min(side, height - top), Math.min(side, width - left)];
  for (let row = Math.max(0, -top); row < endRow; row++) {
    for (let column = Math.max(0, -left); column < end; column++) {
      const alpha = alphas[row * side + column];
      if (alpha === 0) continue;
      const at = (top + row) * width + left + column;
      words[at] = alpha === 255 || words[at] === 0 ? (alpha << 24) | ink : mixed(ink, alpha, words[at]);
    }
  }
};

/** @param alpha - of the ink, 0 to 255 */
function mixed(ink: number, alpha: number, below: number): number {
  const under = (below >>> 24) * (1 - alpha / 255);
  const share = Math.round((256 * alpha) / (alpha + under));
  // Red and blue are far enough from each other to be weighed at once.
  const redBlue = ((ink & 0xff00ff) * share + (below & 0xff00ff) * (256 - share)) / 256;
  const green = ((ink & 0xff00) * share + (below & 0xff00) * (256 - share)) / 256;
  return (Math.round(alpha + under) << 24) | (redBlue & 0xff00ff) | (green & 0xff00);
}

/** @param partX - of the centre within its pixel, in parts of it; partY alike */
function stampOf(radiusPx: number, partX: number, partY: number, opacity: number): Stamp {
  const [radius, share] = [Math.round(radiusPx * 100), Math.round(opacity * 100)];
  const key = ((radius * parts + partX) * parts + partY) * 128 + share;
  const known = stamps.get(key);
  if (known !== undefined) return known;
  const reach = Math.ceil(radiusPx + 0.5);
  const side = 2 * reach + 1;
  const alphas = Uint8Array.from({ length: side * side }, (_, i) => {
    const x = (i % side) + 0.5 - reach - partX / parts;
    const y = Math.floor(i / side) + 0.5 - reach - partY / parts;
    return Math.round(255 * opacity * Math.max(0, Math.min(1, radiusPx + 0.5 - Math.hypot(x, y))));
  });
  const stamp = { side, reach, alphas };
  stamps.set(key, stamp);
  return stamp;
}

/** @param colour - #rrggbb */
function inkOf(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  return ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
}
