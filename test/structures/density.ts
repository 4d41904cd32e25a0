/** Log-densities in double precision, written from their formulas, for oracles that share no code with src. */

/** log Γ(x) for x > 0: Stirling's series after the recurrence. */
export const lgamma = (x: number): number => {
  let shift = 0
  let at = x
  for (; at < 12; at++) shift -= Math.log(at)
  const r = 1 / (at * at)
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r / 1680))) / at
  return shift + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series
}

export const normalLog = (x: number, loc = 0, scale = 1): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(scale) - 0.5 * ((x - loc) / scale) ** 2

export const logNormalLog = (x: number, loc = 0, scale = 1): number =>
  normalLog(Math.log(x), loc, scale) - Math.log(x)

export const gammaLog = (x: number, concentration: number, rate: number): number =>
  concentration * Math.log(rate) - lgamma(concentration) + (concentration - 1) * Math.log(x) - rate * x

export const betaLog = (x: number, a: number, b: number): number =>
  lgamma(a + b) - lgamma(a) - lgamma(b) + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x)

export const dirichletLog = (x: readonly number[], alpha: readonly number[]): number =>
  lgamma(sum(alpha)) + sum(alpha.map((a, i) => (a - 1) * Math.log(x[i]!) - lgamma(a)))

export const laplaceLog = (x: number, loc: number, scale: number): number =>
  -Math.log(2 * scale) - Math.abs(x - loc) / scale

export const exponentialLog = (x: number, rate: number): number => Math.log(rate) - rate * x

export const bernoulliLog = (x: number, probs: number): number =>
  x === 1 ? Math.log(probs) : Math.log1p(-probs)

export const categoricalLog = (x: number, probs: readonly number[]): number => Math.log(probs[x]!)

export const poissonLog = (x: number, rate: number): number => x * Math.log(rate) - rate - lgamma(x + 1)

export const geometricLog = (x: number, probs: number): number => x * Math.log1p(-probs) + Math.log(probs)

export const binomialLog = (x: number, n: number, probs: number): number =>
  lgamma(n + 1) - lgamma(x + 1) - lgamma(n - x + 1) + x * Math.log(probs) + (n - x) * Math.log1p(-probs)

/** KL(N(loc, scale) ‖ N(loc2, scale2)). */
export const normalKl = (loc: number, scale: number, loc2 = 0, scale2 = 1): number =>
  Math.log(scale2 / scale) + (scale ** 2 + (loc - loc2) ** 2) / (2 * scale2 ** 2) - 0.5

/** log N(x; loc, L Lᵀ) by forward substitution. */
export const multivariateNormalLog = (
  x: readonly number[],
  loc: readonly number[],
  tril: readonly (readonly number[])[],
): number => {
  const white: number[] = []
  for (const [i, row] of tril.entries())
    white.push((x[i]! - loc[i]! - sum(white.map((w, j) => row[j]! * w))) / row[i]!)
  return sum(white.map((w, i) => normalLog(w) - Math.log(tril[i]![i]!)))
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
export const softplus = (x: number): number => Math.log1p(Math.exp(x))
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

export const logSumExp = (logs: readonly number[]): number => {
  const top = Math.max(...logs)
  return top + Math.log(sum(logs.map((log) => Math.exp(log - top))))
}

export const softmax = (logits: readonly number[]): number[] => {
  const all = logSumExp(logits)
  return logits.map((logit) => Math.exp(logit - all))
}

/** log N(x | a mixture), summed by hand: log Σ_k w_k exp(log_k). */
export const mixtureLog = (weights: readonly number[], logs: readonly number[]): number =>
  logSumExp(weights.map((w, k) => Math.log(w) + logs[k]!))
