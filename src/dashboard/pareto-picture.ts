// The main trade-off as a picture on its own, as for a README: light ground, its own style.

import type { Front } from "../study/front.ts";
import { chartStyle } from "./chart-style.ts";
import { palette } from "./colours.ts";
import { codeElement, element, fragment } from "./markup.ts";
import { paretoChart } from "./pareto-chart.ts";

const widthPx = 960;
const marginPx = 16;

/** Accuracy against energy as a standalone SVG document. */
export function renderParetoSvg(front: Front): string {
  const chart = paretoChart(front, { x: "energy", y: "accuracy", aspect: 0.5 }).draw(widthPx);
  const [, height] = /height="(\d+)"/.exec(chart.markup) ?? ["", "0"];
  const colours: Readonly<Record<string, string>> = palette.light;
  const style = chartStyle.replace(/var\((--[a-z]+)\)/g, (_, name: string) => colours[name]);
  const [outerWidth, outerHeight] = [widthPx + 2 * marginPx, Number(height) + 2 * marginPx];
  const picture = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${outerWidth} ${outerHeight}`,
      width: outerWidth,
      height: outerHeight,
    },
    fragment(codeElement("style", {}, style)),
    element("rect", { width: outerWidth, height: outerHeight, fill: palette.light["--page"] }),
    element("g", { transform: `translate(${marginPx} ${marginPx})` }, chart),
  );
  return `${picture.markup}\n`;
}
