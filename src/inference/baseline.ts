/**
 * Baselines of score-function sites: what is subtracted from a draw's cost so that its gradient varies less, never a
 * function of the draw itself. One draw a step: a running average of earlier steps' costs (Mnih and Gregor 2014). Several
 * draws: the mean cost of the others (leave-one-out; Kool, van Hoof and Welling 2019). Next: `step-program.ts`.
 */
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Credit, scoreSurrogate } from "./elbo.js"

/** A surrogate to add to the ELBO (undefined where no site needs one), and the baselines after this step. */
export interface Credited {
  readonly surrogate: Tensor | undefined
  readonly state: readonly Tensor[]
}

/** How much of the running average each step keeps. */
const kept = 0.9

const total = (parts: readonly Tensor[]): Tensor | undefined =>
  parts.length === 0 ? undefined : parts.reduce((a, b) => tf.add(a, b))

/** The average so far, 0 before the first step: state is [Σ 0.9^age · cost, Σ 0.9^age]. */
const averageOf = (state: Tensor): Tensor => {
  const [sum, weight] = tf.unstack(state) as [Tensor, Tensor]
  return tf.divNoNan(sum, weight)
}

const carriedOn = (state: Tensor, cost: Tensor): Tensor =>
  tf.add(tf.mul(state, kept), tf.mul(tf.stack([tf.mean(cost), tf.scalar(1)]), 1 - kept))

/** One run a step: each site against its running average. */
export const averageBaselines = (credits: readonly Credit[], carried: readonly Tensor[]): Credited => ({
  surrogate: total(credits.map((credit, i) => scoreSurrogate(credit, averageOf(carried[i]!)))),
  state: credits.map((credit, i) => stopGradient(carriedOn(carried[i]!, credit.cost))),
})

const others = (costs: readonly Tensor[], own: number): Tensor =>
  tf.div(
    costs.filter((_, i) => i !== own).reduce((a, b) => tf.add(a, b)),
    costs.length - 1,
  )

/** Several runs a step: each run's cost against the mean of the other runs'. */
export const leaveOneOut = (runs: readonly (readonly Credit[])[]): Credited => {
  const parts = runs.flatMap((credits, run) =>
    credits.map((credit, site) =>
      scoreSurrogate(
        credit,
        others(
          runs.map((other) => other[site]!.cost),
          run,
        ),
      ),
    ),
  )
  const surrogate = total(parts)
  return { surrogate: surrogate && tf.div(surrogate, runs.length), state: [] }
}

/** One run over `copies` of the rows: each copy's cost against the mean of the other copies' of the same row. */
export const leaveOneOutCopies = (credits: readonly Credit[], copies: number): Credited => ({
  surrogate: total(
    credits.map((credit) => {
      const { shape } = credit.cost
      const apart = tf.reshape(credit.cost, [copies, shape[0]! / copies, ...shape.slice(1)])
      const rest = tf.div(tf.sub(tf.sum(apart, 0, true), apart), copies - 1)
      return scoreSurrogate(credit, tf.reshape(rest, shape))
    }),
  ),
  state: [],
})
