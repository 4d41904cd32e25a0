/**
 * Whether chains of draws agree and how many independent draws they are worth: split R-hat and effective sample size
 * (Gelman and others, Bayesian Data Analysis 3, 11.4-11.5; Geyer's 1992 initial monotone sequence). Plain numbers.
 */
import { meanOf, varianceOf } from "../moments.js"

const halves = (chains: readonly Float64Array[]): Float64Array[] =>
  chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2)
    return [chain.slice(0, half), chain.slice(chain.length - half)]
  })

/** Within-chain variance W and the pooled estimate of the posterior's variance, (n-1)/n W + B/n. */
const spreads = (chains: readonly Float64Array[]): { within: number; pooled: number } => {
  const length = chains[0]!.length
  const within = meanOf(Float64Array.from(chains, varianceOf))
  const between = chains.length < 2 ? 0 : varianceOf(Float64Array.from(chains, meanOf))
  return { within, pooled: ((length - 1) / length) * within + between }
}

/**
 * Split R-hat of one number over chains of equal length: 1 where their halves agree, above 1.01 where they do not yet.
 * @example rHat([chainA, chainB])
 */
export const rHat = (chains: readonly Float64Array[]): number => {
  const { within, pooled } = spreads(halves(chains))
  return pooled === 0 ? 1 : Math.sqrt(pooled / within)
}

const autocovariance = (chain: Float64Array, lag: number): number => {
  const mean = meanOf(chain)
  let sum = 0
  for (let i = lag; i < chain.length; i++) sum += (chain[i]! - mean) * (chain[i - lag]! - mean)
  return sum / chain.length
}

/**
 * How many independent draws the mean of all draws is worth: mn / (1 + 2 Σ ρ_t), the sum ending where pairs of
 * autocorrelations turn negative.
 */
export const effectiveSampleSize = (chains: readonly Float64Array[]): number => {
  const split = halves(chains)
  const length = split[0]!.length
  const { within, pooled } = spreads(split)
  const count = split.length * length
  if (pooled === 0) return count
  const correlation = (lag: number): number => {
    const covariance = meanOf(Float64Array.from(split, (chain) => autocovariance(chain, lag)))
    return 1 - (within - (covariance * length) / (length - 1)) / pooled
  }
  let sum = 0
  let smallest = Number.POSITIVE_INFINITY
  for (let lag = 1; lag + 1 < length; lag += 2) {
    const pair = correlation(lag) + correlation(lag + 1)
    if (pair < 0) break
    smallest = Math.min(smallest, pair)
    sum += smallest
  }
  return Math.min(count / (1 + 2 * sum), count * Math.log10(count))
}
