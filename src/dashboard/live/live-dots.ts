// Trials as dots: where they lie follows from the study and the axes, what they look like from the selection too. A
// page draws them on a layer of pixels, as thousands change at once there; files hold them as paths.
//
// Ten thousand dots are a few paths: one for every shade and size, each dot a line of no length with round ends.

import type { LiveTrial } from "../../study/live-study.ts";
import { element, fragment, type Markup, shortNumber } from "../markup.ts";
import type { Shades } from "./live-shades.ts";

export interface PlacedTrial {
  readonly trial: LiveTrial;
  /** Pixels of the drawing. */
  readonly x: number;
  readonly y: number;
}

export interface Dots {
  readonly placed: readonly PlacedTrial[];
  /** Pixels, one a placed trial. */
  readonly radii: Float32Array;
  /** One a placed trial: a place among `colours`, or one of `looks`. */
  readonly shades: Int8Array;
  readonly colours: readonly string[];
  readonly hasRims: boolean;
}

/** Dots without a shade: of the selection, outside it, and those that something else stands for. */
export const looks = { plain: -1, outside: -2, hidden: -3 } as const;

/** A rim is wider than its dot by so much, pixels on every side. */
export const rimPx = 0.8;

/** Of more dots than this rims would only cost time: they lie over each other. */
const mostRims = 2000;

/** What does not follow from the selection. */
export interface DotGround {
  readonly placed: readonly PlacedTrial[];
  readonly radii: Float32Array;
  /** As if all were selected. */
  readonly shades: Int8Array;
  readonly colours: readonly string[];
}

/** @param sizes - null: all have one size */
export function dotGround(placed: readonly PlacedTrial[], shades: Shades, sizes: Shades | null): DotGround {
  return {
    placed,
    radii: Float32Array.from(placed, ({ trial }) =>
      sizes === null ? 2.6 : 1.8 + 1.1 * (sizes.of(trial) ?? 0),
    ),
    shades: Int8Array.from(placed, ({ trial }) => shades.of(trial) ?? looks.plain),
    colours: shades.colours,
  };
}

/**
 * @param kept - numbers of the selection
 * @param spots - numbers of those that stand out otherwise
 */
export function dotsOf(ground: DotGround, kept: ReadonlySet<number>, spots: ReadonlySet<number>): Dots {
  const { placed } = ground;
  const shades = ground.shades.map((shade, i) => {
    const { number } = placed[i].trial;
    return spots.has(number) ? looks.hidden : kept.has(number) ? shade : looks.outside;
  });
  return { ...ground, shades, hasRims: placed.length <= mostRims };
}

export function dotsMarkup({ placed, radii, shades, colours, hasRims }: Dots): Markup {
  const paths = new Map<string, string[]>();
  for (const [i, { x, y }] of placed.entries()) {
    if (shades[i] === looks.hidden) continue;
    const name = `${shades[i]} ${shortNumber(radii[i])}`;
    const path = paths.get(name) ?? [];
    path.push(`M${shortNumber(x)} ${shortNumber(y)}h0`);
    paths.set(name, path);
  }
  const order = [...paths.keys()].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return fragment(
    order.map((name) => {
      const [shade, radius] = name.split(" ").map(Number);
      const d = (paths.get(name) as string[]).join("");
      if (shade === looks.outside)
        return element("path", { class: "dots out", d, "stroke-width": 2 * radius });
      const ground = element("path", { class: "dots rim", d, "stroke-width": 2 * (radius + rimPx) });
      const colour = shade < 0 ? { class: "dots" } : { class: "dots shaded", stroke: colours[shade] };
      return fragment(
        shade < 0 || !hasRims ? null : ground,
        element("path", { ...colour, d, "stroke-width": 2 * radius }),
      );
    }),
  );
}
