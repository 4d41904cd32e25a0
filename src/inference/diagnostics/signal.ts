/**
 * The signal-to-noise ratio of a fit's gradient, tensor by tensor: how much of one step's gradient is its mean (Rainforth and
 * others 2018). Near 0 at an optimum, where the mean is 0; low far from it, steps are mostly noise. Next: `diagnose.ts`.
 */
import { sgd } from "../../engine/optimize.js"
import type { Plan } from "../plan.js"
import { byLeaf, gradientDraws } from "../proof/gradient-draws.js"
import { type BatchOption, batchPlan, type StepOptions, stepProgram } from "../step-program.js"

/** What decides the gradients. */
export interface Signalling {
  readonly batch?: BatchOption | undefined
  readonly particles?: number
  readonly objective?: StepOptions["objective"]
  readonly seed?: number
  /** The step to take them at, for objectives that change on the way. */
  readonly from: number
}

/** |E g| / √(Σ Var g) of one tensor's gradients, the noise of the mean taken off. */
export const ratioOf = (gradients: readonly Float64Array[]): number => {
  const draws = gradients.length
  let squares = 0
  let noise = 0
  for (let i = 0; i < gradients[0]!.length; i++) {
    const mean = gradients.reduce((sum, g) => sum + g[i]!, 0) / draws
    const variance = gradients.reduce((sum, g) => sum + (g[i]! - mean) ** 2, 0) / (draws - 1)
    squares += mean * mean - variance / draws
    noise += variance
  }
  return noise === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(Math.max(0, squares) / noise)
}

/** The ratio of each trained tensor at the plan's first values, over `draws` gradients. */
export const signalToNoise = (
  plan: Plan,
  draws: number,
  { batch, particles = 1, objective, seed = 0, from }: Signalling,
): Record<string, number> => {
  if (plan.leaves.length === 0) return {}
  const rows = batchPlan(plan, batch)
  const program = stepProgram(plan, { particles, objective, batch: rows, optimizer: sgd(1), seed })
  try {
    const gradients = gradientDraws(program, draws, { stepAt: (n) => from + n }).map((flat) =>
      byLeaf(plan.leaves, plan.initial, flat),
    )
    return Object.fromEntries(
      plan.leaves.map(({ name }) => [name, ratioOf(gradients.map((gradient) => gradient[name]!))]),
    )
  } finally {
    program.dispose()
  }
}
