// The style sheet of every page: the live one, the report, a campaign's map.

import { chartStyle, themeDeclarations } from "./chart-style.ts";
import { liveChartStyle, livePageStyle } from "./live/live-style.ts";
import { pageStyle } from "./page-style.ts";

export function pageCss(): string {
  const [light, dark] = [themeDeclarations("light"), themeDeclarations("dark")];
  return [
    `:root{color-scheme:light dark;${light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
    ":root[data-theme=light]{color-scheme:light}",
    `:root[data-theme=dark]{color-scheme:dark;${dark}}`,
    pageStyle,
    chartStyle,
    livePageStyle,
    liveChartStyle,
    `@media print{:root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;${light}}}`,
  ].join("\n");
}
