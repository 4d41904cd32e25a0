/**
 * Exact EM for a mixture of Gaussians, full covariance, in double precision. Timed between the callbacks of fits, so that
 * what is done once (checks, layout, scores) stays out, as the peers' difference of two fits does.
 */
import { fitGaussianMixture } from "../../src/models/exact/gaussian-mixture.js"
import type { MixtureProgress } from "../../src/models/exact/mixture-options.js"
import type { PackedRows } from "../../src/models/exact/rows.js"
import type { Open } from "../task.js"
import { doublesOf, sizeOf } from "./read.js"

/** The iteration whose log-likelihood every side tells. */
const compared = 20

/** One fit of so many iterations; a fit that reaches its fixed point, where rounding alone moves it, ends early. */
const fitOnce = (rows: PackedRows, components: number, iterations: number) => {
  let [total, steps, last, logLikelihood] = [0, 0, Number.NaN, Number.NaN]
  const onIteration = ({ iteration, logLikelihood: value }: MixtureProgress): void => {
    const now = performance.now()
    if (iteration > 0) [total, steps] = [total + now - last, steps + 1]
    if (iteration < compared) logLikelihood = value
    last = now
  }
  const initial = { means: rows.data.slice(0, components * rows.dimension) }
  fitGaussianMixture(rows, { components, tolerance: 0, maxIterations: iterations, initial, onIteration })
  return { total, steps, logLikelihood }
}

export const openEm: Open = (request) => {
  const { values, shape } = doublesOf(request, "x")
  const rows: PackedRows = { data: values, count: shape[0]!, dimension: shape[1]! }
  const components = sizeOf(request, "components")
  const iterations = sizeOf(request, "iterations")
  const { logLikelihood } = fitOnce(rows, components, compared + 1)
  const timed = (milliseconds: number): number => {
    let [total, steps] = [0, 0]
    for (const start = performance.now(); steps === 0 || performance.now() - start < milliseconds; ) {
      const once = fitOnce(rows, components, iterations)
      total += once.total
      steps += once.steps
    }
    return total / steps
  }
  return {
    facts: { logLikelihood: logLikelihood / shape[0]! },
    modes: { iteration: timed },
    close: () => undefined,
  }
}
