/**
 * The path from a model's prior to its posterior, log p(u) + β log p(x | u), over a latent space, row by row where the latents
 * fall apart into rows: its values and its gradient at a point. Next: `annealed-importance.ts`.
 */
import { plateScale } from "../../dsl/plate-frame.js"
import type { Term } from "../../dsl/sum-product.js"
import { withChecks } from "../../engine/checks.js"
import { compileFunction } from "../../engine/compiled-function.js"
import type { Key } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { forgetting, type PriorPlan } from "../prior.js"
import { type LatentSpace, latentSpace } from "./latent-space.js"

/** Where a point stands on the path. */
export interface Standing {
  readonly point: Float64Array
  /** log p(u) of each row, volumes counted. */
  readonly prior: Float64Array
  /** log p(x | u) of each row; -Infinity where it is impossible. */
  readonly likelihood: Float64Array
  /** Of log p(u) + β log p(x | u). */
  readonly gradient: Float64Array
}

/** A path of densities. */
export interface Tempered {
  readonly space: LatentSpace
  /** Of noise that stands for data, the same along the whole path. */
  readonly noise: Key
  readonly rows: number
  /** The row of each coordinate. */
  readonly rowOf: Int32Array
  at(point: Float64Array, weight: number): Standing
  /** Terms that no latent enters. */
  outside(): number
  dispose(): void
}

const rowsOfPoint = (space: LatentSpace, rows: number): Int32Array => {
  const rowOf = new Int32Array(space.size)
  for (const { from, size } of space.sites)
    for (let i = 0; i < size; i++) rowOf[from + i] = Math.floor((i * rows) / size)
  return rowOf
}

const isInside = (term: Term, plate: string | undefined): boolean =>
  plate === undefined || term.plates[0]?.name === plate

/** Terms added up to one number a row. */
const inRows = (terms: readonly Term[], rows: number): Tensor =>
  terms
    .map((term) =>
      tf.mul(tf.sum(tf.reshape(term.value, [rows, -1]), 1), term.scale * plateScale(term.plates)),
    )
    .reduce((a, b) => tf.add(a, b), tf.zeros([rows]))

/** In one row, a plate's rows are summed with everything else. */
const gathered = (terms: readonly Term[], plate: string | undefined, rows: number): Tensor =>
  inRows(
    terms.filter((term) => isInside(term, plate)),
    rows,
  )

/** The path of a model from its prior. */
export const temperedOf = ({ model, plan }: PriorPlan, key: Key): Tempered => {
  const param = (): never => {
    throw new Error("every param of a prior's plan is held")
  }
  const space = latentSpace(model, plan.args, { key, param })
  const prior = latentSpace(forgetting(model), plan.args, { key, param })
  const plate = plan.rows?.plate
  const rows = plate === undefined ? 1 : plan.sizes.get(plate)!
  const evaluate = compileFunction(([point, weight]) =>
    withChecks(false, () => {
      const parts = (u: Tensor): [Tensor, Tensor] => {
        const before = gathered(prior.terms(u, plan.args), plate, rows)
        return [before, tf.sub(gathered(space.terms(u, plan.args), plate, rows), before)]
      }
      const log = (u: Tensor): Tensor => {
        const [before, likelihood] = parts(u)
        return tf.sum(tf.add(before, tf.mul(tf.reshape(weight!, []), likelihood)))
      }
      return [...parts(point!), tf.grad(log)(point!)]
    }),
  )
  const at = (point: Float64Array, weight: number): Standing =>
    scoped(() => {
      const results = evaluate([tf.tensor1d(Float32Array.from(point)), tf.tensor1d([weight])])
      const [before, likelihood, gradient] = results.map((result) => Float64Array.from(result.dataSync()))
      return {
        point,
        prior: before!,
        likelihood: likelihood!.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value)),
        gradient: gradient!,
      }
    })
  const outside = (): number =>
    scoped(() => {
      const terms = withChecks(false, () => space.terms(tf.zeros([space.size]), plan.args))
      return inRows(
        terms.filter((term) => !isInside(term, plate)),
        1,
      ).dataSync()[0]!
    })
  return {
    space,
    noise: key,
    rows,
    rowOf: rowsOfPoint(space, rows),
    at,
    outside,
    dispose: () => evaluate.dispose(),
  }
}
