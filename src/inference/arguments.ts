/** A program's arguments taken apart into tensors and put together again, so that a step can be a function of tensors. */
import { programError } from "../dsl/site-error.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** The tensors of a list of arguments, and the way back. */
export interface TakenApart {
  readonly tensors: readonly Tensor[]
  rebuild(tensors: readonly Tensor[]): readonly any[]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Finds tensors among the arguments and one level down in records and arrays; everything else is passed as it is. */
export const takeApart = (args: readonly any[]): TakenApart => {
  if (!Array.isArray(args))
    throw programError(
      "arguments",
      "the arguments are not an array",
      "pass them as an array: fit(model, guide, [data], { … })",
    )
  const tensors: Tensor[] = []
  const walk = (value: unknown): ((given: readonly Tensor[]) => unknown) => {
    if (value instanceof tf.Tensor) {
      const at = tensors.push(value) - 1
      return (given) => given[at]
    }
    if (Array.isArray(value) && value.some((item) => item instanceof tf.Tensor)) {
      const items = value.map(walk)
      return (given) => items.map((item) => item(given))
    }
    if (isRecord(value)) {
      const fields = Object.entries(value).map(([key, item]) => [key, walk(item)] as const)
      return (given) => Object.fromEntries(fields.map(([key, item]) => [key, item(given)]))
    }
    return () => value
  }
  const builders = args.map(walk)
  return { tensors, rebuild: (given) => builders.map((build) => build(given)) }
}
