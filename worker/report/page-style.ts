/** How a page looks: one calm column, dark where the reader's system is, plain on paper. */

export const pageStyle = `
:root {
  color-scheme: light;
  --paper: #fff; --ink: #1b1d20; --muted: #5b6168; --line: #dcdfe2; --wash: #f5f6f7; --shade: #0002;
  --link: #0b5cad; --good: #00694d; --bad: #a83600; --unsure: #75570a;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --paper: #15181c; --ink: #e2e4e7; --muted: #a1a7af; --line: #343a41; --wash: #1d2126; --shade: #000a;
    --link: #82bdf5; --good: #55d4a9; --bad: #ff9d66; --unsure: #e3bf55;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Helvetica, Arial, sans-serif; scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; padding: 2.5rem 1.25rem 5rem; background: var(--paper); color: var(--ink); }
header, main, footer { max-width: 61rem; margin: 0 auto; }
p, ul, .note, .caption, figcaption { max-width: 44rem; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.012em; font-weight: 650; margin: 0 0 .5rem; max-width: 44rem; overflow-wrap: anywhere; }
h1 + p { font-size: 1.15rem; color: var(--muted); margin: 0 0 1.5rem; }
h2 { font-size: 1.35rem; line-height: 1.3; font-weight: 650; margin: 3.25rem 0 .75rem; overflow-wrap: anywhere; }
h3 { font-size: 1.02rem; font-weight: 650; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .75rem 0; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.caption { color: var(--muted); font-size: .88rem; margin: .4rem 0 1rem; }
small { color: var(--muted); font-size: .85em; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
code { overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; white-space: pre-wrap; max-width: 61rem; }
a.cell { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .82em; text-decoration: none; unicode-bidi: isolate; white-space: nowrap; }
a.cell[href]:hover, a.cell[href]:focus { text-decoration: underline; }
a.cell:not([href]) { color: inherit; }

header dl { display: flex; flex-wrap: wrap; gap: .5rem 2.25rem; margin: 1.25rem 0; padding: 0; }
header dt { color: var(--muted); font-size: .8rem; }
header dd { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; max-width: none; list-style: none; padding: .75rem 0; margin: 1.5rem 0 0; border: solid var(--line); border-width: 1px 0; font-size: .92rem; }

.note { border-left: 4px solid var(--unsure); background: var(--wash); padding: .6rem 1rem; border-radius: 0 6px 6px 0; font-size: .94rem; }
.note.problem { border-color: var(--bad); }
.badge { display: inline-block; border: 1.5px solid; border-radius: 5px; padding: 0 .5em; font-weight: 650; white-space: nowrap; }
.badge.good { color: var(--good); }
.badge.bad { color: var(--bad); border-style: double; border-width: 3px; }
.badge.unsure { color: var(--unsure); border-style: dashed; }
.badge.plain { color: var(--muted); border-style: dotted; }

.scroll {
  overflow-x: auto;
  background:
    linear-gradient(90deg, var(--paper) 30%, transparent) 0 0 / 3rem 100% no-repeat local,
    linear-gradient(-90deg, var(--paper) 30%, transparent) 100% 0 / 3rem 100% no-repeat local,
    linear-gradient(90deg, var(--shade), transparent) 0 0 / .8rem 100% no-repeat scroll,
    linear-gradient(-90deg, var(--shade), transparent) 100% 0 / .8rem 100% no-repeat scroll;
}
.scroll:focus-visible, pre:focus-visible, th:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; margin: .75rem 0; font-size: .9rem; line-height: 1.45; font-variant-numeric: tabular-nums lining-nums; }
th { text-align: left; font-weight: 600; vertical-align: bottom; color: var(--muted); border-bottom: 1.5px solid var(--ink); padding: .3rem 1.1rem .3rem 0; white-space: nowrap; unicode-bidi: isolate; }
td { border-bottom: 1px solid var(--line); padding: .34rem 1.1rem .34rem 0; vertical-align: top; min-width: 3ch; max-width: 36rem; overflow-wrap: break-word; unicode-bidi: isolate; }
th.n, td.n { text-align: right; }
td.n { white-space: nowrap; }
th:last-child, td:last-child { padding-right: .25rem; }
table.grid th[tabindex] { cursor: pointer; }
th[aria-sort]::after { content: " ↑"; }
th[aria-sort=descending]::after { content: " ↓"; }
tbody tr:hover { background: var(--wash); }
table.records { width: 100%; table-layout: fixed; }
table.records th { white-space: normal; }
table.records th:first-child { width: 27%; }
table.records th:nth-child(2) { width: 18%; }
table.records td { padding-block: .6rem; }

figure { margin: 1.25rem 0; }
figure svg { display: block; max-width: 100%; height: auto; min-width: 520px; color: var(--ink); }
figure svg[aria-labelledby^=study-graph] { min-width: 46rem; }
figure svg.small[aria-labelledby^=study-graph] { min-width: 0; }
@media screen and (prefers-color-scheme: dark) {
  figure svg [fill="#0072B2"] { fill: #3f9fdb; }
  figure svg [stroke="#0072B2"] { stroke: #3f9fdb; }
}
figcaption { color: var(--muted); font-size: .88rem; margin-top: .4rem; }
details { margin: .4rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary:hover { color: var(--link); }
details.cells { display: inline-block; margin: 0; vertical-align: top; }
details.cells summary { color: var(--link); font-size: .92em; white-space: nowrap; }
details.cells ul { margin: .25rem 0; padding-left: 1.1rem; max-height: 20rem; overflow-y: auto; }
figure + details > summary, .lineage summary { font-size: .9rem; }
.lineage details { border-bottom: 1px solid var(--line); margin: 0; padding: .25rem 0; }
.lineage details:target { background: var(--wash); }
.lineage dl { margin: .5rem 0 1rem; font-size: .88rem; }
.lineage dl div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 1rem; padding: .15rem 0; }
.lineage dt { color: var(--muted); }
.lineage dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: .85rem; color: var(--muted); }

@media (max-width: 46rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.55rem; }
  .lineage dl div { grid-template-columns: 1fr; gap: 0; padding: .3rem 0; }
  table.records thead { position: absolute; clip-path: inset(50%); }
  table.records, table.records tbody, table.records tr, table.records td { display: block; max-width: none; }
  table.records tr { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; margin: .75rem 0; }
  table.records td { border: 0; padding: .3rem 0; }
  table.records td:not(:first-child)::before { content: attr(data-column); display: block; color: var(--muted); font-size: .8rem; }
}
@media print {
  html { font-size: 10pt; }
  body { padding: 0; }
  header, main, footer { max-width: none; }
  nav, .scroll:focus { outline: 0; }
  nav { display: none; }
  a { color: inherit; text-decoration: none; }
  .scroll, details.cells ul { overflow: visible; max-height: none; }
  figure svg, figure svg[aria-labelledby^=study-graph] { min-width: 0; max-height: 23cm; }
  .scroll { background: none; }
  figure, tr, .note, table.records td { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  td, th { padding-right: .7rem; }
  pre { white-space: pre-wrap; }
}
`;
