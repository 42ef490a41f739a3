// The main trade-off as a picture on its own, as for a README.

import type { Front } from "../study/front.ts";
import { paretoChart } from "./pareto-chart.ts";
import { svgDocument } from "./svg-document.ts";

/** Accuracy against energy as a standalone SVG document. */
export function renderParetoSvg(front: Front): string {
  return svgDocument(paretoChart(front, { x: "energy", y: "accuracy", aspect: 0.5 }));
}
