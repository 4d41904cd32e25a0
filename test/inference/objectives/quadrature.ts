/** Exact values of bounds over two particles, in double precision: sums over a grid for a normal latent, over all draws for a coin. */

const logNormal = (x: number, loc: number, scale: number): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(scale) - (x - loc) ** 2 / (2 * scale ** 2)

/** How a bound is made of a row's log-weights. */
export type Combine = (logWeights: readonly number[]) => number

export const logMean: Combine = (logWeights) => {
  const top = Math.max(...logWeights)
  return top + Math.log(logWeights.reduce((sum, w) => sum + Math.exp(w - top), 0) / logWeights.length)
}

/** The combination of Rényi's bound. */
export const renyiMean =
  (alpha: number): Combine =>
  (logWeights) =>
    logMean(logWeights.map((w) => (1 - alpha) * w)) / (1 - alpha)

/** E of a bound over two draws of a normal guide, for z ~ N(shift, 1), x ~ N(z, 1): the trapezoid rule on 161 × 161 points. */
export const normalBound = (
  x: number,
  { shift, loc, scale }: { shift: number; loc: number; scale: number },
  combine: Combine,
): number => {
  const points = Array.from({ length: 161 }, (_, i) => -8 + i / 10)
  const drawn = points.map((e) => {
    const z = loc + scale * e
    return {
      share: (Math.exp(-0.5 * e * e) / Math.sqrt(2 * Math.PI)) * 0.1,
      weight: logNormal(z, shift, 1) + logNormal(x, z, 1) - logNormal(z, loc, scale),
    }
  })
  let total = 0
  for (const a of drawn) for (const b of drawn) total += a.share * b.share * combine([a.weight, b.weight])
  return total
}

export interface Coin {
  /** The guide's logit. */
  readonly logit: number
  /** The mean of x where the coin shows 1; 0 else. */
  readonly height: number
}

const coinRow = (x: number, { logit, height }: Coin) => {
  const on = 1 / (1 + Math.exp(-logit))
  return [0, 1].map((b) => ({
    b,
    share: b === 1 ? on : 1 - on,
    weight: Math.log(b === 1 ? 0.3 : 0.7) + logNormal(x, height * b, 1) - Math.log(b === 1 ? on : 1 - on),
  }))
}

/** E of a bound over `particles` draws of a coin's guide, for b ~ Bernoulli(0.3), x ~ N(height · b, 1). */
export const coinBound = (x: number, coin: Coin, particles: number, combine: Combine): number =>
  overDraws(coinRow(x, coin), particles, (drawn) => combine(drawn.map((d) => d.weight)))

type Drawn = { readonly b: number; readonly share: number; readonly weight: number }

const overDraws = (row: readonly Drawn[], particles: number, of: (drawn: Drawn[]) => number): number => {
  let total = 0
  for (let code = 0; code < 2 ** particles; code++) {
    const drawn = Array.from({ length: particles }, (_, k) => row[(code >> k) & 1]!)
    total += drawn.reduce((share, d) => share * d.share, 1) * of(drawn)
  }
  return total
}

/** E of Σ_k w_k ∂log q(b_k)/∂logit with weights that add to 1: the wake phase's direction for the guide. */
export const coinWake = (x: number, coin: Coin, particles: number): number => {
  const on = 1 / (1 + Math.exp(-coin.logit))
  return overDraws(coinRow(x, coin), particles, (drawn) => {
    const all = drawn.reduce((sum, d) => sum + Math.exp(d.weight), 0)
    return drawn.reduce((sum, d) => sum + (Math.exp(d.weight) / all) * (d.b - on), 0)
  })
}

/** A derivative by central differences. */
export const slope = (of: (at: number) => number, at: number): number =>
  (of(at + 1e-4) - of(at - 1e-4)) / 2e-4
