/** Four lengths of an iris, two numbers behind them: does a fitted linear guide find the plane of the closed form? */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type PpcaParameters, scorePpca } from "latently"
import { scatter, sideBySide, table } from "latently/report"
import { iris } from "../data/small.js"
import { irisPpca } from "./compare.js"

const pairs = (values: Float64Array): number[][] =>
  Array.from({ length: values.length / 2 }, (_, i) => [...values.subarray(2 * i, 2 * i + 2)])

/** Where each fit puts the flowers, in two panels; the latents are turned onto the closed form's. */
export const irisScatter = (
  results: readonly { method: string; perRow: number; params: PpcaParameters }[],
) => {
  const { rows, names, labels } = iris()
  const panels = results.map(({ method, perRow, params }) => ({
    label: method,
    note: `${perRow.toFixed(4).replace("-", "−")} nats a flower`,
    points: pairs(scorePpca(rows, params).latentMeans),
    loadings: pairs(params.loadings),
  }))
  return scatter({ panels, labels, features: names.map((name) => name.replace("_", " ")) })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { results } = await irisPpca(Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 2000))
  console.log(
    table(results, [
      { key: "method", heading: "method" },
      { key: "perRow", heading: "log p(x) or ELBO, a flower", digits: 6 },
      { key: "gap", heading: "gap in all", digits: 4 },
      { key: "seconds", heading: "s", digits: 2 },
    ]),
  )
  const [picture] = process.argv.slice(2)
  const panels = await irisScatter([results[0]!, results[2]!])
  if (picture) writeFileSync(picture, sideBySide(panels, { title: "Irises in two latents" }))
}
