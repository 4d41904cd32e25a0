/**
 * Where a question about fitted programs starts: `evaluate`, `predict`, `importance` and the EM loops all run a model and
 * a guide at fixed params. This file gets them there: a plan, and answers for the params. Next: `evaluate.ts`.
 */
import type { Site } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { Program } from "../dsl/types.js"
import { type Key, toKey } from "../engine/random.js"
import { scoped, type Tensor, type TensorLike, tf, toTensor } from "../engine/tensor.js"
import type { Fit } from "./fit-result.js"
import { type Plan, type ProbedRows, planOf } from "./plan.js"

/** Params by name: a fit's `params`, or values of one's own. */
export type Params = Readonly<Record<string, TensorLike>>

/** A model, its guide, and their params. */
export interface Question {
  readonly plan: Plan
  readonly param: (site: Site) => Tensor
}

/** Answers params by name; a name that has none is an error, never a first value in silence. */
export const answersFrom =
  (params: Params) =>
  (site: Site): Tensor => {
    const value = params[site.name]
    if (value !== undefined) return toTensor(value)
    throw programError(
      "missing-param",
      `param '${site.name}' has no value`,
      "pass the fit's params, { ...fitted.params }, or a value for each param by name",
    )
  }

/** What can be asked: a fit of `fit`, or of `variationalEm`. */
export type Fitted = Pick<Fit<any>, "plan" | "params">

/** A question about a finished fit, on other data if given. The caller disposes `plan.initial`. */
export const questionOf = (
  { plan, params }: Fitted,
  args: readonly any[] | undefined,
  key: Key,
  probed?: ProbedRows,
): Question => ({
  plan: args === undefined ? plan : planAt(plan.model, plan.guide, args, params, key, probed),
  param: answersFrom(params),
})

/** The plan of programs on data at given params. */
export const planAt = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  params: Params,
  key: Key,
  probed?: ProbedRows,
): Plan =>
  scoped(() => {
    const given = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, toTensor(value)]))
    const plan = planOf(model, guide, args, key, given, probed)
    tf.dispose([...plan.initial])
    return plan
  })

/** A key from an option, 0 by default. */
export const keyOf = (seed: number | undefined): Key => toKey(seed ?? 0)
