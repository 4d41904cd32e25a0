/**
 * The style sheet and the one script of the HTML report: a page of text with figures, for screens of any width, both themes,
 * and paper. Nothing is loaded from anywhere. Next: `htmlReport.ts`; the colours are in `palette.ts`.
 */
import { figureFont, themeDeclarations } from "./palette.js"

const textFont =
  'Charter,"Bitstream Charter","Iowan Old Style","Palatino Linotype",Palatino,"Source Serif 4",Cambria,Georgia,"Liberation Serif",serif'
const codeFont = 'ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace'

const themes = `
:root{color-scheme:light;${themeDeclarations("light")}}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${themeDeclarations("dark")}}}
:root[data-theme=dark]{color-scheme:dark;${themeDeclarations("dark")}}`

const text = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--fig-paper);color:var(--fig-ink);font:18px/1.6 ${textFont};
  font-feature-settings:"kern","liga";text-rendering:optimizeLegibility;-webkit-font-smoothing:antialiased}
main,header.top,footer{max-width:1144px;margin:0 auto;padding:0 36px}
header.top{position:relative;padding-top:88px}
h1,h2{font-weight:600;line-height:1.15;letter-spacing:-.012em;text-wrap:balance;margin:0}
h1{font-size:46px;font-weight:500;max-width:18em}
h2{font-size:27px}
p{margin:0 0 .9em;max-width:38em;text-wrap:pretty;hanging-punctuation:first}
p.lead{font-size:21.5px;line-height:1.5;color:var(--fig-muted);max-width:33em;margin-top:1.1em}
code{font:.84em ${codeFont};background:var(--fig-wash);padding:.1em .3em;border-radius:3px}
section{padding-top:76px}
section>h2{padding-top:22px;border-top:1px solid var(--fig-rule);margin-bottom:.65em}
footer{margin-top:96px;padding-bottom:64px;font:14px/1.6 ${figureFont};color:var(--fig-muted)}
footer dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 20px;margin:0;border-top:1px solid var(--fig-rule);padding-top:20px}
footer dt{color:var(--fig-ink)}footer dd{margin:0}
button.theme{position:absolute;top:32px;right:36px;width:36px;height:36px;border:1px solid var(--fig-rule);border-radius:50%;
  background:none;color:var(--fig-muted);font:17px/1 ${figureFont};cursor:pointer}
button.theme:hover,button.theme:focus-visible{color:var(--fig-ink);border-color:var(--fig-muted)}
button.theme[hidden]{display:none}`

const figures = `
.figures{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));gap:48px 32px;margin-top:32px;align-items:start}
figure{margin:0;grid-column:span 6;min-width:0}
figure.half{grid-column:span 3}figure.third{grid-column:span 2}figure.two-thirds{grid-column:span 4}
.panels{display:flex;flex-wrap:wrap;gap:28px 24px}
.panels>svg{display:block;height:auto;min-width:0}
.scroll{overflow-x:auto}
figcaption,p.caption{font:14.5px/1.5 ${figureFont};color:var(--fig-muted);margin-top:14px;max-width:46em;text-wrap:pretty}
figcaption b{font-weight:500;margin-right:.4em}
figcaption strong{color:var(--fig-ink);font-weight:600}
figcaption code{font-size:.92em}`

const tables = `
table{border-collapse:collapse;font:15px/1.4 ${figureFont};font-variant-numeric:tabular-nums lining-nums;margin:30px 0 0;
  border-bottom:1.5px solid var(--fig-ink)}
thead{border-top:1.5px solid var(--fig-ink);border-bottom:1px solid var(--fig-ink)}
tbody+tbody{border-top:1px solid var(--fig-rule)}
th{font-weight:600;text-align:left;vertical-align:bottom}
th,td{padding:7px 30px 7px 0;white-space:nowrap}
th:last-child,td:last-child{padding-right:2px}
tbody tr:first-child td{padding-top:10px}tbody tr:last-child td{padding-bottom:10px}
tbody tr:first-child td:first-child{font-weight:600}
.number{text-align:right}`

const narrow = `
@media screen and (max-width:860px){figure.half,figure.third,figure.two-thirds{grid-column:span 6}}
@media screen and (max-width:640px){
  body{font-size:17px}
  main,header.top,footer{padding-left:20px;padding-right:20px}
  header.top{padding-top:76px}h1{font-size:33px}h2{font-size:24px}p.lead{font-size:19px}
  button.theme{top:22px;right:20px}
  section{padding-top:56px}
  .figures{gap:36px 0}
  .panels.wide{overflow-x:auto;flex-wrap:nowrap}.panels.wide>svg{min-width:480px}
  table{font-size:13.5px}th,td{padding-right:11px}th,td:not(.number){white-space:normal;min-width:3em}td{vertical-align:top}
  :root{--fig-image-rendering:auto}
  footer dl{grid-template-columns:1fr}footer dd{margin-bottom:8px}
}`

/** The paper is white whatever the screen was: three times `:root` outranks a chosen dark theme. */
const paper = `
@media print{
  :root:root:root{color-scheme:light;${themeDeclarations("light")};--fig-paper:#fff}
  @page{margin:18mm 16mm}
  body{font-size:10.5pt}main,header.top,footer{max-width:none;padding-left:0;padding-right:0}
  header.top{padding-top:0}button.theme{display:none}
  section{padding-top:26pt}figure,table,h2+p{break-inside:avoid}h2{break-after:avoid}
  h1{font-size:24pt}h2{font-size:15pt}p.lead{font-size:12.5pt}figcaption,p.caption,table{font-size:8.5pt}
  .figures{gap:18pt 16pt}.scroll{overflow:visible}
}`

/** The whole style sheet. */
export const styleSheet = (): string => [themes, text, figures, tables, narrow, paper].join("").trim()

/**
 * The theme button: it turns the page over and remembers the choice; `?theme=dark` or `?theme=light` in the address asks for
 * one. Without scripts the button stays hidden and the system's preference rules.
 */
export const themeScript = `(()=>{
const root=document.documentElement,button=document.querySelector("button.theme"),key="latently-theme"
const recall=()=>{try{return localStorage.getItem(key)}catch{return null}}
const asked=new URLSearchParams(location.search).get("theme")??recall()
if(asked==="dark"||asked==="light")root.dataset.theme=asked
button.hidden=false
button.addEventListener("click",()=>{
const dark=root.dataset.theme?root.dataset.theme==="dark":matchMedia("(prefers-color-scheme: dark)").matches
root.dataset.theme=dark?"light":"dark"
try{localStorage.setItem(key,root.dataset.theme)}catch{}
})
})()`
