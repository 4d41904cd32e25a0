/** Mean and variance of plain numbers. Left out: standard errors with few draws (`proof/z-score.ts`). */

/** The mean; NaN of none. */
export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** The sample variance Σ (x - mean)² / (n - 1); NaN of fewer than two. */
export const varianceOf = (values: ArrayLike<number>): number => {
  const mean = meanOf(values)
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return squares / (values.length - 1)
}
