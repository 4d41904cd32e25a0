/**
 * The evidence of rows with one or two latent dimensions, by the trapezoidal rule on the unconstrained line: the grid moves to
 * where the mass is, row by row, until it stands still, and half the grid says how exact the whole is. Next: `evidence.ts`.
 */
import type { RowEvidence } from "./gaussian-evidence.js"
import type { RowDensity } from "./row-density.js"

/** Where a row's mass lies: centre and spread of each coordinate, [rows][dimensions]. */
export interface Mass {
  readonly centre: Float64Array
  readonly spread: Float64Array
}

type Grid = { readonly points: number; readonly reach: number }

const coarse = (d: number): Grid => ({ points: d === 1 ? 33 : 13, reach: 6 })
const fine = (d: number): Grid => ({ points: d === 1 ? 97 : 29, reach: d === 1 ? 12 : 8 })

const mostMoves = 25

type Evaluated = {
  /** Offsets from the centre in spreads, [nodes][dimensions]. */
  readonly offsets: readonly (readonly number[])[]
  /** log p(x, z) at each node, [nodes][rows]. */
  readonly heights: readonly Float64Array[]
}

const evaluate = (density: RowDensity, { centre, spread }: Mass, { points, reach }: Grid): Evaluated => {
  const d = density.dimensions
  const step = (2 * reach) / (points - 1)
  const offsets = Array.from({ length: points ** d }, (_, node) =>
    Array.from({ length: d }, (_, j) => -reach + step * (Math.floor(node / points ** j) % points)),
  )
  const heights = offsets.map((offset) =>
    density
      .values(centre.map((value, i) => value + spread[i]! * offset[i % d]!))
      .map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value)),
  )
  return { offsets, heights }
}

const logSum = (values: readonly number[]): number => {
  const top = Math.max(...values)
  return top === Number.NEGATIVE_INFINITY
    ? top
    : top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

/** Centre and spread of the mass on a grid. A spread below the grid's step is given as that step, to be refined next time. */
const moved = ({ offsets, heights }: Evaluated, mass: Mass, { points, reach }: Grid, d: number): Mass => {
  const centre = Float64Array.from(mass.centre)
  const spread = Float64Array.from(mass.spread)
  for (let row = 0; row < centre.length / d; row++) {
    const all = logSum(heights.map((values) => values[row]!))
    if (!Number.isFinite(all)) continue
    const weights = heights.map((values) => Math.exp(values[row]! - all))
    for (let j = 0; j < d; j++) {
      const mean = weights.reduce((sum, weight, n) => sum + weight * offsets[n]![j]!, 0)
      const variance = weights.reduce((sum, weight, n) => sum + weight * (offsets[n]![j]! - mean) ** 2, 0)
      const at = row * d + j
      centre[at]! += spread[at]! * mean
      spread[at]! *= Math.max(Math.sqrt(variance), reach / (points - 1))
    }
  }
  return { centre, spread }
}

const stillness = (before: Mass, after: Mass): number =>
  after.centre.reduce((most, centre, i) => {
    const shift = Math.abs(centre - before.centre[i]!) / after.spread[i]!
    const growth = Math.abs(Math.log(after.spread[i]! / before.spread[i]!))
    return Math.max(most, shift, growth)
  }, 0)

const settled = (density: RowDensity, start: Mass): Mass | undefined => {
  const grid = coarse(density.dimensions)
  let mass = start
  for (let move = 0; move < mostMoves; move++) {
    const next = moved(evaluate(density, mass, grid), mass, grid, density.dimensions)
    const change = stillness(mass, next)
    mass = next
    if (change < 0.05) return mass
  }
  return undefined
}

/** log ∫ of each row on every node, or on every other one along each axis. */
const integrals = (
  { offsets, heights }: Evaluated,
  { spread }: Mass,
  grid: Grid,
  half: boolean,
): Float64Array => {
  const d = offsets[0]!.length
  const step = ((2 * grid.reach) / (grid.points - 1)) * (half ? 2 : 1)
  const used = heights.filter((_, node) =>
    Array.from({ length: d }, (_, j) => Math.floor(node / grid.points ** j) % grid.points).every(
      (digit) => !half || digit % 2 === 0,
    ),
  )
  return Float64Array.from({ length: spread.length / d }, (_, row) => {
    let cell = 0
    for (let j = 0; j < d; j++) cell += Math.log(step * spread[row * d + j]!)
    return cell + logSum(used.map((values) => values[row]!))
  })
}

/** log ∫ p(x, z) dz of each row, from where the mass may be; undefined for more than two dimensions or a grid that finds no rest. */
export const quadratureEvidence = (density: RowDensity, start: Mass): RowEvidence | undefined => {
  const d = density.dimensions
  if (d > 2) return undefined
  const mass = settled(density, start)
  if (mass === undefined) return undefined
  const grid = fine(d)
  const evaluated = evaluate(density, mass, grid)
  const rows = integrals(evaluated, mass, grid, false)
  const halved = integrals(evaluated, mass, grid, true)
  return { rows, error: rows.reduce((most, value, row) => Math.max(most, Math.abs(value - halved[row]!)), 0) }
}
