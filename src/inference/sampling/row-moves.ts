/**
 * Hamiltonian moves that leave one density of a path unchanged, each row accepted or refused by itself, so that rows which
 * do not depend on each other stay independent (Duane and others 1987; Neal 2011). Plain numbers. Next:
 * `annealed-importance.ts`.
 */
import type { Standing, Tempered } from "./tempered.js"

/** How moves are made. */
export interface Moves {
  /** Variances of the coordinates: the inverse of the mass. */
  readonly variances: Float64Array
  readonly step: number
  readonly leapfrogs: number
}

/** Numbers to draw. */
export interface Noise {
  readonly uniform: () => number
  readonly normal: () => number
}

/** A move's result, and how likely its rows were to be accepted on average. */
export interface Moved {
  readonly standing: Standing
  readonly acceptance: number
}

type Flight = { readonly end: Standing; readonly momentum: Float64Array }

const fly = (
  { at }: Tempered,
  weight: number,
  from: Standing,
  kick: Float64Array,
  { variances, step, leapfrogs }: Moves,
): Flight => {
  let here = from
  let momentum = kick
  for (let n = 0; n < leapfrogs; n++) {
    const half = momentum.map((p, i) => p + 0.5 * step * here.gradient[i]!)
    here = at(
      here.point.map((q, i) => q + step * variances[i]! * half[i]!),
      weight,
    )
    momentum = half.map((p, i) => p + 0.5 * step * here.gradient[i]!)
  }
  return { end: here, momentum }
}

/** Minus the energy of each row: its log-density less its kinetic energy. */
const negativeEnergies = (
  { rowOf, rows }: Tempered,
  weight: number,
  { prior, likelihood }: Standing,
  momentum: Float64Array,
  variances: Float64Array,
): Float64Array => {
  const energies = Float64Array.from({ length: rows }, (_, r) => prior[r]! + weight * likelihood[r]!)
  momentum.forEach((p, i) => {
    energies[rowOf[i]!]! -= 0.5 * p * p * variances[i]!
  })
  return energies
}

const mixed = (from: Standing, end: Standing, taken: readonly boolean[], rowOf: Int32Array): Standing => {
  const coordinates = (a: Float64Array, b: Float64Array): Float64Array =>
    a.map((value, i) => (taken[rowOf[i]!] ? b[i]! : value))
  const rows = (a: Float64Array, b: Float64Array): Float64Array =>
    a.map((value, r) => (taken[r] ? b[r]! : value))
  return {
    point: coordinates(from.point, end.point),
    prior: rows(from.prior, end.prior),
    likelihood: rows(from.likelihood, end.likelihood),
    gradient: coordinates(from.gradient, end.gradient),
  }
}

/** One move of every row under log p(u) + `weight` · log p(x | u). The step varies by a fifth, so that no orbit is walked twice. */
export const moveRows = (
  tempered: Tempered,
  weight: number,
  from: Standing,
  moves: Moves,
  { uniform, normal }: Noise,
): Moved => {
  const { variances } = moves
  const kick = variances.map((variance) => normal() / Math.sqrt(variance))
  const step = moves.step * (0.8 + 0.4 * uniform())
  const { end, momentum } = fly(tempered, weight, from, kick, { ...moves, step })
  const before = negativeEnergies(tempered, weight, from, kick, variances)
  const after = negativeEnergies(tempered, weight, end, momentum, variances)
  const odds = Array.from(after, (value, r) => {
    const ratio = Math.exp(Math.min(0, value - before[r]!))
    return Number.isFinite(value) && Number.isFinite(ratio) ? ratio : 0
  })
  const taken = odds.map((chance) => uniform() < chance)
  return {
    standing: mixed(from, end, taken, tempered.rowOf),
    acceptance: odds.reduce((a, b) => a + b, 0) / odds.length,
  }
}
