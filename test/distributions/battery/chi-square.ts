/** Tail probabilities for goodness-of-fit tests, in double precision. Next: `fit.ts`. */

const lanczos = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5,
]

const logGamma = (x: number): number => {
  const series = lanczos.reduce((sum, c, i) => sum + c / (x + 1 + i), 1.000000000190015)
  return (x + 0.5) * Math.log(x + 5.5) - (x + 5.5) + Math.log((Math.sqrt(2 * Math.PI) * series) / x)
}

const lowerSeries = (a: number, x: number): number => {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 2000 && Math.abs(term) > 1e-16 * Math.abs(sum); n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum * Math.exp(-x + a * Math.log(x) - logGamma(a))
}

const upperFraction = (a: number, x: number): number => {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let h = d
  for (let i = 1; i < 2000; i++) {
    const factor = -i * (i - a)
    b += 2
    d = 1 / (factor * d + b)
    c = b + factor / c
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return h * Math.exp(-x + a * Math.log(x) - logGamma(a))
}

/** P(X² > statistic) with `freedom` degrees of freedom. */
export const chiSquareTail = (statistic: number, freedom: number): number => {
  const [a, x] = [freedom / 2, statistic / 2]
  if (x <= 0) return 1
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

/** The p-value of Pearson's test of counts against expected counts; bins of less than 5 expected are pooled. */
export const pearson = (counts: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const pooled: [number, number][] = []
  let [count, want] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    count += counts[i]!
    want += expected[i]!
    if (want >= 5) {
      pooled.push([count, want])
      count = want = 0
    }
  }
  const last = pooled.pop() ?? [0, 0]
  const all = [...pooled, [last[0] + count, last[1] + want]]
  const statistic = all.reduce((sum, [got, e]) => sum + (got! - e!) ** 2 / e!, 0)
  return all.length < 2 ? 1 : chiSquareTail(statistic, all.length - 1)
}
