/**
 * The signal-to-noise ratio of a fit's gradient, tensor by tensor: how much of one step's gradient is its mean (Rainforth and
 * others 2018). Near 0 at an optimum, where the mean is 0; low far from it, steps are mostly noise. Next: `diagnose.ts`.
 */
import { sgd } from "../../engine/optimize.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { unconstrain } from "../leaves.js"
import type { Plan } from "../plan.js"
import { byLeaf, gradientDraws } from "../proof/gradient-draws.js"
import { stepProgram } from "../step-program.js"

/** |E g| / √(Σ Var g) of one tensor's gradients, the noise of the mean taken off. */
const ratioOf = (gradients: readonly Float64Array[]): number => {
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

/** The ratio of each trained tensor at the given params, over `draws` gradients of one draw and `batch` rows each. */
export const signalToNoise = (
  plan: Plan,
  params: Readonly<Record<string, Tensor>>,
  draws: number,
  batch: number | undefined,
): Record<string, number> => {
  const initial = plan.leaves.map((leaf) =>
    tf.keep(tf.tidy(() => tf.clone(unconstrain(leaf, params[leaf.name]!)))),
  )
  const plate = plan.plates.length === 1 ? plan.plates[0] : undefined
  const program = stepProgram(
    { ...plan, initial },
    {
      particles: 1,
      batch:
        plate !== undefined && batch !== undefined && batch < plate.size
          ? { plate: plate.name, size: batch, count: plate.size }
          : undefined,
      optimizer: sgd(1),
      seed: 0,
    },
  )
  try {
    const gradients = gradientDraws(program, draws).map((flat) => byLeaf(plan.leaves, initial, flat))
    return Object.fromEntries(
      plan.leaves.map(({ name }) => [name, ratioOf(gradients.map((gradient) => gradient[name]!))]),
    )
  } finally {
    program.dispose()
    tf.dispose(initial)
  }
}
