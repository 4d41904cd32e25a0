/**
 * Writes docs/distributions.md and its plots from the code: the text above each factory, its parameters with their domains
 * (as the refusals of NaN name them), support, estimator, closed forms and known divergences.
 *
 * Run: npx tsx scripts/docs-distributions.ts
 */
import { readFileSync, writeFileSync } from "node:fs"
import { type ClosedForm, type Distribution, hasKl } from "../src/distributions/index.js"
import { ready } from "../src/engine/backend.js"
import "../src/engine/node.js"
import { bounded, type Example, type Given, numbers } from "./distributions/examples.js"
import { densityPlot } from "./distributions/plot.js"
import { combined, discrete, vectors } from "./distributions/structured-examples.js"

const root = new URL("../", import.meta.url)
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The comment above the first export of `name`: its prose and its examples. */
const commentOf = ({
  name,
  file,
}: Example): { readonly prose: string; readonly examples: readonly string[] } => {
  const text = readFileSync(new URL(`src/distributions/${file ?? kebab(name)}.ts`, root), "utf8")
  const before = text.slice(0, text.search(new RegExp(`^export (const|function) ${name}\\b`, "m")))
  const lines = before
    .slice(before.lastIndexOf("/**") + 3, before.lastIndexOf("*/"))
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
  const tag = lines.findIndex((line) => line.startsWith("@"))
  const examples = lines.filter((line) => line.startsWith("@example ")).map((line) => line.slice(9))
  return { prose: lines.slice(0, tag).join("\n").trim(), examples }
}

const nanLike = (value: unknown): unknown => (Array.isArray(value) ? value.map(nanLike) : Number.NaN)

/** The domain of a parameter, as the error for NaN in its place says it. */
const domainOf = ({ make }: Example, given: Given, name: string): string => {
  try {
    make({ ...given, [name]: nanLike(given[name]) })
    return ""
  } catch (error) {
    return / must lie in (.*), but is /.exec(String(error))?.[1] ?? ""
  }
}

const parameterLines = (example: Example): string[] =>
  Object.keys(example.sets[0]).map((name) => {
    const domain = domainOf(example, example.sets[0], name)
    return `\`${name}\`${domain === "" ? "" : ` in ${domain}`}`
  })

const estimators = {
  pathwise: "pathwise",
  score: "score function, or the exact sum where finite",
  exact: "none needed: nothing is random",
} as const

const forms: readonly ClosedForm[] = ["mean", "variance", "mode", "entropy", "cdf", "icdf", "enumerate"]

const everything = [numbers, bounded, discrete, vectors, combined].flat()

const madeOf = (example: Example): Distribution => example.make(example.sets[0])

const divergences = (dist: Distribution, others: ReadonlyMap<string, Distribution>): string =>
  [...others]
    .filter(([, other]) => hasKl(dist, other))
    .map(([name]) => name)
    .join(", ")

const shown = (given: Given): string =>
  `{ ${Object.entries(given)
    .map(([name, value]) => `${name}: ${JSON.stringify(value).replaceAll(",", ", ")}`)
    .join(", ")} }`

const colors = ["blue", "orange", "green"] as const

const plotOf = (example: Example): string[] => {
  if (example.range === undefined) return []
  const file = `images/density-${kebab(example.name)}.svg`
  const dists = example.sets.map((given) => example.make(given))
  writeFileSync(new URL(`docs/${file}`, root), `${densityPlot(example.name, dists, example.range)}\n`)
  const legend = example.sets.map((given, i) => `${colors[i]} \`${shown(given)}\``).join(", ")
  return [`![${example.name}](${file})`, "", legend, ""]
}

const section = (example: Example, others: ReadonlyMap<string, Distribution>): string[] => {
  const dist = madeOf(example)
  const { prose, examples } = commentOf(example)
  const known = divergences(dist, others)
  const closed = forms.filter((form) => dist.closed.has(form)).join(", ")
  return [
    `### ${example.name}`,
    "",
    prose,
    "",
    ...plotOf(example),
    `- Parameters: ${parameterLines(example).join("; ") || "see above"}`,
    `- Support: ${dist.support.text}${dist.eventShape.length > 0 ? `, event of ${dist.eventShape.length} axes` : ""}`,
    `- Gradient of a draw: ${estimators[dist.gradient]}`,
    `- In closed form: ${closed || "the log-density"}`,
    ...(known === "" ? [] : [`- \`kl\` to: ${known}`]),
    "",
    ...(examples.length > 0 ? ["```ts", ...examples, "```", ""] : []),
  ]
}

const chapters = [
  ["Real and positive numbers", numbers],
  ["Numbers between bounds", bounded],
  ["Whole numbers and classes", discrete],
  ["Vectors and matrices", vectors],
  ["Made of others", combined],
] as const

const introduction = `# Distributions

Made from the code by \`npx tsx scripts/docs-distributions.ts\`; edit the comments there, not this page.

Every family takes one object of named parameters (numbers, arrays or tensors that broadcast); the common ones also take
them in order. A value has \`sample(key, shape?)\`, \`logProb(value)\`, \`support\`, \`batchShape\`, \`eventShape\`, and the closed
forms listed with it; \`toEvent(n)\`, \`expand(shape)\` and \`mask(m)\` wrap any of them. Outside the support the log-density is
-Infinity, with a gradient of 0; a parameter outside its domain, and a value that is NaN, are refused by name.
`

await ready()
const made = new Map(everything.map((example) => [example.name, madeOf(example)] as const))
const body = chapters.flatMap(([title, examples]) => [
  `## ${title}`,
  "",
  ...examples.flatMap((example) => section(example, made)),
])
writeFileSync(new URL("docs/distributions.md", root), `${introduction}\n${body.join("\n").trimEnd()}\n`)
console.log(`docs/distributions.md: ${everything.length} families`)
