/**
 * The ellipse of a two-dimensional Gaussian from its covariance, in closed form. It leaves out drawing. Next:
 * `plots/mixtureEllipses.ts`.
 */
import { LatentlyError } from "../engine/error.js"

/** A matrix as rows. */
export type Matrix = readonly ArrayLike<number>[]

/** An ellipse: half axes, the longer first, and the angle of the longer one from the first axis, in (-π/2, π/2]. */
export interface Ellipse {
  readonly center: readonly [number, number]
  readonly halfAxes: readonly [number, number]
  readonly angle: number
}

/**
 * Where the Mahalanobis distance from the mean is `sigmas`: half axes sigmas·√λ for the eigenvalues
 * λ = (a + c)/2 ± √(((a - c)/2)² + b²) of [[a, b], [b, c]], angle ½·atan2(2b, a - c). At one sigma it holds 39.3% of the
 * probability, at two 86.5%.
 *
 * @throws LatentlyError `covariance` when the matrix is not symmetric or has a negative eigenvalue, or is not finite.
 * @example ellipseOf([0, 0], [[4, 0], [0, 1]], 2) // { center: [0, 0], halfAxes: [4, 2], angle: 0 }
 */
export const ellipseOf = (mean: ArrayLike<number>, covariance: Matrix, sigmas = 1): Ellipse => {
  const [a, b, other, c] = [0, 1, 2, 3].map((index) => covariance[index >> 1]![index & 1]!) as [
    number,
    number,
    number,
    number,
  ]
  const middle = (a + c) / 2
  const spread = Math.hypot((a - c) / 2, b)
  const scale = Math.max(Math.abs(a), Math.abs(c))
  if (!(Math.abs(b - other) <= 1e-4 * scale) || !(middle - spread >= -1e-6 * scale))
    throw new LatentlyError(
      "covariance",
      `an ellipse needs a symmetric covariance with no negative eigenvalue, got [[${a}, ${b}], [${other}, ${c}]]`,
    )
  return {
    center: [mean[0]!, mean[1]!],
    halfAxes: [sigmas * Math.sqrt(middle + spread), sigmas * Math.sqrt(Math.max(0, middle - spread))],
    angle: Math.atan2(2 * b, a - c) / 2,
  }
}

/**
 * Points around an ellipse, `count` of them, beginning at the end of the longer axis; the last does not repeat the first.
 *
 * @example outline({ center: [0, 0], halfAxes: [2, 1], angle: 0 }, 4) // [[2, 0], [0, 1], [-2, 0], [0, -1]]
 */
export const outline = ({ center, halfAxes, angle }: Ellipse, count = 96): [number, number][] => {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  return Array.from({ length: count }, (_, index) => {
    const turn = (2 * Math.PI * index) / count
    const [along, across] = [halfAxes[0] * Math.cos(turn), halfAxes[1] * Math.sin(turn)]
    return [center[0] + along * cosine - across * sine, center[1] + along * sine + across * cosine]
  })
}

/** The rows and columns of a covariance that belong to two dimensions: the marginal's covariance. */
export const marginalCovariance = (
  covariance: Matrix,
  [first, second]: readonly [number, number],
): number[][] => [first, second].map((row) => [covariance[row]![first]!, covariance[row]![second]!])
