/**
 * What a gradient is compared with: the exact gradient of the ELBO where it can be had, else the plain score function, else
 * what the caller knows. Next: `exact-gradient.ts` and `score-reference.ts`.
 */
import { programError } from "../../dsl/site-error.js"
import { type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import type { Plan } from "../plan.js"
import type { CheckGradientOptions, GradientCheck } from "./check-gradient.js"
import { exactElbo } from "./exact-gradient.js"
import { scoreGradients } from "./score-reference.js"
import { type Mean, meanOf } from "./z-score.js"

/** What the gradient is compared with: chosen by rule, the score function, an earlier check of these params, or values by param. */
export type GradientReference = "auto" | "score" | GradientCheck | Readonly<Record<string, TensorLike>>

/** The gradient's true mean in the leaves end to end, its standard errors where it is estimated, and what it is. */
export interface Reference {
  readonly exact: Float64Array
  readonly standardErrors: Float64Array | undefined
  readonly text: string
}

/** The mean of each number of the gradients. */
export const meansOf = (gradients: readonly Float64Array[]): Mean[] =>
  Array.from(gradients[0] ?? [], (_, i) => meanOf(gradients.map((gradient) => gradient[i]!)))

const byScore = (plan: Plan, draws: number, why: string): Reference => {
  const means = meansOf(scoreGradients(plan, draws))
  return {
    exact: Float64Array.from(means, ({ mean }) => mean),
    standardErrors: Float64Array.from(means, ({ standardError }) => standardError),
    text: `the score function on ${draws} pairs of whole runs${why}`,
  }
}

const byRule = (plan: Plan, draws: number): Reference => {
  const exact = exactElbo(plan)
  if ("refused" in exact) return byScore(plan, draws, ` (not exact: ${exact.refused})`)
  return {
    exact: exact.gradient,
    standardErrors: undefined,
    text: `exact ${exact.method}, ${exact.runs} run${exact.runs === 1 ? "" : "s"}`,
  }
}

const isCheck = (reference: object): reference is GradientCheck =>
  "maxAbsZ" in reference && "parameters" in reference

const given = (plan: Plan, values: Readonly<Record<string, TensorLike>>): Reference => {
  const parts = plan.leaves.map((leaf, i) => {
    const value = values[leaf.name]
    const size = plan.initial[i]!.size
    const numbers = value === undefined ? [] : tf.tidy(() => [...toTensor(value).dataSync()])
    if (numbers.length === size) return numbers
    throw programError(
      "bad-reference",
      `the reference has ${numbers.length} numbers for param '${leaf.name}', which has ${size}`,
      "give the exact gradient of every param by name, in unconstrained numbers",
    )
  })
  return { exact: Float64Array.from(parts.flat()), standardErrors: undefined, text: "values given" }
}

/** Objectives whose gradient is the ELBO's, which is what the references are of. */
const withElboGradient = new Set(["elbo", "stickingTheLanding"])

/** Throws where an objective's gradient is another and no reference was given. */
export const checkObjective = ({ objective, reference = "auto" }: CheckGradientOptions): void => {
  if (objective === undefined || typeof reference !== "string" || withElboGradient.has(objective.name)) return
  throw programError(
    "no-reference",
    `${objective.name} has another gradient than the ELBO, and no exact one is known`,
    "give reference: values by param, or an earlier check of an estimator of the same objective",
  )
}

/** The reference asked for, at the plan's params. */
export const referenceOf = (plan: Plan, wanted: GradientReference, draws: number): Reference => {
  if (wanted === "auto") return byRule(plan, draws)
  if (wanted === "score") return byScore(plan, draws, "")
  return isCheck(wanted) ? earlier(plan, wanted) : given(plan, wanted)
}

const earlier = (plan: Plan, check: GradientCheck): Reference => {
  const valuesOf = (name: string): number[] =>
    check.parameters.filter((parameter) => parameter.name === name).map(({ exact }) => exact)
  const found = given(plan, Object.fromEntries(plan.leaves.map(({ name }) => [name, valuesOf(name)])))
  return { ...found, text: `${check.reference}, from an earlier check` }
}
