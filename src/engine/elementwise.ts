/**
 * Elementwise operations with broadcasting: a kernel (see `kernel.ts`) from one number's formula. Shapes broadcast as
 * NumPy's do, and a gradient is summed back to each input's shape. Next: `special/`, where each function is one of these.
 */
import { EngineError } from "./error.js"
import type { ArrayValue, NativeBackend } from "./kernel.js"
import { defineKernel } from "./kernel.js"
import { doubleNative } from "./native-double.js"
import type { Shape, Tensor, TensorLike } from "./tensor.js"
import { tf, toTensor } from "./tensor.js"

/** What `elementwise` takes. */
export interface ElementwiseDefinition {
  /** The kernel's name in the registry. */
  readonly name: string
  /** The native op to run in double precision, or a function that runs ops. */
  readonly native: string | ((inputs: readonly Tensor[], backend: NativeBackend) => Tensor)
  /** The function of numbers, in double precision; its length is the number of inputs. */
  readonly scalar: (...numbers: number[]) => number
  /** The gradient before it is summed to the inputs' shapes: one thunk an input. */
  readonly gradient?: (dy: Tensor, inputs: readonly Tensor[], output: Tensor) => readonly (() => Tensor)[]
}

/** The shape two shapes broadcast to; throws when they do not. */
export const broadcastShape = (a: Shape, b: Shape): number[] =>
  tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b])

/** The sum of a gradient over the axes along which its input was broadcast. */
export const sumToShape = (gradient: Tensor, shape: Shape): Tensor => {
  const axes = tf.broadcast_util.getReductionAxes([...shape], gradient.shape)
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, [...shape])
}

/** The values of an array repeated to a larger shape. */
const spread = (input: ArrayValue, shape: Shape, size: number): ArrayLike<number> => {
  if (input.values.length === size && size > 0) return input.values
  const out = new Float32Array(size)
  if (input.values.length === 1) return out.fill(input.values[0]!)
  const offset = shape.length - input.shape.length
  const steps = shape.map(() => 0)
  for (let axis = input.shape.length - 1, step = 1; axis >= 0; axis--) {
    steps[axis + offset] = input.shape[axis] === 1 ? 0 : step
    step *= input.shape[axis]!
  }
  const index = shape.map(() => 0)
  for (let i = 0, at = 0; i < size; i++) {
    out[i] = input.values[at]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += steps[axis]!
      if (++index[axis]! < shape[axis]!) break
      at -= steps[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return out
}

/** Applies a function of numbers to arrays that broadcast. */
const mapArrays = (inputs: readonly ArrayValue[], scalar: (...numbers: number[]) => number): ArrayValue => {
  const shape = inputs.map((input) => input.shape).reduce(broadcastShape)
  const size = shape.reduce((product, n) => product * n, 1)
  const [a, b, c] = inputs.map((input) => spread(input, shape, size)) as [ArrayLike<number>, never, never]
  const values = new Float32Array(size)
  if (inputs.length === 1) for (let i = 0; i < size; i++) values[i] = scalar(a[i]!)
  else if (inputs.length === 2) for (let i = 0; i < size; i++) values[i] = scalar(a[i]!, b[i]!)
  else for (let i = 0; i < size; i++) values[i] = scalar(a[i]!, b[i]!, c[i]!)
  return { shape, dtype: "float32", values }
}

const refuseShapes = (name: string, tensors: readonly Tensor[]): void => {
  try {
    tensors.map((tensor): Shape => tensor.shape).reduce(broadcastShape)
  } catch (cause) {
    const shapes = tensors.map((tensor) => `[${tensor.shape.join(", ")}]`).join(" and ")
    const operation = name.replace(/^Latently(.)/, (_, first: string) => first.toLowerCase())
    throw new EngineError("shape-mismatch", `${operation} of shapes ${shapes}, which do not broadcast`, {
      cause,
    })
  }
}

const toFloat = (value: TensorLike): Tensor => {
  const tensor = toTensor(value)
  return tensor.dtype === "float32" ? tensor : tf.cast(tensor, "float32")
}

/**
 * Registers an elementwise kernel of one to three inputs and returns the function that runs it; that throws
 * an `EngineError` for shapes that do not broadcast.
 *
 * @example
 * const square = elementwise({
 *   name: "LatentlySquare",
 *   native: "Square",
 *   scalar: (x) => x * x,
 *   gradient: (dy, [x]) => [() => dy.mul(x!).mul(2)],
 * })
 */
export const elementwise = (definition: ElementwiseDefinition): ((...inputs: TensorLike[]) => Tensor) => {
  const { name, scalar, gradient } = definition
  const native = typeof definition.native === "string" ? doubleNative(definition.native) : definition.native
  const run = defineKernel(scalar.length, {
    name,
    native: (inputs, _, backend) => native(inputs, backend),
    arrays: (inputs) => mapArrays(inputs, scalar),
    ...(gradient && {
      gradient: (dy: Tensor, inputs: readonly Tensor[], output: Tensor) =>
        gradient(dy, inputs, output).map((thunk, i) => () => sumToShape(thunk(), inputs[i]!.shape)),
    }),
  })
  return (...inputs) =>
    tf.tidy(() => {
      const tensors = inputs.map(toFloat)
      refuseShapes(name, tensors)
      return run(tensors)
    })
}
