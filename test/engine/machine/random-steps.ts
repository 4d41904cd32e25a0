/** Random training steps: what state becomes is kept, changed places, another tensor seen differently, or computed. */
import {
  adam,
  clipNorm,
  clipValue,
  momentum,
  type Optimizer,
  rmsProp,
  sgd,
} from "../../../src/engine/optimize.js"
import type { StepProgram } from "../../../src/engine/step.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { grow, lossOf } from "./random-programs.js"
import {
  type Chance,
  createChance,
  randomShape,
  randomSizes,
  randomTensor,
  type Value,
} from "./random-values.js"

const optimizers: readonly (() => Optimizer)[] = [
  () => sgd(0.1),
  () => momentum(0.02),
  () => rmsProp(0.01, { momentum: 0.5 }),
  () => rmsProp(0.01),
  () => adam(0.01),
  () => clipNorm(1, adam(0.01)),
  () => clipNorm(0.5, sgd(0.1)),
  () => clipValue(0.1, momentum(0.02)),
]

/** Numbers for one slot from those there are of its shape: as they are, turned around, mixed with its own, or new. */
const nextState = (chance: Chance, own: Tensor, values: readonly Value[]): Tensor => {
  const small = own.dtype === "int32" ? 6 : 2
  const alike = values.filter(
    ({ tensor, bound }) =>
      tensor.dtype === own.dtype && `${tensor.shape}` === `${own.shape}` && bound <= small,
  )
  const other = chance.pick(chance.happens(0.5) ? alike.slice(-2) : alike)?.tensor ?? own
  const ways: readonly (() => Tensor)[] = [
    () => own,
    () => other,
    () => other,
    () => (own.rank > 0 ? tf.reverse(other, chance.below(own.rank)) : other),
    () => (own.rank === 2 && own.shape[0] === own.shape[1] ? tf.transpose(other) : other),
    () =>
      own.dtype === "int32"
        ? tf.sub(tf.scalar(1, "int32"), own)
        : tf.add(tf.mul(own, 0.75), tf.mul(other, 0.25)),
    () => (own.dtype === "int32" ? tf.maximum(own, other) : tf.tanh(tf.add(own, other))),
    () => tf.zerosLike(own),
    () => (own.rank > 0 && own.dtype === "float32" ? tf.add(tf.mul(own, 0), tf.mean(other, [0], true)) : own),
  ]
  return chance.pick(ways)()
}

const exactly = (tensor: Tensor): Value => ({ tensor, bound: tensor.dtype === "int32" ? 6 : 2, exact: true })

/** What has the same shape for any number of rows, so that a short last batch has the same results. */
const ofRows = ([rows, constant, numbers]: readonly Tensor[]): Value[] =>
  [constant!, tf.slice(rows!, [0, 0], [1, -1]), tf.max(numbers!), tf.slice(numbers!, [0], [1])].map(exactly)

/** One number from values of which some have as many rows as there are. */
const perRow = (chance: Chance, values: readonly Value[]): Tensor => {
  const floats = grow(chance, values, 5).filter(({ tensor }) => tensor.dtype === "float32")
  return tf.mean(tf.tanh(floats.at(-1)!.tensor))
}

/** The step program of a seed. Rows are all of a batched tensor's, some of them, or a short last batch. */
export const randomStep = (seed: number): StepProgram => {
  const chance = createChance(seed)
  const sizes = randomSizes(chance, chance.happens(0.1))
  const tensorOf = (dtype: "float32" | "int32", given = randomShape(chance, sizes, 40_000)): Tensor =>
    randomTensor(chance, given, dtype)
  const shapes = Array.from({ length: 2 }, () => randomShape(chance, sizes, 40_000))
  const shape = (): number[] =>
    chance.happens(0.7) ? chance.pick(shapes) : randomShape(chance, sizes, 40_000)
  const parameters = Array.from({ length: 1 + chance.below(4) }, () => tensorOf("float32", shape()))
  const state = Array.from({ length: chance.below(5) }, () =>
    tensorOf(chance.happens(0.8) ? "float32" : "int32", shape()),
  )
  const rows = 3 + chance.below(9)
  const size = 1 + chance.below(rows)
  const resident = [
    tensorOf("float32", [rows, chance.pick(sizes)]),
    tensorOf("float32", shape()),
    tensorOf("int32", [rows]),
  ]
  const optimizer = chance.pick(optimizers)()
  const count = 1 + chance.below(14)
  const bodySeed = chance.below(2 ** 30)
  return {
    parameters,
    state,
    resident,
    ...(chance.happens(0.7) ? { batch: { size, count: rows, inputs: [0, 2] } } : {}),
    optimizer,
    seed,
    objective: (parametersNow, stateNow, rowsNow, step) => {
      const body = createChance(bodySeed)
      const carried = [...parametersNow, ...stateNow].map((tensor) => ({
        tensor,
        bound: tensor.dtype === "int32" ? 6 : 2,
        exact: tensor.dtype === "int32",
      }))
      const seen = ofRows(rowsNow)
      const counter = { tensor: tf.mul(tf.cast(step, "float32"), 0.25), bound: 2, exact: true }
      const values = grow(body, [...carried, ...seen, counter], count)
      const loss = tf.add(
        lossOf(body, parametersNow, values),
        perRow(createChance(bodySeed + 1), [...carried, ...rowsNow.map(exactly)]),
      )
      const next = stateNow.map((own) => nextState(body, own, values))
      const outputs = Array.from({ length: body.below(3) }, () =>
        tf.mean(tf.cast(body.pick(values).tensor, "float32")),
      )
      return {
        loss,
        state:
          body.happens(0.2) && next.length > 1 ? next.map((t, i) => swapped(stateNow, next, i) ?? t) : next,
        outputs,
      }
    },
  }
}

/** The neighbour's old numbers, where they fit. */
const swapped = (state: readonly Tensor[], next: readonly Tensor[], i: number): Tensor | undefined => {
  const other = state[i ^ 1]
  const own = next[i]!
  return other?.dtype === own.dtype && `${other.shape}` === `${own.shape}` ? other : undefined
}
