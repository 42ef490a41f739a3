export { renderParetoSvg } from "./pareto-picture.ts";
export { renderReport } from "./report.ts";
