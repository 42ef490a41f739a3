// Files for the reader: a figure as it is seen, or numbers.

import { chartStyle } from "../chart-style.ts";
import { liveChartStyle } from "../live/live-style.ts";

export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * The drawing with its style and ground within, in the colours it has now.
 *
 * @param more - rules beyond those that all pages have
 */
export function svgText(drawing: SVGElement, more = ""): string {
  const copy = drawing.cloneNode(true) as SVGElement;
  const computed = getComputedStyle(document.documentElement);
  const inColours = (css: string): string =>
    css.replace(/var\((--[a-z]+)\)/g, (_, name: string) => computed.getPropertyValue(name).trim());
  const svg = "http://www.w3.org/2000/svg";
  const style = document.createElementNS(svg, "style");
  style.textContent = inColours(chartStyle + liveChartStyle + more);
  const ground = document.createElementNS(svg, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", computed.getPropertyValue("--page").trim());
  copy.prepend(style, ground);
  for (const spot of copy.querySelectorAll(".spot")) spot.removeAttribute("tabindex");
  return new XMLSerializer().serializeToString(copy);
}
