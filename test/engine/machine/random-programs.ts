/** Random functions of tensors: what they do depends on the seed and on shapes. Next: `random-programs.test.ts`. */
import type { TensorFunction } from "../../../src/engine/compiled-function.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import { applyAny } from "./random-operations.js"
import {
  type Chance,
  createChance,
  randomShape,
  randomSizes,
  randomTensor,
  type Value,
} from "./random-values.js"

/** A function and what to call it with. */
export interface RandomProgram {
  readonly f: TensorFunction
  readonly inputs: () => Tensor[]
}

/** Values from values, by so many operations. */
export const grow = (chance: Chance, given: readonly Value[], count: number): Value[] => {
  const values = [...given]
  for (let i = 0; i < count; i++) values.push(...applyAny(chance, values))
  return values
}

const asValue = (tensor: Tensor): Value => ({ tensor, bound: tensor.dtype === "int32" ? 6 : 2, exact: true })

const asPassable = ({ tensor }: Value): Tensor =>
  tensor.dtype === "bool" ? tf.cast(tensor, "int32") : tensor

/** A sum of means of values of float32, and of the inputs, so that each of them has a gradient. */
export const lossOf = (chance: Chance, inputs: readonly Tensor[], values: readonly Value[]): Tensor => {
  const floats = values.filter(({ tensor }) => tensor.dtype === "float32")
  const some = Array.from({ length: 1 + chance.below(3) }, () => chance.pick(floats.slice(-6)))
  const terms = [
    ...some.map(({ tensor }) => tf.mul(tf.sum(tf.sin(tensor)), 1 / Math.sqrt(tensor.size))),
    ...inputs.map((x) => tf.mul(tf.sum(x), 0.125)),
  ]
  return terms.reduce((sum, term) => tf.add(sum, term))
}

const gradients = (seed: number, inputs: readonly Tensor[], count: number): Tensor[] => {
  const floats = inputs.filter(({ dtype }) => dtype === "float32")
  if (floats.length === 0) return []
  const loss = (...given: Tensor[]): Tensor => {
    const rest = [...given]
    const all = inputs.map((x) => (x.dtype === "float32" ? rest.shift()! : x))
    const chance = createChance(seed)
    return lossOf(chance, given, grow(chance, all.map(asValue), count))
  }
  return tf.grads(loss)(floats)
}

/** The program of a seed: some values it computes, and in every second one the gradients of some of them. */
export const randomProgram = (seed: number): RandomProgram => {
  const chance = createChance(seed)
  const large = chance.happens(0.15)
  const sizes = randomSizes(chance, large)
  const specs = Array.from({ length: 1 + chance.below(4) }, () => ({
    shape: randomShape(chance, sizes),
    dtype: chance.happens(0.75) ? ("float32" as const) : ("int32" as const),
  }))
  const count = 2 + chance.below(large ? 12 : 22)
  const differentiates = chance.happens(0.5)
  const inputSeed = chance.below(2 ** 30)
  const bodySeed = chance.below(2 ** 30)
  const f: TensorFunction = (inputs) => {
    const body = createChance(bodySeed)
    const values = grow(body, inputs.map(asValue), count)
    const last = values.slice(-5)
    const results = Array.from({ length: 1 + body.below(4) }, () =>
      body.pick(body.happens(0.7) ? last : values),
    )
    return [...results.map(asPassable), ...(differentiates ? gradients(bodySeed, inputs, count) : [])]
  }
  const inputs = (): Tensor[] => {
    const numbers = createChance(inputSeed)
    return specs.map(({ shape, dtype }) => randomTensor(numbers, shape, dtype))
  }
  return { f, inputs }
}
