/**
 * The evidence log p(x) of a model at its params: by a sum where all latents are finite, in closed form where the model is
 * linear-Gaussian, by quadrature in one or two dimensions a row, else between two bounds. Next: `gap.ts`.
 */

import { execute } from "../../dsl/execute.js"
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import { scoped } from "../../engine/tensor.js"
import { paramsFrom } from "../leaves.js"
import { drawsOf, type Plan } from "../plan.js"
import { type LatentSpace, latentSpace } from "../sampling/latent-space.js"
import { gaussianEvidence } from "./gaussian-evidence.js"
import { type LogWeights, sandwichOf } from "./log-weights.js"
import { type Mass, quadratureEvidence } from "./quadrature-evidence.js"
import { type RowDensity, rowDensity } from "./row-density.js"

/** log p(x) in nats, and how it was come by. */
export interface Evidence {
  readonly method: "given" | "enumeration" | "closed form" | "quadrature" | "bounds"
  /** Equal, but for bounds. */
  readonly lower: number
  readonly upper: number
  /** Of the bounds; 0 for the others. */
  readonly standardError: number
}

const exactly = (method: Evidence["method"], value: number): Evidence => ({
  method,
  lower: value,
  upper: value,
  standardError: 0,
})

/** Nats a row by which quadrature may be off and still be called exact. */
const tolerance = 1e-4

const spreadDraws = 64

/** Where the guide thinks the mass is, twice as wide. */
const massOf = (plan: Plan, space: LatentSpace, density: RowDensity): Mass =>
  scoped(() => {
    const { rows, dimensions: d } = density
    const param = paramsFrom(plan.leaves, plan.initial)
    const enumeration = { axes: [], padding: 0 }
    const draws = Array.from({ length: spreadDraws }, (_, n) => {
      const values = drawsOf(
        execute(plan.guide, plan.args, { key: fold(fold(plan.key, "mass"), n), param, enumeration }),
      )
      return space.sites.map((site) => site.bijection.inverse(values.get(site.name)!).dataSync())
    })
    const centre = new Float64Array(rows * d)
    const spread = new Float64Array(rows * d)
    let column = 0
    space.sites.forEach((site, s) => {
      const width = site.size / rows
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < width; k++) {
          const values = draws.map((draw) => draw[s]![row * width + k]!)
          const mean = values.reduce((a, b) => a + b, 0) / spreadDraws
          const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / spreadDraws
          centre[row * d + column + k] = mean
          spread[row * d + column + k] = 2 * Math.sqrt(variance) + 1e-3
        }
      column += width
    })
    return { centre, spread }
  })

const overRows = (rows: Float64Array, density: RowDensity): number =>
  rows.reduce((sum, value) => sum + value, density.outside())

const exactEvidence = (plan: Plan): Evidence | undefined => {
  const param = paramsFrom(plan.leaves, plan.initial)
  const space = latentSpace(plan.model, plan.args, { key: plan.key, param })
  const rows = plan.rows === undefined ? 1 : plan.sizes.get(plan.rows.plate)!
  const density = rowDensity(space, plan.rows?.plate, rows)
  if (space.size === 0) return exactly("enumeration", overRows(density.values(new Float64Array(0)), density))
  const gaussian = gaussianEvidence(density)
  if (gaussian !== undefined) return exactly("closed form", overRows(gaussian.rows, density))
  if (density.dimensions > 2) return undefined
  const integrated = quadratureEvidence(density, massOf(plan, space, density))
  return integrated !== undefined && integrated.error < tolerance
    ? exactly("quadrature", overRows(integrated.rows, density))
    : undefined
}

/** Latents that can neither be summed nor integrated leave only bounds. */
const whereExact = (plan: Plan): Evidence | undefined => {
  try {
    return scoped(() => withChecks(false, () => exactEvidence(plan)))
  } catch (error) {
    if ((error as { code?: string }).code === "no-latent-space") return undefined
    throw error
  }
}

/** The evidence of a plan's model at the plan's params; `weights` are drawn only where it takes bounds. */
export const evidenceOf = (plan: Plan, weights: () => LogWeights): Evidence =>
  whereExact(plan) ?? { method: "bounds", ...sandwichOf(weights()) }
