/**
 * Pareto smoothing of importance weights (Vehtari, Simpson, Gelman, Yao and Gabry 2024): the shape k-hat of their tail says
 * whether an importance estimate, and so the guide it came from, can be trusted: below 0.5 good, above 0.7 not. The fit of
 * the generalized Pareto is Zhang and Stephens' (2009). Plain numbers, no tensors.
 */

/** Fits a generalized Pareto to sorted exceedances over 0; gives its shape, pulled to 0.5 by a weak prior of 10 counts. */
const shapeOf = (tail: Float64Array): number => {
  const n = tail.length
  const largest = tail[n - 1]!
  const quartile = tail[Math.max(0, Math.floor(n / 4 + 0.5) - 1)]!
  const points = 30 + Math.floor(Math.sqrt(n))
  const thetas = Array.from(
    { length: points },
    (_, i) => 1 / largest + (1 - Math.sqrt(points / (i + 0.5))) / (3 * quartile),
  )
  const shapeAt = (theta: number): number => tail.reduce((sum, x) => sum + Math.log1p(-theta * x), 0) / n
  const logLikelihoods = thetas.map((theta) => {
    const k = shapeAt(theta)
    return n * (Math.log(-theta / k) - k - 1)
  })
  const weights = logLikelihoods.map(
    (own) => 1 / logLikelihoods.reduce((sum, other) => sum + Math.exp(other - own), 0),
  )
  const total = weights.reduce((a, b) => a + b, 0)
  const theta = thetas.reduce((sum, value, i) => sum + (value * weights[i]!) / total, 0)
  return (shapeAt(theta) * n + 0.5 * 10) / (n + 10)
}

/**
 * k-hat of log importance weights. -Infinity where the largest weights are all equal (no tail at all); NaN below 25
 * weights, too few to tell.
 * @example paretoShape(logWeights)   // 0.21: the estimate can be trusted
 */
export const paretoShape = (logWeights: ArrayLike<number>): number => {
  const count = logWeights.length
  if (count < 25) return Number.NaN
  const sorted = Float64Array.from(logWeights).sort()
  const tailLength = Math.floor(Math.min(0.2 * count, 3 * Math.sqrt(count)))
  const top = sorted[count - 1]!
  const cutoff = Math.exp(sorted[count - tailLength - 1]! - top)
  const tail = sorted.slice(count - tailLength).map((logWeight) => Math.exp(logWeight - top) - cutoff)
  return tail[tail.length - 1]! - tail[0]! < 1e-12
    ? Number.NEGATIVE_INFINITY
    : shapeOf(tail.filter((x) => x > 0))
}

/** Kish's effective number of draws behind log importance weights. */
export const effectiveDraws = (logWeights: ArrayLike<number>): number => {
  const top = Math.max(...Array.from(logWeights))
  let sum = 0
  let squares = 0
  for (let i = 0; i < logWeights.length; i++) {
    const weight = Math.exp(logWeights[i]! - top)
    sum += weight
    squares += weight * weight
  }
  return (sum * sum) / squares
}

/** log of the mean weight and its standard error by the delta method. */
export const logMeanWeight = (logWeights: ArrayLike<number>): { value: number; standardError: number } => {
  const top = Math.max(...Array.from(logWeights))
  const count = logWeights.length
  let sum = 0
  let squares = 0
  for (let i = 0; i < count; i++) {
    const weight = Math.exp(logWeights[i]! - top)
    sum += weight
    squares += weight * weight
  }
  const mean = sum / count
  const variance = Math.max(0, squares / count - mean * mean)
  return { value: top + Math.log(mean), standardError: Math.sqrt(variance / count) / mean }
}
