/**
 * The elements of a discrete draw: the numbers (or one-hot vectors) that are drawn apart from each other given their parameters,
 * and for each of them the values that it did not take, with their probabilities. Next: `local-expectation.ts`.
 */
import type { Distribution } from "../distributions/distribution.js"
import { wrapping } from "../distributions/wrappers.js"
import type { Entry } from "../dsl/execute.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** A draw's elements, laid out as [rows, elements, parts of one]. */
export interface Elements {
  readonly rows: number
  /** In one row. */
  readonly count: number
  /** That one element can take. */
  readonly values: number
  readonly drawn: Tensor
  /** The `r`-th value after the drawn one, 1 ≤ r < values: what it is, and its probability [rows, elements] with its gradient. */
  other(r: number): { readonly value: Tensor; readonly probability: Tensor }
}

/** The family of one element, without `toEvent`, `expand` and `mask` around it: a mask leaves out densities, not draws. */
export const elementLaw = (dist: Distribution): Distribution => {
  const around = wrapping(dist)
  return around === undefined ? dist : elementLaw(around.inner)
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** Probabilities of all values of every element, [values, ...shape]. */
const probabilitiesOf = (law: Distribution, values: Tensor, shape: readonly number[]): Tensor => {
  const logs = law.logDensity(values)
  const [count, ...batch] = logs.shape as [number, ...number[]]
  const ones = shape.slice(batch.length).map(() => 1)
  return tf.exp(tf.broadcastTo(tf.reshape(logs, [count, ...ones, ...batch]), [count, ...shape]))
}

/** `x` with its first axis turned by `r`: what stood at k stands at k + r. */
const turned = (x: Tensor, r: number): Tensor => {
  const [before, after] = tf.split(x, [x.shape[0]! - r, r], 0) as [Tensor, Tensor]
  return tf.concat([after, before], 0)
}

/** The elements of an entry's draw, its first `depth` plates being the rows. */
export const elementsOf = (entry: Entry, depth: number): Elements => {
  const law = elementLaw(entry.dist!)
  const parts = product(law.eventShape)
  const { shape } = entry.value
  const apart = shape.slice(0, shape.length - law.eventShape.length)
  const rows = product(apart.slice(0, depth))
  const count = product(apart.slice(depth))
  const enumerated = law.enumerate()
  const values = enumerated.shape[0]!
  const drawn = tf.reshape(tf.cast(entry.value, "float32"), [rows, count, parts])
  const listed = tf.reshape(tf.cast(enumerated, "float32"), [values, 1, 1, parts])
  const taken = tf.cast(tf.all(tf.equal(listed, drawn), -1), "float32")
  const probabilities = tf.reshape(probabilitiesOf(law, enumerated, apart), [values, rows, count])
  return {
    rows,
    count,
    values,
    drawn,
    other: (r) => {
      const at = turned(taken, r)
      return {
        value: tf.sum(tf.mul(tf.expandDims(at, -1), listed), 0),
        probability: tf.sum(tf.mul(at, probabilities), 0),
      }
    },
  }
}
