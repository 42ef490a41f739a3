export { type FaultMapPage, faultMapCharts, renderFaultMap } from "./fault-map.ts";
export { renderParetoSvg } from "./pareto-picture.ts";
export { renderReport } from "./report.ts";
export { type DrawnEdge, type SkipDrawing, skipDrawing } from "./skip-drawing.ts";
export { svgDocument } from "./svg-document.ts";
