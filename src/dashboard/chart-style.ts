// The look of drawings: one style sheet for the page, for downloads and for pictures on their own.

import { arms, palette, roles } from "./colours.ts";

/** A rule for every kind of network, and for the arms of an experiment. */
const eachRole = (rule: (role: string) => string): string => [...roles, ...arms].map(rule).join("\n");

/** Rules of what stands in a drawing. */
export const chartStyle = `
.chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;font-variant-numeric:tabular-nums}
.chart text{fill:var(--ink)}
.chart .tick,.chart .quiet{fill:var(--soft)}
.chart .axis-title,.chart .panel-title{font-weight:600}
.chart .strong{font-weight:600}
.chart .empty-text{fill:var(--soft)}
.empty-frame{fill:var(--panel);stroke:var(--line);stroke-dasharray:4 4}
.chart .on-light{fill:#111417}.chart .on-dark{fill:#f4f6f8}
.grid{stroke:var(--grid);stroke-width:1}
.axis{fill:none;stroke:var(--soft);stroke-width:1}
.trial{fill:var(--trial);fill-opacity:.42}
.trials{fill:none;stroke:var(--trial);stroke-opacity:.5;stroke-width:4.8;stroke-linecap:round}
.mark{stroke:var(--page);stroke-width:1.2}
${eachRole((role) => `.mark.${role}{fill:var(--${role})}`)}
.mark.hollow{fill:var(--page);stroke-width:2}
${eachRole((role) => `.mark.hollow.${role}{stroke:var(--${role})}`)}
.bar{stroke-width:1.5;stroke-opacity:.55;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.line.thin{stroke-width:1.1;stroke-opacity:.6}
.band{fill-opacity:.16;stroke:none}
${eachRole((role) => `.bar.${role},.line.${role}{stroke:var(--${role})}.band.${role}{fill:var(--${role})}`)}
.band.faint{fill-opacity:.06}
.stairs{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-opacity:.7}
.ring{fill:none;stroke:var(--ink);stroke-width:1.6}
.limit{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 4;stroke-opacity:.75}
.outside{fill:var(--ink);fill-opacity:.045}
.leader{stroke:var(--soft);stroke-width:.7}
.layer{stroke:var(--page);stroke-width:1}
.error{stroke:var(--page);stroke-width:1}
.error.clipping{fill:var(--clipping)}.error.flooring{fill:var(--flooring)}.error.inherited{fill:var(--inherited)}.error.unevenness{fill:var(--unevenness)}
.mark.plain{fill:var(--accent)}.bar.plain{stroke:var(--accent)}
.energy{fill:var(--trial)}
.layer-box{fill:var(--panel);stroke:var(--line)}
.skip{fill:none;stroke:var(--accent);stroke-width:1.5}.skip-end{fill:var(--accent)}
.meeting{fill:var(--accent)}.meeting.chain{fill:var(--line)}.meeting.late{fill:var(--bad)}
.chart .meeting-sign{fill:var(--page);font-weight:600}.chart .meeting-sign.chain{fill:var(--ink)}
.spikes{fill:none;stroke:var(--ink)}
.zebra{fill:var(--panel)}
.whisker{fill:none;stroke:var(--ink);stroke-width:1.2}
.tear{fill:var(--page)}
.halo{paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}
.overlay{pointer-events:none}
.hit{fill:transparent;stroke:none}
.hit-line{fill:none;stroke:transparent;stroke-width:11}
`;

export type Theme = keyof typeof palette;

/** Custom properties of a theme, as declarations. */
export function themeDeclarations(theme: Theme): string {
  return Object.entries(palette[theme])
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}
