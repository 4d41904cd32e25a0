/**
 * How families take their parameters: by name or in order, as numbers, arrays or tensors, each with its domain. Next:
 * `normal.ts`, which uses all of it.
 */
import { checksEnabled, complain } from "../engine/checks.js"
import { DistributionError } from "../engine/error.js"
import { type Shape, type Tensor, type TensorLike, tf, toTensor } from "../engine/tensor.js"
import type { Support } from "./support.js"

/** True for an object of named parameters, false for a number, array or tensor. */
export const isNamed = <N extends object>(first: TensorLike | N): first is N =>
  typeof first === "object" &&
  first !== null &&
  !(first instanceof tf.Tensor) &&
  !Array.isArray(first) &&
  !ArrayBuffer.isView(first)

const indexOf = (flat: number, shape: Shape): string => {
  const index: number[] = []
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!)
    rest = Math.floor(rest / shape[axis]!)
  }
  return index.length === 0 ? "" : ` at [${index.join(", ")}]`
}

const refuse = (family: string, name: string, value: Tensor, domain: Support): Tensor => {
  const inside = tf.tidy(() => domain.contains(value).dataSync())
  const at = inside.indexOf(0)
  const size = value.size / Math.max(1, inside.length)
  const shown = [...value.dataSync().slice(at * size, (at + 1) * size)].slice(0, 6).map(String).join(", ")
  const shape = value.shape.slice(0, value.rank - domain.eventRank)
  const error = new DistributionError(
    "invalid-parameter",
    `${family}: parameter '${name}' must lie in ${domain.text}, but is ${size > 1 ? `[${shown}]` : shown}${indexOf(at, shape)}`,
  )
  complain(error)
  return value
}

/** A drawn category or count is int32; as a parameter it is a number like any other. */
const inFloats = (tensor: Tensor): Tensor =>
  tensor.dtype === "float32" ? tensor : tf.cast(tensor, "float32")

/**
 * The tensor of one parameter, checked against its domain while checks are on.
 * @throws DistributionError naming the family, the parameter, its domain, and the first value outside with its index.
 */
export const parameter = (family: string, name: string, value: TensorLike, domain: Support): Tensor => {
  if (value === undefined || value === null)
    throw new DistributionError("missing-parameter", `${family}: parameter '${name}' is missing`)
  const tensor = inFloats(toTensor(value))
  if (tensor.rank < domain.eventRank)
    throw new DistributionError(
      "shape-mismatch",
      `${family}: parameter '${name}' needs at least ${domain.eventRank} axes, but has shape [${tensor.shape.join(", ")}]`,
    )
  const fine = !checksEnabled() || tf.tidy(() => tf.all(domain.contains(tensor)).dataSync()[0] === 1)
  return fine ? tensor : refuse(family, name, tensor, domain)
}

/**
 * The shape that parameters broadcast to, each given with how many trailing axes belong to the event.
 * @throws DistributionError with every parameter's shape where they do not broadcast.
 */
export const broadcastBatch = (
  family: string,
  ...parts: readonly (readonly [Tensor, eventRank: number])[]
): Shape => {
  const shapes = parts.map(([tensor, rank]) => tensor.shape.slice(0, tensor.rank - rank))
  try {
    return shapes.reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b), [] as number[])
  } catch {
    const all = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")
    throw new DistributionError(
      "shape-mismatch",
      `${family}: parameters with batch shapes ${all} do not broadcast`,
    )
  }
}
