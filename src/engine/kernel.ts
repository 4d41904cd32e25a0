/**
 * How latently adds an operation to TensorFlow.js: one definition, registered for every backend. On `tensorflow` it is a
 * native op called by name through the backend (so that the step compiler can record it); on `wasm`, `cpu` and `webgl` it
 * is plain code over typed arrays, in double precision, rounded once to the tensor's type. Left out: elementwise
 * broadcasting (`elementwise.ts`). Next: `philox.ts` and `special/` for kernels defined with it.
 */
import type { Shape, Tensor } from "./tensor.js"
import { tf } from "./tensor.js"

/** The numbers of a tensor, as a kernel over typed arrays sees them. */
export interface ArrayValue {
  readonly shape: Shape
  readonly dtype: "float32" | "int32" | "bool"
  readonly values: Float32Array | Int32Array | Uint8Array
}

/** An attribute of a TensorFlow op, as the node addon takes it. */
export interface NativeAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** The part of the tfjs-node backend that native kernels use. */
export interface NativeBackend {
  readonly binding: Readonly<Record<string, number>>
  executeSingleOutput(name: string, attributes: readonly NativeAttribute[], inputs: readonly Tensor[]): Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly NativeAttribute[],
    inputs: readonly Tensor[],
    count: number,
  ): Tensor[]
}

/** Constants that a kernel is called with beside its tensors: sizes, axes, flags. */
export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[]>>

/** The gradient of a kernel: one thunk for each input, called only for inputs that need one; made of tensor operations. */
export type KernelGradient<A> = (
  dy: Tensor,
  inputs: readonly Tensor[],
  output: Tensor,
  attributes: A,
) => readonly (() => Tensor)[]

/** What `defineKernel` takes. */
export interface KernelDefinition<A extends Attributes> {
  /** The kernel's name in the registry; latently's own carry the prefix `Latently`. */
  readonly name: string
  /** The native op or ops. Intermediate tensors are disposed by the caller. */
  readonly native: (inputs: readonly Tensor[], attributes: A, backend: NativeBackend) => Tensor
  /** The same function over typed arrays. */
  readonly arrays: (inputs: readonly ArrayValue[], attributes: A) => ArrayValue
  /** Absent where no gradient flows: differentiating through such a kernel throws. */
  readonly gradient?: KernelGradient<A>
}

const arrayBackends = ["wasm", "cpu", "webgl"] as const

const inputName = (index: number): string => `input${index}`

const ordered = <T>(inputs: Readonly<Record<string, T | undefined>>): T[] =>
  Object.keys(inputs).map((_, i) => inputs[inputName(i)] as T)

/** The attribute that gives an op's element type, `T` unless named otherwise. */
export const typeAttribute = (
  backend: NativeBackend,
  dtype: "float32" | "int32" | "bool",
  name = "T",
): NativeAttribute => {
  const types = { float32: "TF_FLOAT", int32: "TF_INT32", bool: "TF_BOOL" }
  return { name, type: backend.binding.TF_ATTR_TYPE!, value: backend.binding[types[dtype]] }
}

/** A boolean attribute of a native op. */
export const boolAttribute = (backend: NativeBackend, name: string, value: boolean): NativeAttribute => ({
  name,
  type: backend.binding.TF_ATTR_BOOL!,
  value,
})

/** An integer attribute of a native op. */
export const intAttribute = (backend: NativeBackend, name: string, value: number): NativeAttribute => ({
  name,
  type: backend.binding.TF_ATTR_INT!,
  value,
})

/** Runs the native op `name` with the element type of its first input, the form of most mathematical ops. */
export const callNative = (backend: NativeBackend, name: string, ...inputs: readonly Tensor[]): Tensor =>
  backend.executeSingleOutput(
    name,
    [typeAttribute(backend, inputs[0]!.dtype as "float32" | "int32" | "bool")],
    inputs,
  )

/** The backend in use when it is the native one, else undefined; for code that reads or runs ops by name. */
export const nativeBackend = (): NativeBackend | undefined =>
  tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : undefined

/** An empty typed array for a result of the given type. */
export const allocate = (dtype: ArrayValue["dtype"], size: number): ArrayValue["values"] =>
  dtype === "float32"
    ? new Float32Array(size)
    : dtype === "int32"
      ? new Int32Array(size)
      : new Uint8Array(size)

type Registered = Parameters<typeof tf.registerKernel>[0]

const register = (config: Registered): void => {
  if (tf.getKernel(config.kernelName, config.backendName) === undefined) tf.registerKernel(config)
}

const arrayKernel =
  <A extends Attributes>(definition: KernelDefinition<A>): Registered["kernelFunc"] =>
  ({ inputs, attrs, backend }) => {
    const storage = backend as tf.KernelBackend
    const values = ordered(inputs).map((input) => ({
      shape: input.shape,
      dtype: input.dtype as ArrayValue["dtype"],
      values: storage.readSync(input.dataId) as Float32Array,
    }))
    const result = definition.arrays(values, attrs as unknown as A)
    const shape = [...result.shape]
    return { dataId: storage.write(result.values, shape, result.dtype), shape, dtype: result.dtype }
  }

const registerGradient = <A extends Attributes>(
  name: string,
  arity: number,
  gradient: KernelGradient<A>,
): void => {
  const names = Array.from({ length: arity }, (_, i) => inputName(i))
  tf.registerGradient({
    kernelName: name,
    inputsToSave: names,
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const thunks = gradient(dy as Tensor, saved.slice(0, arity), saved[arity]!, attrs as unknown as A)
      return Object.fromEntries(names.map((input, i) => [input, thunks[i]!]))
    },
  })
}

/**
 * Registers a kernel of `arity` inputs for every backend and returns the function that runs it.
 *
 * @example
 * const negate = defineKernel(1, {
 *   name: "LatentlyNegate",
 *   native: ([x], _, backend) => callNative(backend, "Neg", x!),
 *   arrays: ([x]) => ({ ...x!, values: Float32Array.from(x!.values, (v) => -v) }),
 *   gradient: (dy) => [() => tf.neg(dy)],
 * })
 * negate([tf.tensor1d([1, 2])])
 */
export const defineKernel = <A extends Attributes = Attributes>(
  arity: number,
  definition: KernelDefinition<A>,
): ((inputs: readonly Tensor[], attributes?: A) => Tensor) => {
  const { name, native, gradient } = definition
  register({
    kernelName: name,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) =>
      tf.tidy(() => native(ordered(inputs) as Tensor[], attrs as unknown as A, backend as NativeBackend)),
  })
  for (const backendName of arrayBackends)
    register({ kernelName: name, backendName, kernelFunc: arrayKernel(definition) })
  if (gradient !== undefined) registerGradient(name, arity, gradient)
  return (inputs, attributes) => {
    const named = Object.fromEntries(inputs.map((input, i) => [inputName(i), input]))
    return tf.engine().runKernel(name, named, (attributes ?? {}) as unknown as tf.NamedAttrMap) as Tensor
  }
}
