/**
 * `checkGradient`: is the gradient that a fit uses unbiased? Many gradients of the very step, against the exact gradient of
 * the ELBO or an estimator of another kind. Left out: whether it varies too much (`../diagnostics/diagnose.ts`).
 */
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../../dsl/types.js"
import { sgd } from "../../engine/optimize.js"
import { toKey } from "../../engine/random.js"
import { scoped, type Tensor, type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import { type Plan, planOf, withDrawnKl } from "../plan.js"
import { type BatchOption, batchPlan, type StepOptions, stepProgram } from "../step-program.js"
import { gradientDraws } from "./gradient-draws.js"
import {
  checkObjective,
  type GradientReference,
  meansOf,
  type Reference,
  referenceOf,
} from "./gradient-reference.js"
import { reportOf } from "./gradient-report.js"
import { type DisposableStep, varianceShares } from "./variance-share.js"
import { largestAllowed, normalDeviate } from "./z-score.js"

/** One number of one trained tensor, on the unconstrained side where the optimizer moves it. */
export interface CheckedParameter {
  readonly name: string
  /** Its place in the tensor, in row-major order. */
  readonly index: number
  /** The mean of the gradients drawn: d ELBO / d this number. */
  readonly mean: number
  /** What it should be: the reference. */
  readonly exact: number
  /** Of the mean less the reference. */
  readonly standardError: number
  /** How many standard errors apart they are, few draws and float32 rounding allowed for. */
  readonly z: number
}

/** The verdict on a gradient; `toString()` prints it. */
export interface GradientCheck {
  /** Whether every |z| is below `limit`. */
  readonly ok: boolean
  readonly parameters: readonly CheckedParameter[]
  readonly maxAbsZ: number
  /** Σ z²: about as many as there are parameters, where they do not move together. */
  readonly sumOfSquares: number
  /** 4.5, or more where there are so many parameters that one would pass it by chance once in 1,000 checks. */
  readonly limit: number
  readonly draws: number
  /** The share of the gradient's variance behind each latent's draw, and behind the choice of rows: "(rows)". */
  readonly varianceShare: Readonly<Record<string, number>>
  /** What the gradient was compared with, in words. */
  readonly reference: string
  toString(): string
}

/** Options of `checkGradient`; those of a step are as in `fit`. */
export interface CheckGradientOptions {
  readonly batch?: BatchOption
  readonly particles?: number
  readonly divergence?: "closed" | "drawn"
  readonly seed?: number
  /** How many gradients are drawn; 200 by default. Standard errors fall with their square root. */
  readonly draws?: number
  /** Where to check: values of params by name, as in `fit`'s `initial`. Their first values by default. */
  readonly params?: Readonly<Record<string, TensorLike>>
  readonly reference?: GradientReference
  /** Gradients for each source and setting of the variance shares; 16 by default, 0 leaves them out. */
  readonly varianceDraws?: number
  /** An objective in place of the ELBO; where its gradient is another, the reference must be given. */
  readonly objective?: StepOptions["objective"]
  /** Makes the step under test, in place of `fit`'s own: for tests that plant a fault. */
  readonly program?: (plan: Plan, options: StepOptions) => DisposableStep
}

/** Sums over rows in float32 are good to about this share of the gradient's size. */
const rounding = 5e-5

const rootMeanSquare = (numbers: Float64Array): number =>
  Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / Math.max(1, numbers.length))

const judged = (plan: Plan, gradients: readonly Float64Array[], reference: Reference): CheckedParameter[] => {
  const size = rootMeanSquare(reference.exact)
  const means = meansOf(gradients)
  const places = plan.leaves.flatMap((leaf, i) =>
    Array.from({ length: plan.initial[i]!.size }, (_, index) => ({ name: leaf.name, index })),
  )
  return places.map((place, i) => {
    const { mean, standardError: drawn } = means[i]!
    const exact = reference.exact[i]!
    const standardError = Math.hypot(drawn, reference.standardErrors?.[i] ?? 0)
    const allowed = Math.hypot(standardError, rounding * (Math.abs(exact) + size))
    const t = allowed === 0 ? 0 : (mean - exact) / allowed
    // only the drawn part of the error is known from few draws: Welch and Satterthwaite's degrees of freedom
    const degrees = Math.min(1e6, ((gradients.length - 1) * allowed ** 4) / drawn ** 4)
    return { ...place, mean, exact, standardError, z: normalDeviate(t, degrees) }
  })
}

const settledPlan = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  options: CheckGradientOptions,
): Plan =>
  scoped(() => {
    const first = Object.entries(options.params ?? {}).map(([name, value]): [string, Tensor] => [
      name,
      toTensor(value),
    ])
    const plan = planOf(model, guide, args, toKey(options.seed ?? 0), Object.fromEntries(first))
    return options.divergence === "drawn" ? withDrawnKl(plan) : plan
  })

/**
 * Tests that the gradient a fit would use is unbiased: draws it many times at fixed params and compares its mean with the
 * exact gradient of the ELBO (a sum over finite latents, quadrature over those of one or two dimensions), else with the
 * plain score function. Batches, particles, masks and scales are those of the fit.
 *
 * A fault of 1 % of a gradient is found where the standard error is below 0.2 % of it. A plate of many equal rows makes one
 * gradient count as many draws.
 * @throws ModelError as `fit` does, and for a reference that does not fit the params.
 * @example
 * const check = checkGradient(coin, guide, [flips], { draws: 500 })
 * if (!check.ok) console.log(String(check))
 */
export const checkGradient = <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: CheckGradientOptions = {},
): GradientCheck => {
  checkObjective(options)
  const plan = settledPlan(model, guide, args, options)
  const draws = options.draws ?? 200
  const make = (of: Plan): DisposableStep =>
    (options.program ?? stepProgram)(of, {
      particles: options.particles ?? 1,
      batch: batchPlan(of, options.batch),
      optimizer: sgd(1),
      seed: options.seed ?? 0,
      objective: options.objective,
    })
  const program = make(plan)
  try {
    const reference = referenceOf(plan, options.reference ?? "auto", draws)
    const parameters = judged(plan, gradientDraws(program, draws), reference)
    const shares = options.varianceDraws === 0 ? {} : varianceShares(plan, make, options.varianceDraws ?? 16)
    return verdict(parameters, draws, shares, reference.text)
  } finally {
    program.dispose()
    tf.dispose([...plan.initial])
  }
}

const verdict = (
  parameters: readonly CheckedParameter[],
  draws: number,
  varianceShare: Readonly<Record<string, number>>,
  reference: string,
): GradientCheck => {
  const maxAbsZ = parameters.reduce(
    (most, { z }) => Math.max(most, Number.isNaN(z) ? Infinity : Math.abs(z)),
    0,
  )
  const limit = largestAllowed(parameters.length)
  const check = {
    ok: maxAbsZ < limit,
    parameters,
    maxAbsZ,
    sumOfSquares: parameters.reduce((sum, { z }) => sum + z * z, 0),
    limit,
    draws,
    varianceShare,
    reference,
  }
  return { ...check, toString: () => reportOf(check) }
}
