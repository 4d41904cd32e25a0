/**
 * What a sampler learns while it warms up: its step size by dual averaging (Hoffman and Gelman 2014, algorithm 5) and the
 * scales of its coordinates by their running variances, in Stan's windows. Plain numbers. Next: `nuts.ts`.
 */

/** Adapts a step size to a wanted acceptance rate. */
export interface StepSize {
  /** The size to use in the next transition. */
  readonly current: number
  /** The average to keep when the warm-up is over. */
  readonly settled: number
  learn(acceptance: number): void
}

/** Dual averaging from a first size, with the paper's constants γ = 0.05, t₀ = 10, κ = 0.75. */
export const dualAveraging = (first: number, target: number): StepSize => {
  const anchor = Math.log(10 * first)
  let error = 0
  let count = 0
  let logCurrent = Math.log(first)
  let logSettled = 0
  return {
    get current() {
      return Math.exp(logCurrent)
    },
    get settled() {
      return count === 0 ? first : Math.exp(logSettled)
    },
    learn: (acceptance) => {
      count++
      const weight = 1 / (count + 10)
      error = (1 - weight) * error + weight * (target - acceptance)
      logCurrent = anchor - (error * Math.sqrt(count)) / 0.05
      const share = count ** -0.75
      logSettled = share * logCurrent + (1 - share) * logSettled
    },
  }
}

/** Running variances of the coordinates of points (Welford 1962). */
export interface RunningVariance {
  add(point: Float64Array): void
  /** Variances pulled a little towards 1e-3, as Stan does, so that few points do no harm. */
  variances(): Float64Array
}

/** Variances of points of `size` numbers. */
export const runningVariance = (size: number): RunningVariance => {
  const mean = new Float64Array(size)
  const squares = new Float64Array(size)
  let count = 0
  return {
    add: (point) => {
      count++
      for (let i = 0; i < size; i++) {
        const before = point[i]! - mean[i]!
        mean[i]! += before / count
        squares[i]! += before * (point[i]! - mean[i]!)
      }
    },
    variances: () =>
      squares.map((sum) => (count / (count + 5)) * (sum / Math.max(1, count - 1)) + (1e-3 * 5) / (count + 5)),
  }
}

/**
 * The warm-up steps after which the scales are renewed: windows that double, between a first stretch for finding the bulk
 * and a last one for the step size alone.
 */
export const windowEnds = (warmup: number): number[] => {
  const first = Math.round(Math.min(75, 0.15 * warmup))
  const last = warmup - Math.round(Math.min(50, 0.1 * warmup))
  const ends: number[] = []
  let size = 25
  for (let end = first + size; first + 10 < last; size *= 2, end += size) {
    if (end + 2 * size > last) return [...ends, last]
    ends.push(end)
  }
  return ends
}
