/** What log importance weights [groups][draws] say of a guide: the shape of their tail, and how exact their mean is. */
import { meanOf, varianceOf } from "../moments.js"
import { paretoShape } from "../pareto.js"

/** Differences of this share of a log-weight's size come of float32, and of this many nats do not matter. */
const rounding = 1e-6
const nothing = 1e-3

/** k-hat, or -Infinity where the weights are equal but for rounding: they have no tail, the guide is the posterior. */
export const tailShape = (logWeights: Float64Array): number => {
  const largest = logWeights.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const smallest = logWeights.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  return largest - smallest < nothing + rounding * Math.abs(largest)
    ? Number.NEGATIVE_INFINITY
    : paretoShape(logWeights)
}

/** The standard error of Σ over all rows of the mean log-weight, from some rows, all of them, or one group. */
export const boundError = (logWeights: readonly Float64Array[], rows: number): number => {
  const seen = logWeights.length
  if (seen === 0) return 0
  const drawn = meanOf(logWeights.map(varianceOf)) / (logWeights[0]!.length * seen)
  const chosen = seen < rows ? (varianceOf(logWeights.map(meanOf)) / seen) * (1 - seen / rows) : 0
  return rows * Math.sqrt(drawn + chosen)
}
