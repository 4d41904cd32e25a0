/**
 * `em`: expectation-maximization (Dempster, Laird and Rubin 1977) for models with discrete latents in one plate. The E-step
 * is exact, by summing. The M-step is in closed form where the model offers one, else by gradients (`em-gradient.ts`, read
 * next). Left out: E-steps by a guide (`variational-em.ts`).
 */
import type { ArgumentsOf, Program, Values } from "../dsl/types.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { closedFormOf } from "./closed-form.js"
import { iterate, prepare, type SettledEm, summed } from "./em-gradient.js"
import { constrain } from "./leaves.js"
import { tidied } from "./posterior-sum.js"

/** Options of `em`. */
export interface EmOptions {
  /** EM iterations at the most; 200 by default. */
  readonly iterations?: number
  /** Stops when the log-likelihood rose by less than this, in nats; 1e-4 by default. */
  readonly tolerance?: number
  /** Gradient steps in an M-step without a closed form; 20 by default. */
  readonly steps?: number
  readonly learningRate?: number
  readonly seed?: number
  readonly initial?: Readonly<Record<string, Tensor>>
}

/** What `em` gives: the params, and a log-likelihood that never fell. */
export interface EmFit<V = Readonly<Record<string, Tensor>>> {
  readonly status: "converged" | "exhausted" | "failed"
  readonly reason: string
  readonly params: V
  /** log p(x) in nats after each iteration, the start first. */
  readonly history: readonly number[]
  readonly logLikelihood: number
  /** p(k | x) at the end: [values, ...rows]. */
  readonly responsibilities: Tensor
  /** "closed form" or "gradient". */
  readonly maximization: "closed form" | "gradient"
}

/**
 * Maximum likelihood by EM with an exact E-step.
 * @throws ModelError where a latent has no finite list of values, or latents stand in different plates.
 * @example const { params, logLikelihood } = em(gaussianMixture({ components: 2 }), [points])
 */
export const em = <P extends Program<any>>(
  model: P,
  args: ArgumentsOf<P>,
  options: EmOptions = {},
): EmFit<Values<P, "param">> => {
  const exact = closedFormOf(model)
  if (exact !== undefined) return exact(args, options) as EmFit<Values<P, "param">>
  const settled: SettledEm = {
    iterations: 200,
    tolerance: 1e-4,
    steps: 20,
    learningRate: 0.02,
    seed: 0,
    ...options,
  }
  const program = summed(model)
  const prepared = scoped(() => prepare(program, args, settled))
  const { values, expected, history, status, reason } = iterate(program, args, prepared, settled)
  const params = Object.fromEntries(
    prepared.leaves.map((leaf, i) => [
      leaf.name,
      tf.keep(tf.tidy(() => tf.clone(constrain(leaf, values[i]!)))),
    ]),
  )
  const responsibilities = tf.keep(tf.tidy(() => tidied(expected.responsibilities, prepared.depth)))
  tf.dispose([...values, ...prepared.initial, expected.responsibilities])
  return {
    status,
    reason,
    params: params as Values<P, "param">,
    history,
    logLikelihood: history[history.length - 1]!,
    responsibilities,
    maximization: "gradient",
  }
}
