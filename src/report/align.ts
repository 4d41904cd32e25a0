/**
 * Turning one two-dimensional picture onto another. Probabilistic PCA fixes its latent space only up to a rotation or a
 * reflection, so two fits must be turned onto each other before a reader can compare them. Next: `plots/scatter.ts`.
 */
import { LatentlyError } from "../engine/error.js"
import type { Matrix } from "./ellipse.js"

/** An orthogonal 2 by 2 matrix R, as rows; a point p goes to R p. */
export type Turn = readonly [readonly [number, number], readonly [number, number]]

/**
 * The rotation or reflection R that minimises Σ |R source - target|²: orthogonal Procrustes (Schönemann 1966), in closed
 * form for two dimensions. With M = Σ target sourceᵀ, the best rotation has angle atan2(M₁₀ - M₀₁, M₀₀ + M₁₁), the best
 * reflection atan2(M₁₀ + M₀₁, M₀₀ - M₁₁); the longer of the two vectors wins.
 *
 * @throws LatentlyError `align` when the two have different numbers of points.
 * @example turnOnto([[1, 0], [0, 2]], [[0, 1], [-2, 0]]) // a quarter turn: [[0, -1], [1, 0]]
 */
export const turnOnto = (source: Matrix, target: Matrix): Turn => {
  if (source.length !== target.length)
    throw new LatentlyError(
      "align",
      `turnOnto needs as many source as target points, got ${source.length} and ${target.length}`,
    )
  const m = [0, 0, 0, 0]
  source.forEach((from, index) => {
    const to = target[index]!
    for (let entry = 0; entry < 4; entry++) m[entry]! += to[entry >> 1]! * from[entry & 1]!
  })
  const [rotated, reflected] = [
    Math.hypot(m[2]! - m[1]!, m[0]! + m[3]!),
    Math.hypot(m[2]! + m[1]!, m[0]! - m[3]!),
  ]
  const mirror = reflected > rotated ? -1 : 1
  const angle = Math.atan2(m[2]! - mirror * m[1]!, m[0]! + mirror * m[3]!)
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  return [
    [cosine, -mirror * sine],
    [sine, mirror * cosine],
  ]
}

/** Applies a turn to every point. */
export const turned = (points: Matrix, [[a, b], [c, d]]: Turn): [number, number][] =>
  points.map((point) => [a * point[0]! + b * point[1]!, c * point[0]! + d * point[1]!])
