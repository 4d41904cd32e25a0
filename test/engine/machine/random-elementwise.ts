/** Operations on each number by itself, for random programs: arithmetic, comparisons, choices. Next: `random-rearrangements.ts`. */
import { jointShape } from "../../../src/engine/machine/view.js"
import { sizeOf, type Tensor, tf } from "../../../src/engine/tensor.js"
import {
  all,
  bools,
  exactFloats,
  floats,
  integers,
  moved,
  type Operation,
  on,
  rounded,
  tooLarge,
} from "./random-choice.js"
import { type Chance, meet, type Value } from "./random-values.js"

/** A function of each number: its bound, and the largest number that it should get. */
const unary: readonly (readonly [(x: Tensor) => Tensor, (bound: number) => number, number?])[] = [
  [tf.tanh, () => 1],
  [tf.softplus, (b) => b + 1],
  [tf.sigmoid, () => 1],
  [tf.sin, () => 1],
  [tf.cos, () => 1],
  [tf.atan, () => 2],
  [tf.erf, () => 1],
  [tf.square, (b) => b * b, 6],
  [tf.exp, (b) => Math.exp(b), 3],
  [tf.expm1, (b) => Math.exp(b), 3],
  [tf.relu, (b) => b],
  [tf.abs, (b) => b],
  [tf.elu, (b) => b + 1],
  [(x) => tf.log1p(tf.square(x)), (b) => b],
  [(x) => tf.reciprocal(tf.add(tf.square(x), 1)), () => 1],
  [(x) => tf.sqrt(tf.add(tf.square(x), 1)), (b) => b + 1],
  [(x) => tf.clipByValue(x, -1, 1.5), (b) => b],
  [(x) => tf.mul(x, 0.5), (b) => b],
  [(x) => tf.add(tf.mul(x, 2), 1), (b) => 2 * b + 1],
  [(x) => tf.div(x, 1), (b) => b],
  [(x) => tf.sub(1, x), (b) => b + 1],
]

export const applyUnary = on(floats, (chance, { tensor, bound }) => {
  const [apply, boundOf, most = Number.POSITIVE_INFINITY] = chance.pick(unary)
  return bound > most ? undefined : [rounded(apply(tensor), boundOf(bound))]
})

type Binary = readonly [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number]

export const binary: readonly Binary[] = [
  [tf.add, (a, b) => a + b],
  [tf.sub, (a, b) => a + b],
  [tf.mul, (a, b) => a * b],
  [tf.maximum, Math.max],
  [tf.minimum, Math.max],
  [(a, b) => tf.square(tf.sub(a, b)), (a, b) => (a + b) ** 2],
  [(a, b) => tf.div(a, tf.add(tf.square(b), 1)), (a) => a],
  [(a, b) => tf.add(tf.mul(a, b), a), (a, b) => a * b + a],
]

export const wholeBinary: readonly Binary[] = [
  [tf.add, (a, b) => a + b],
  [tf.sub, (a, b) => a + b],
  [tf.mul, (a, b) => a * b],
  [tf.maximum, Math.max],
  [tf.minimum, Math.max],
]

/** Another value that broadcasts with one, or one made from it: a sum of some axes, a row of it, a number. */
const partner = (chance: Chance, value: Value, values: readonly Value[]): Value => {
  const { tensor } = value
  const fitting = values.filter(
    (other) =>
      other.tensor.dtype === tensor.dtype &&
      meet(other.tensor.shape, tensor.shape) &&
      sizeOf(jointShape([other.tensor.shape, tensor.shape])) <= tooLarge,
  )
  if (chance.happens(0.2) && tensor.rank > 0) {
    const axis = chance.below(tensor.rank)
    const size = tensor.shape[axis]!
    return moved(
      value,
      tf.slice(
        tensor,
        tensor.shape.map((_, i) => (i === axis ? chance.below(size) : 0)),
        tensor.shape.map((n, i) => (i === axis ? 1 : n)),
      ),
    )[0]!
  }
  return chance.pick(fitting)
}

export const applyBinary = (
  choose: (values: readonly Value[]) => Value[],
  table: readonly Binary[],
): Operation =>
  on(choose, (chance, a, values) => {
    const b = partner(chance, a, values)
    const [apply, boundOf] = chance.pick(table)
    const [left, right] = chance.happens(0.5) ? [a, b] : [b, a]
    const tensor = apply(left.tensor, right.tensor)
    return [{ tensor, bound: boundOf(left.bound, right.bound), exact: tensor.dtype === "int32" }]
  })

export const compare = on(
  (values) => [...exactFloats(values), ...integers(values)],
  (chance, a, values) => {
    const b = partner(
      chance,
      a,
      values.filter(({ exact }) => exact),
    )
    const apply = chance.pick([tf.greater, tf.less, tf.greaterEqual, tf.equal, tf.notEqual, tf.lessEqual])
    return [{ tensor: apply(a.tensor, b.tensor), bound: 1, exact: true }]
  },
)

export const logic = on(bools, (chance, a, values) => {
  const b = partner(chance, a, values)
  const tensor = chance.pick([
    () => tf.logicalAnd(a.tensor, b.tensor),
    () => tf.logicalOr(a.tensor, b.tensor),
    () => tf.logicalNot(a.tensor),
  ])()
  return [{ tensor, bound: 1, exact: true }]
})

export const choose = on(
  (values) => [...floats(values), ...integers(values)],
  (chance, a, values) => {
    const b = partner(chance, a, values)
    const conditions = bools(values).filter(
      ({ tensor }) =>
        meet(tensor.shape, a.tensor.shape) &&
        meet(tensor.shape, b.tensor.shape) &&
        sizeOf(jointShape([tensor, a.tensor, b.tensor].map(({ shape }) => shape))) <= tooLarge,
    )
    if (conditions.length === 0) return undefined
    const tensor = tf.where(chance.pick(conditions).tensor, a.tensor, b.tensor)
    return [{ tensor, bound: Math.max(a.bound, b.bound), exact: a.exact && b.exact }]
  },
)

export const cast = on(all, (chance, value) => {
  const dtype = chance.pick(["float32", "int32", "bool"] as const)
  return value.exact || dtype === "float32" ? moved(value, tf.cast(value.tensor, dtype)) : undefined
})
