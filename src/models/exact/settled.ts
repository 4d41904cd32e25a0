/**
 * When EM has arrived: not when a step is small, for EM can creep, but when what is left to gain is. The estimate is
 * Aitken's, from the last three log-likelihoods. Source: McLachlan & Krishnan, "The EM Algorithm and Extensions", 4.9.
 */

import { LatentlyError } from "../../engine/error.js"

/** Rounding of a log-likelihood that is a sum over `count` rows, in nats. */
export const rounding = (logLikelihood: number, count: number): number =>
  16 * Number.EPSILON * (Math.abs(logLikelihood) + count)

/**
 * Whether less than `tolerance` nats are left to gain: with gains g' then g and rate a = g / g' < 1, a g / (1 - a); or
 * whether the last gain was no more than rounding.
 *
 * @example hasSettled([-10, -9, -8.99], 1e-3, 5) // true: the rate is 0.01, so 1e-4 are left
 */
export const hasSettled = (history: readonly number[], tolerance: number, count: number): boolean => {
  const now = history.at(-1)
  const last = history.at(-2)
  const before = history.at(-3)
  if (now === undefined || last === undefined) return false
  const gain = now - last
  if (Math.abs(gain) <= rounding(now, count)) return true
  if (before === undefined) return false
  const rate = gain / (last - before)
  return rate < 1 && (gain * rate) / (1 - rate) < tolerance
}

/** Throws `em-descent` where the last iteration went downhill by more than lost digits explain: EM cannot do that. */
export const refuseDescent = (history: readonly number[], count: number, who: string): void => {
  const now = history.at(-1)
  const last = history.at(-2)
  if (now === undefined || last === undefined || now >= last - 1e6 * rounding(last, count)) return
  throw new LatentlyError(
    "em-descent",
    `${who}: iteration ${history.length - 1} lowered the log-likelihood from ${last} to ${now}; EM cannot do that, ` +
      "so its sums have lost their digits: rescale the columns, or ask for fewer components",
  )
}
