/** A model of one's own, end to end: fitted, explained, and checked against the same model with its latents summed out. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { adam, cosine, explain, fit, importance, type Tensor, tf } from "latently"
import { curves, progress, table } from "latently/report"
import { calls, years } from "./data.js"
import { type Columns, factors, line, summed, summedFactors } from "./model.js"

/** Fits the line twice. `wrong` holds the guide's probability that a year's row is wrong. */
export const robustLine = async (steps = 4000) => {
  const decade = tf.tensor1d(years.map((year) => (year - 1961.5) / 10))
  const data: Columns = { decade, calls: tf.tensor1d(calls) }
  const bar = progress({ label: "robust line", total: 2 * steps })
  const options = { steps, seed: 1, optimizer: adam(cosine(0.05, steps)) }
  const drawn = await fit(line, factors, [data], {
    ...options,
    onProgress: ({ step, loss }) => bar.update(step, { loss }),
  })
  const exact = await fit(summed, summedFactors, [data], {
    ...options,
    onProgress: ({ step, loss }) => bar.update(steps + step, { loss }),
  })
  bar.done()
  return {
    why: String(explain(line, factors, [data])),
    fits: [
      { name: "a probability for every row", ...drawn },
      { name: "the rows' latents summed out", ...exact },
    ],
    wrong: [...tf.sigmoid(drawn.params["wrong/logits"]).dataSync()],
    evidence: importance(exact, [data], { draws: 400 }),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { why, fits, wrong, evidence } = await robustLine(Number(process.env.LATENTLY_EXAMPLE_STEPS ?? 4000))
  const number = (tensor: Tensor) => tensor.dataSync()[0]!
  const rows = fits.map(({ name, params, elbo }) => ({
    name,
    slope: number(params["slope/loc"]),
    deviation: number(params["slope/scale"]),
    noise: number(params.scale),
    elbo,
  }))
  console.log(`${why}\n`)
  console.log(
    table(rows, [
      { key: "name", heading: "guide" },
      { key: "slope", heading: "calls a decade", digits: 3 },
      { key: "deviation", heading: "±", digits: 3 },
      { key: "noise", heading: "noise", digits: 3 },
      { key: "elbo", heading: "ELBO (nats)", digits: 2 },
    ]),
  )
  console.log(`log evidence ${evidence.logEvidence.toFixed(2)}, k-hat ${evidence.kHat.toFixed(2)}`)
  console.log(`wrong rows: ${years.filter((_, i) => wrong[i]! > 0.5).join(", ")}`)
  const [picture] = process.argv.slice(2)
  const at = (name: "level/loc" | "slope/loc") => number(fits[1]!.params[name])
  const x = years.map((year) => year - 1950)
  const line = years.map((year) => at("level/loc") + (at("slope/loc") * (year - 1961.5)) / 10)
  const series = [
    { label: "written down", x, y: calls },
    { label: "the model's line", x, y: line },
  ]
  const axes = { x: "years since 1950", y: "calls (tens of millions)", yDomain: [-1, 22] as const }
  if (picture) writeFileSync(picture, await curves({ series, ...axes }))
}
