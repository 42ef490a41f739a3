// What the playground has beyond the live page.

export const playPageStyle = `
body{max-width:1320px}
.playground{display:grid;grid-template-columns:minmax(270px,310px) minmax(0,1fr);gap:0 34px;align-items:start}
.bench{position:sticky;top:0;max-height:100vh;overflow-y:auto;padding-bottom:16px}
.bench section{margin-top:24px}
.bench h2,.stage h2{margin-bottom:8px}
.field{display:grid;gap:4px;font-size:13px;color:var(--soft)}
.bench select{max-width:100%;width:100%}
.short{margin:8px 0 0;font-size:13px;display:grid;gap:1px}
.short div{display:grid;grid-template-columns:92px 1fr;gap:8px}
.knob{display:grid;grid-template-columns:1fr auto;gap:0 8px;margin-top:10px;font-size:13px}
.knob label{font-weight:600}
.knob input{grid-column:1/-1;width:100%;margin:2px 0;accent-color:var(--accent);min-height:24px}
.knob .quiet{grid-column:1/-1;font-size:12px;line-height:1.3}
.knob output.moved{color:var(--snn-text);font-weight:600}
.again{margin-top:4px}
.kill{margin:12px 0 0;border:1px solid var(--line);border-radius:6px;padding:6px 9px;min-width:0}
.kill legend{font-weight:600;padding:0 4px}
.flipped{display:flex;flex-wrap:wrap;gap:4px;flex-basis:100%}
.flipped:empty{display:none}
.flipped button{font-size:12px}
.kill input{width:84px}
.bench .kill select{width:auto}
#faults{font-size:13px;min-height:20px}
.input{display:grid;grid-template-columns:auto 1fr;gap:18px;align-items:start;margin-bottom:18px}
.picture{width:196px}
#picture{width:196px;height:196px;image-rendering:pixelated;border:1px solid var(--soft);border-radius:4px;touch-action:none;background:#000;display:block}
#picture.drawing-on{cursor:crosshair;outline:2px solid var(--accent);outline-offset:2px}
#draw-place{font-size:12px;min-height:18px;margin:3px 0}
#draw-help{font-size:12.5px}
.image-name{margin:0;color:var(--soft);font-size:13px}
.decision{font-size:20px;font-weight:650;margin:0 0 10px}
.decision.wrong{color:var(--bad)}
.decision.right{color:var(--good)}
.player input[type=range]{flex:1 1 160px;accent-color:var(--accent);min-height:24px}
.player output{min-width:4.5ch}
.controls input[type=number]{width:92px}
.drawing{min-height:0}
#raster{cursor:pointer}
#sample-bar{height:5px;margin-bottom:4px}
@media screen and (max-width:860px){.playground{grid-template-columns:minmax(0,1fr)}.bench{position:static;max-height:none;overflow:visible}}
@media screen and (max-width:520px){.input{grid-template-columns:1fr}}
`;

/** Rules of drawings, also for those that are saved. */
export const playChartStyle = `
.now{stroke:var(--ink);stroke-width:1;stroke-dasharray:3 3}
.now-column{fill:var(--accent);fill-opacity:.16;pointer-events:none}
.line.faint{stroke:var(--trial);stroke-width:1;stroke-opacity:.6}
.dead{fill:none;stroke:var(--bad);stroke-width:1.6;pointer-events:none}
.score{fill:var(--trial)}
.score.decided{fill:var(--snn)}
.score.true{fill:var(--ann)}
`;
