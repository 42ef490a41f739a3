// What the live page has beyond the report: its style follows the same colours and measures.

export const livePageStyle = `
body{max-width:1320px}
#result :is(figure,.answer,.pair){max-width:1080px}
.status{display:inline-block;padding:1px 9px;border-radius:10px;border:1px solid var(--line);background:var(--panel);font-size:13px}
.status[data-status=running]{border-color:var(--good);color:var(--good)}
.status[data-status=stopped]{border-color:var(--bad);color:var(--bad)}
.line-state{font-size:13px;color:var(--soft)}
.line-state.lost{color:var(--bad);font-weight:600}
.notice{border:1px dashed var(--line);border-radius:8px;background:var(--panel);padding:22px;margin-top:24px}
.notice.bad{border-color:var(--bad)}
section{margin-top:28px}
.selection~*{scroll-margin-top:64px}
#tiles .tiles{grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
#tiles .figure-value{font-size:23px}
#trade-offs select{max-width:158px}
progress{width:100%;height:8px;accent-color:var(--accent)}
.controls{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin:0 0 10px;font-size:13px}
.controls label{display:inline-flex;gap:6px;align-items:center;color:var(--soft)}
select,input[type=text],input[type=number]{font:inherit;font-size:13px;color:var(--ink);background:var(--page);border:1px solid var(--soft);border-radius:5px;padding:3px 6px;min-height:28px;max-width:220px}
input[type=text].filter{flex:1 1 320px;max-width:none;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
input[type=checkbox]{width:18px;height:18px;margin:0;accent-color:var(--accent)}
input[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.problem{color:var(--bad);font-size:13px;margin:0 0 8px;min-height:0}
button[aria-pressed=true]:not(.link){border-color:var(--accent);color:var(--accent)}
button:disabled{color:var(--soft);cursor:default}
button.link{all:unset;cursor:pointer;color:var(--accent);text-decoration:underline;min-height:24px}
button.link:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.best{color:var(--snn-text);font-weight:400;font-size:12px}
.selection{position:sticky;top:0;z-index:5;background:var(--page);border-bottom:1px solid var(--line);padding:8px 0}
.selection .controls{margin:0}
.drawing{position:relative;min-height:120px;transition:opacity .15s}
.drawing.busy{opacity:.45}
.drawing .notice{margin:0}
.layers{position:relative;width:fit-content;max-width:100%;will-change:transform}
#parallel .layers{max-width:none}
.layers canvas{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}
.layers .chart{position:relative}
[data-colour],[data-campaign],.drawing [data-trial]{cursor:pointer}
#compare table,#differing{margin-top:8px}
#drawn-box{position:absolute;z-index:6;border:1px solid var(--accent);background:color-mix(in srgb,var(--accent) 16%,transparent);pointer-events:none}
#scatter svg{user-select:none}
.drawing svg{touch-action:pan-y}
.brushable{cursor:crosshair;touch-action:none}
tr.chosen>*{background:var(--panel);font-weight:600}
tbody th button::after{content:none}
#trials th,#trials td{padding-right:11px;vertical-align:middle}
#trials thead th{white-space:normal;max-width:130px;min-width:64px;vertical-align:bottom}
#parallel .chart{max-width:none}
.pages{display:flex;gap:10px;align-items:center;font-size:13px}
#trials tbody th{position:sticky;left:0;background:var(--page)}
.detail{border:1px solid var(--line);border-radius:8px;padding:12px 14px;font-size:13px;background:var(--panel);margin-bottom:14px}
.detail h3{margin:0 0 6px;display:flex;justify-content:space-between;gap:10px}
.detail dl{margin:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:3px 18px}
.detail dl div{display:flex;gap:8px}
.ranges{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:8px 18px;margin-top:8px}
.ranges fieldset{border:1px solid var(--line);border-radius:6px;padding:6px 9px;margin:0;display:flex;flex-wrap:wrap;gap:6px;align-items:center;min-width:0}
.ranges legend{font-weight:600;padding:0 4px}
.ranges input{width:86px}
:root{--snn-text:#a84a00}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--snn-text:#f08a3c}}
:root[data-theme=dark]{--snn-text:#f08a3c}
@media screen and (max-width:760px){.selection{position:static}.selection~*{scroll-margin-top:12px}select{max-width:100%}}
`;

/** How much dots and lines hide: in files by rules, on the page's layers of pixels by these. */
export const opacities = {
  outsideDot: 0.22,
  rim: 0.8,
  outsideWire: 0.1,
  wire: 0.55,
  shadedWire: 0.7,
} as const;

/** Rules of drawings, also for those that are saved. */
export const liveChartStyle = `
.dots{fill:none;stroke-linecap:round}
.dots:not(.shaded){stroke:var(--trial)}
.dots.out{stroke-opacity:${opacities.outsideDot}}
.dots.rim{stroke:var(--soft);stroke-opacity:${opacities.rim}}
.wire{fill:none;stroke-width:1;stroke-opacity:${opacities.wire}}
.wire:not(.shaded){stroke:var(--trial)}
.wire.shaded{stroke-opacity:${opacities.shadedWire}}
.wire.out{stroke-opacity:${opacities.outsideWire}}
.wire.wire.chosen{stroke:var(--ink);stroke-width:2.4;stroke-opacity:1}
.brush{fill:var(--accent);fill-opacity:.28;stroke:var(--accent)}
.brush.box{fill-opacity:.08;stroke-dasharray:3 3}
.ring{fill:none;stroke:var(--ink);stroke-width:1.8}
`;
