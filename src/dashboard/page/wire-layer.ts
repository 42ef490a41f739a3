// The lines of parallel coordinates, stroked on a layer of pixels: those outside the selection first, then a shade after
// the other. Widths and opacities are those that the style gives the lines of files.

import type { Wire, Wires } from "../live/live-parallel.ts";
import { drawLayer, type LayerSpace } from "./layer.ts";

const opacities = { outside: 0.1, plain: 0.55, shaded: 0.7 } as const;

export function drawWires(place: HTMLElement, wires: Wires | null): void {
  drawLayer(place, wires, (space) => {
    if (wires !== null) stroke(wires, space);
  });
}

function stroke({ across, lines, colours }: Wires, { context, ratio, colourOf }: LayerSpace): void {
  context.lineWidth = ratio;
  const each = (some: readonly Wire[], colour: string, opacity: number): void => {
    if (some.length === 0) return;
    context.globalAlpha = opacity;
    context.strokeStyle = colour;
    context.beginPath();
    for (const { heights } of some) {
      context.moveTo(across[0] * ratio, heights[0] * ratio);
      for (let i = 1; i < heights.length; i++) context.lineTo(across[i] * ratio, heights[i] * ratio);
    }
    context.stroke();
  };
  const kept = lines.filter(({ isKept }) => isKept);
  const plain = colourOf("--trial");
  each(
    lines.filter(({ isKept }) => !isKept),
    plain,
    opacities.outside,
  );
  each(
    kept.filter(({ shade }) => shade === null),
    plain,
    opacities.plain,
  );
  for (const [i, colour] of colours.entries())
    each(
      kept.filter(({ shade }) => shade === i),
      colour,
      opacities.shaded,
    );
}
