// A chart as a file of its own, as for a README: light ground, its own style.

import type { Chart } from "./chart.ts";
import { chartStyle } from "./chart-style.ts";
import { palette } from "./colours.ts";
import { codeElement, element, fragment } from "./markup.ts";

const marginPx = 16;

export function svgDocument(chart: Chart, widthPx = 960): string {
  const colours: Readonly<Record<string, string>> = palette.light;
  const inLight = (text: string): string =>
    text.replace(/var\((--[a-z]+)\)/g, (_, name: string) => colours[name]);
  const drawing = { markup: inLight(chart.draw(widthPx).markup) };
  const [, height] = /height="(\d+)"/.exec(drawing.markup) ?? ["", "0"];
  const [outerWidth, outerHeight] = [widthPx + 2 * marginPx, Number(height) + 2 * marginPx];
  const picture = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${outerWidth} ${outerHeight}`,
      width: outerWidth,
      height: outerHeight,
    },
    fragment(codeElement("style", {}, inLight(chartStyle))),
    element("rect", { width: outerWidth, height: outerHeight, fill: palette.light["--page"] }),
    element("g", { transform: `translate(${marginPx} ${marginPx})` }, drawing),
  );
  return `${picture.markup}\n`;
}
