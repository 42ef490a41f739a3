// The look of the page: calm, dense, and the same on screen, phone and paper.

export const pageStyle = `
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:24px 20px 64px;max-width:1080px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:1.2;margin:0}
h2{font-size:20px;line-height:1.3;margin:0 0 12px}
h3{font-size:15px;margin:0}
.sheet-part h3{font-size:13px;margin:0 0 4px;color:var(--soft)}
p{margin:6px 0 10px;max-width:84ch}
a{color:var(--accent)}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:1px 5px}
.brand{margin:0;font-weight:600;color:var(--accent);letter-spacing:.02em}
.about{color:var(--soft);margin:4px 0 12px;max-width:none}
.quiet{color:var(--soft)}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center;border-block:1px solid var(--line);padding:7px 0}
nav a{text-decoration:none;padding:3px 0}
nav a:hover{text-decoration:underline}
nav button{margin-left:auto}
.contents{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:center}
.contents b{min-width:52px}
.contents+.contents{flex-basis:calc(100% - 150px)}
html:not(.scripted) :is(.tools,.needs-script){display:none}
.part{margin-top:56px;border-top:3px solid var(--line);padding-top:18px}
.part p{margin:0}
button{font:inherit;font-size:13px;color:var(--ink);background:var(--page);border:1px solid var(--line);border-radius:5px;padding:3px 9px;min-height:26px;cursor:pointer}
button:hover{background:var(--panel)}
[hidden]{display:none!important}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
section{margin-top:36px;scroll-margin-top:12px}
section>h3{margin-top:24px}
.answer{margin-top:20px;border:1px solid var(--line);border-left:5px solid var(--good);border-radius:8px;padding:18px 20px}
.answer.none{border-left-color:var(--bad)}
.answer h2{font-size:22px}
.answer>h3{margin:16px 0 4px}
.sign{margin-right:5px;vertical-align:-1.5px}
.facts{margin:0 0 14px;display:grid;gap:3px}
.facts div,.sheet dl div{display:grid;grid-template-columns:minmax(110px,150px) 1fr;gap:12px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(184px,1fr));gap:10px;margin:14px 0}
.tile{background:var(--panel);border-radius:7px;padding:11px 13px}
.tile h3{font-size:13px;line-height:1.3;font-weight:500;color:var(--soft)}
.figure-value{font-size:25px;line-height:1.25;font-weight:650;margin:2px 0 5px}
.tile ul{list-style:none;margin:0;padding:0;font-size:12.5px;line-height:1.4;color:var(--soft)}
.tile li+li{margin-top:3px}
.margins{list-style:none;margin:8px 0;padding:0;font-size:14px}
.margins .met::first-letter{color:var(--good)}
.margins .missed{font-weight:600;color:var(--bad)}
figure{margin:0 0 26px;min-width:0}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px}
.figure-head{display:flex;align-items:center;justify-content:space-between;gap:12px;margin-bottom:8px}
.tools{display:flex;gap:6px}
figure .chart{display:block;max-width:100%;height:auto;overflow:visible}
.phone{display:none}
figcaption{font-size:13px;color:var(--soft);margin-top:6px;max-width:100ch}
.spot{outline:none;cursor:default}
.spot:focus-visible .mark,.spot.active .mark{stroke:var(--ink);stroke-width:2.2}
.spot:focus-visible .hit-line,.spot.active .hit-line{stroke:var(--ink);stroke-opacity:.14}
.spot:focus-visible .bar,.spot.active .bar{stroke-opacity:1;stroke-width:2.2}
.spot:focus-visible rect.hit{stroke:var(--accent);stroke-width:1.5}
details.behind{font-size:13px;margin-top:4px}
summary{cursor:pointer;color:var(--accent);padding:2px 0;width:fit-content}
.scroll{overflow-x:auto;max-width:100%}
.behind .scroll{max-height:420px;overflow-y:auto}
table{border-collapse:collapse;font-size:13px;line-height:1.35}
th,td{padding:4px 14px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);font-weight:400}
td.number,th.number{text-align:right;white-space:nowrap}
thead th{font-weight:600;vertical-align:bottom;border-bottom:1px solid var(--soft);background:var(--page)}
.behind thead th{position:sticky;top:0}
tbody th{font-weight:600;white-space:nowrap}
tbody tr:hover>*{background:var(--panel)}
.answer td{white-space:nowrap}
.answer tbody th{min-width:190px;max-width:270px;font-weight:400;white-space:normal}
.answer th,.answer td{padding-right:10px}
.answer tbody tr:first-child>*{font-weight:600}
#profiles td{min-width:110px}
#front td{white-space:nowrap}
#front tbody th,#front thead th:first-child{position:sticky;left:0;background:var(--page)}
th button{all:unset;cursor:pointer;font-weight:600}
th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th button::after{content:"↕";color:var(--soft);font-weight:400;margin-left:4px;opacity:.6}
th[aria-sort=ascending] button::after{content:"↑";opacity:1}
th[aria-sort=descending] button::after{content:"↓";opacity:1}
.datasheet{border-bottom:1px solid var(--line);padding:5px 0}
.datasheet>summary{color:var(--ink);width:auto}
.datasheet[open]>summary{margin-bottom:10px}
.sheet{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:16px 32px;font-size:13px}
.sheet dl{margin:0}
.sheet-part{margin-bottom:14px;min-width:0}
.explained{font-size:13.5px;line-height:1.45}
.explained p{margin:0 0 8px;max-width:100ch}
.explained .scroll+p{margin-top:6px}
.key{font-size:13px;max-width:100ch}
.explained ul{margin:0 0 8px;padding-left:18px}
.errors td,.errors thead th{text-align:right;white-space:nowrap}
.errors thead th:nth-child(-n+2){text-align:left}
.errors .clipping::before{border-color:var(--clipping)}.errors .flooring::before{border-color:var(--flooring)}.errors .inherited::before{border-color:var(--inherited)}.errors .unevenness::before{border-color:var(--unevenness)}
.errors th[class]::before{content:"";display:inline-block;border-width:5px;border-style:solid;margin-right:5px}
.error-bar{display:block;width:190px;height:12px;margin-top:2px;background:var(--panel)}
.bar-axis{display:flex;justify-content:space-between;width:190px;font-weight:400;color:var(--soft)}
#read-out{position:absolute;z-index:9;max-width:min(380px,calc(100vw - 24px));padding:8px 11px;background:var(--page);color:var(--ink);border:1px solid var(--soft);border-radius:6px;box-shadow:0 4px 18px rgb(0 0 0/.18);font-size:12.5px;line-height:1.4;white-space:pre-line;pointer-events:none;overflow-wrap:anywhere}
#read-out::first-line{font-weight:600}
@media screen and (max-width:760px){
body{padding:16px 14px 48px}
.wide{display:none}.phone{display:block}
.contents+.contents{flex-basis:auto}
.phone .chart{width:100%}
.pair{grid-template-columns:minmax(0,1fr)}
.answer{padding:14px}
.facts div,.sheet dl div{grid-template-columns:1fr;gap:0}
.facts{gap:8px}
h1{font-size:24px}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media (forced-colors:active){.chart{forced-color-adjust:none}}
@page{margin:14mm}
@media print{
body{max-width:none;padding:0;zoom:.66}
.wide .chart{width:100%}
nav,.tools,.behind,#read-out,#result~*{display:none!important}
th button::after{content:""!important}
figure,.tile,tr,.datasheet>summary,.sheet,.sheet-part{break-inside:avoid}
h2,h3,.figure-head,summary{break-after:avoid}
section{margin-top:26px}
.scroll{overflow:visible;max-height:none}
#profiles td,#front thead th{white-space:normal!important}
#front table{font-size:11px}
}
`;
