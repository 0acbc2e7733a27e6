#include "style.h"

namespace hekla::report {

const char* const style_sheet = R"css(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1b2026; --quiet: #5c6672;
  --edge: #dde1e7; --a: #1f6feb; --b: #c2410c; --good: 22 128 61; --bad: 200 40 40; }
@media (prefers-color-scheme: dark) { :root { --page: #12151a; --card: #1b2027; --text: #e7eaee;
  --quiet: #9aa5b1; --edge: #323943; --a: #6cb0ff; --b: #ff9f5a; --good: 74 190 110; --bad: 255 110 100; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: .75rem;
  padding: 1rem 1.25rem; margin: 0 0 1rem; }
.numbers { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dt { color: var(--quiet); font-size: .85rem; }
.numbers dd { margin: 0; font-size: 1.9rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.numbers { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--edge); }
th { font-weight: 600; }
.facts th { color: var(--quiet); font-weight: 500; white-space: nowrap; vertical-align: top; }
.facts td { overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
figure { margin: 0; }
figcaption { font-weight: 600; font-size: .95rem; }
figure svg { width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .85rem; color: var(--quiet); }
.legend svg { width: 28px; vertical-align: middle; }
svg text { fill: var(--quiet); font-size: 12px; }
.grid { stroke: var(--edge); stroke-width: 1; }
.line0, .line1 { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line0 { stroke: var(--a); }
.line1 { stroke: var(--b); stroke-dasharray: 6 4; }
.dot0 { fill: var(--a); }
.dot1 { fill: var(--b); }
.confusion td { text-align: right; min-width: 2.6rem; border: 1px solid var(--edge); }
.confusion th[scope=row] { text-align: right; white-space: nowrap; }
.confusion .turned { vertical-align: bottom; padding: .3rem 0; text-align: center; }
.turned span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.hit { background: rgb(var(--good) / var(--s)); font-weight: 600; }
.miss { background: rgb(var(--bad) / var(--s)); }
.mistakes { margin: 0; padding-left: 1.5rem; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .75rem; }
.pictures figure { border: 2px solid rgb(var(--good) / .7); border-radius: .5rem; padding: .4rem; }
.pictures figure.wrong { border: 2px dashed rgb(var(--bad)); }
.pictures img { display: block; width: 100%; image-rendering: pixelated; border-radius: .25rem; }
.pictures figcaption { font-size: .85rem; font-weight: 500; line-height: 1.3; margin-top: .35rem;
  overflow-wrap: anywhere; }
.pictures small { color: var(--quiet); display: block; }
.seen { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: 1rem; }
.seen img { display: block; max-width: 100%; image-rendering: pixelated; border-radius: .25rem; }
.seen small { color: var(--quiet); display: block; font-weight: 400; }
footer { color: var(--quiet); font-size: .85rem; }
)css";

}  // namespace hekla::report
