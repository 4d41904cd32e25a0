/** Two kinds of eruptions of Old Faithful: how far does each way of fitting a mixture end from exact EM? */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { mixtureOf, tf } from "latently"
import { mixtureEllipses, sideBySide, table } from "latently/report"
import { oldFaithful } from "../data/small.js"
import { compareMixtures, type MixtureResult } from "./compare.js"

/** Runs the comparison on Old Faithful with two components. */
export const faithfulMixtures = async (steps = 1000): Promise<MixtureResult[]> => {
  return compareMixtures(tf.tensor2d(oldFaithful().rows), 2, steps)
}

/** A result as the report draws it: means and covariances as nested arrays. */
export const asFit = ({ method, bound, params }: MixtureResult) => {
  const { components, dimension: d, weights, means, covariances } = mixtureOf(params)
  const each = <T>(make: (k: number) => T): T[] => Array.from({ length: components }, (_, k) => make(k))
  const row = (values: Float64Array, at: number): number[] => [...values.subarray(at * d, (at + 1) * d)]
  return {
    label: method,
    note: bound.toFixed(4).replace("-", "−"),
    weights,
    means: each((k) => row(means, k)),
    covariances: each((k) => Array.from({ length: d }, (_, i) => row(covariances, k * d + i))),
  }
}

/** Ellipses over the points, a panel for each result. */
export const ellipses = (results: readonly MixtureResult[]): Promise<string[]> => {
  const size = { width: 252, height: 264 }
  const names = ["eruption (min)", "waiting (min)"]
  return mixtureEllipses({ points: oldFaithful().rows, names, fits: results.map(asFit), ...size })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = await faithfulMixtures(Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 1000))
  console.log(
    table(results, [
      { key: "method", heading: "method" },
      { key: "bound", heading: "log p(x) or ELBO", digits: 4 },
      { key: "gap", heading: "gap", digits: 4 },
      { key: "logLikelihood", heading: "log p(x) at its params", digits: 4 },
      { key: "seconds", heading: "s", digits: 2 },
    ]),
  )
  const [picture] = process.argv.slice(2)
  if (picture)
    writeFileSync(picture, sideBySide(await ellipses(results), { title: "Four fits of one mixture" }))
}
