/** Neural spline couplings. Next: `planar.ts`. */
import { conditioner } from "./conditioner.js"
import { coupling, staying } from "./coupling.js"
import type { LayerMaker } from "./flow.js"
import { rationalQuadratic } from "./rational-quadratic.js"

/** Bins of a spline, and how far from 0 it reaches. */
export interface SplineOptions {
  readonly bins?: number
  readonly bound?: number
}

/**
 * A neural spline coupling: each entry of the second half moves along a monotone rational-quadratic spline whose knots come from
 * the first half (Durkan et al. 2019). Log-determinant: the sum of the splines' log-slopes.
 */
export const splineCoupling = (hidden: number, { bins = 8, bound = 5 }: SplineOptions = {}): LayerMaker =>
  function* (name, size) {
    const keeps = staying(size)
    const kind = rationalQuadratic(bins, bound)
    const decide = yield* conditioner(name, keeps, kind.parameters * (size - keeps), hidden)
    return coupling("spline coupling", size, kind, decide)
  }
