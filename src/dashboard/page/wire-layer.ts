// The lines of parallel coordinates, stroked on a layer of pixels: those outside the selection first, then a shade after
// the other. They look as the style has those of files.

import type { Wire, Wires } from "../live/live-parallel.ts";
import { opacities } from "../live/live-style.ts";
import { drawLayer, type LayerSpace } from "./layer.ts";

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
    opacities.outsideWire,
  );
  each(
    kept.filter(({ shade }) => shade === null),
    plain,
    opacities.wire,
  );
  for (const [i, colour] of colours.entries())
    each(
      kept.filter(({ shade }) => shade === i),
      colour,
      opacities.shadedWire,
    );
}
