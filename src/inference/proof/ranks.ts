/**
 * Ranks of true values among posterior draws, and whether they are uniform. Plain numbers. Next: `simulate.ts`, which makes
 * them.
 */
import { gammaincc } from "../../engine/special/double/incomplete-gamma.js"

/** A rank histogram and how likely one so uneven is under uniform ranks. */
export interface Uniformity {
  readonly histogram: readonly number[]
  readonly chiSquare: number
  readonly p: number
}

/**
 * How many of `draws` lie below `truth`; of those equal to it a random part counts, so that ranks of discrete values are
 * uniform too. `uniform` is a number between 0 and 1.
 */
export const rankOf = (truth: number, draws: ArrayLike<number>, uniform: number): number => {
  let below = 0
  let equal = 0
  for (let i = 0; i < draws.length; i++) {
    if (draws[i]! < truth) below++
    else if (draws[i]! === truth) equal++
  }
  return below + Math.floor(uniform * (equal + 1))
}

/** The chance of a chi-square at least this large with so many degrees of freedom. */
export const chiSquareTail = (chiSquare: number, degrees: number): number =>
  gammaincc(degrees / 2, chiSquare / 2)

/** Tests ranks 0 … `highest` for uniformity in `bins` bins of (nearly) equal width, by Pearson's chi-square. */
export const uniformityOf = (ranks: readonly number[], highest: number, bins: number): Uniformity => {
  const histogram = Array.from({ length: bins }, () => 0)
  const expected = Array.from({ length: bins }, () => 0)
  const binOf = (rank: number): number => Math.floor((rank * bins) / (highest + 1))
  for (let rank = 0; rank <= highest; rank++) expected[binOf(rank)]! += ranks.length / (highest + 1)
  for (const rank of ranks) histogram[binOf(rank)]!++
  const chiSquare = histogram.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0)
  return { histogram, chiSquare, p: chiSquareTail(chiSquare, bins - 1) }
}
