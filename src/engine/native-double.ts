/**
 * Formulas in double precision on the native backend. TensorFlow.js has no float64 tensors, but TensorFlow's ops take
 * them: here float32 inputs are widened, a formula of native ops runs on float64, and the result is rounded once. The
 * intermediate tensors live only inside the native library, and every op passes through `executeOp`, so a formula can be
 * recorded. Left out: other backends, whose typed-array code is in double precision anyway. Next: `elementwise.ts`.
 */
import type { NativeAttribute, NativeBackend } from "./kernel.js"
import { boolAttribute, callNative, typeAttribute } from "./kernel.js"
import type { Shape, Tensor } from "./tensor.js"

/** The number TensorFlow's C API gives float64; the addon does not export it. */
const TF_DOUBLE = 2

/** A tensor inside the native library, of any element type. */
export interface NativeValue {
  readonly id: number
  readonly shape: Shape
}

type OpBinding = {
  executeOp(
    name: string,
    attributes: readonly NativeAttribute[],
    ids: readonly number[],
    count: number,
  ): NativeValue[]
  createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): number
  deleteTensor(id: number): void
}

type OpBackend = {
  getInputTensorIds(tensors: readonly Tensor[]): number[]
  createOutputTensor(value: NativeValue): Tensor
}

/** The ops a formula may call; each takes and gives float64 values, comparisons give booleans. */
export interface DoubleOps {
  /** Runs an op whose only attribute is its element type. */
  call(name: string, ...inputs: readonly NativeValue[]): NativeValue
  /** Runs an op that takes more attributes than its element type. */
  callWith(
    name: string,
    attributes: readonly NativeAttribute[],
    ...inputs: readonly NativeValue[]
  ): NativeValue
  /** A constant, exact in double precision. */
  constant(value: number): NativeValue
  /** The value repeated to a shape; for ops that do not broadcast by themselves. */
  broadcastTo(value: NativeValue, shape: Shape): NativeValue
  /** `condition ? a : b`, element by element. */
  select(condition: NativeValue, a: NativeValue, b: NativeValue): NativeValue
  add(a: NativeValue, b: NativeValue | number): NativeValue
  sub(a: NativeValue | number, b: NativeValue | number): NativeValue
  mul(a: NativeValue, b: NativeValue | number): NativeValue
  div(a: NativeValue | number, b: NativeValue | number): NativeValue
}

/** A formula over float64 values. */
export type DoubleFormula = (ops: DoubleOps, inputs: readonly NativeValue[]) => NativeValue

const castAttributes = (backend: NativeBackend, from: number, to: number): NativeAttribute[] => [
  { ...typeAttribute(backend, "float32", "SrcT"), value: from },
  { ...typeAttribute(backend, "float32", "DstT"), value: to },
  boolAttribute(backend, "Truncate", false),
]

/** Ops by name, each result noted in `made` so that it can be freed. */
const rawOps = (backend: NativeBackend, made: number[]) => {
  const binding = backend.binding as unknown as OpBinding
  const run = (name: string, attributes: readonly NativeAttribute[], ids: readonly number[]): NativeValue => {
    const result = binding.executeOp(name, attributes, ids, 1)[0]!
    made.push(result.id)
    return result
  }
  const upload = (shape: Shape, dtype: number, values: Float32Array | Int32Array): number => {
    const id = binding.createTensor(shape, dtype, values)
    made.push(id)
    return id
  }
  const widen = (id: number) =>
    run("Cast", castAttributes(backend, backend.binding.TF_FLOAT!, TF_DOUBLE), [id])
  return { run, upload, widen }
}

type RawOps = ReturnType<typeof rawOps>

/** The addon takes no float64 array: what a float32 leaves of the number goes up as a second float32. */
const wideConstant = (
  { upload, widen }: RawOps,
  float: number,
  add: DoubleOps["call"],
  value: number,
): NativeValue => {
  const high = Math.fround(value)
  const wide = widen(upload([], float, Float32Array.of(high)))
  if (high === value || !Number.isFinite(high)) return wide
  return add("AddV2", wide, widen(upload([], float, Float32Array.of(value - high))))
}

const doubleOps = (backend: NativeBackend, raw: RawOps): DoubleOps => {
  const { run, upload } = raw
  const double: NativeAttribute = { ...typeAttribute(backend, "float32"), value: TF_DOUBLE }
  const ids = (values: readonly NativeValue[]) => values.map((value) => value.id)
  const callWith: DoubleOps["callWith"] = (name, attributes, ...inputs) =>
    run(name, [double, ...attributes], ids(inputs))
  const call: DoubleOps["call"] = (name, ...inputs) => callWith(name, [], ...inputs)
  const constant = (value: number) => wideConstant(raw, backend.binding.TF_FLOAT!, call, value)
  const value = (x: NativeValue | number) => (typeof x === "number" ? constant(x) : x)
  return {
    call,
    callWith,
    constant,
    broadcastTo: (x, shape) => {
      const to = upload([shape.length], backend.binding.TF_INT32!, Int32Array.from(shape))
      return run("BroadcastTo", [double, typeAttribute(backend, "int32", "Tidx")], [x.id, to])
    },
    select: (condition, a, b) => call("SelectV2", condition, a, b),
    add: (a, b) => call("AddV2", a, value(b)),
    sub: (a, b) => call("Sub", value(a), value(b)),
    mul: (a, b) => call("Mul", a, value(b)),
    div: (a, b) => call("RealDiv", value(a), value(b)),
  }
}

/**
 * Runs a formula on float32 tensors in float64 and rounds the result to float32.
 *
 * @example inDouble(backend, [a, b], (ops, [x, y]) => ops.sub(ops.call("Lgamma", x!), ops.call("Lgamma", y!)))
 */
export const inDouble = (
  backend: NativeBackend,
  inputs: readonly Tensor[],
  formula: DoubleFormula,
): Tensor => {
  const binding = backend.binding as unknown as OpBinding
  const handles = backend as unknown as OpBackend
  const made: number[] = []
  try {
    const raw = rawOps(backend, made)
    const result = formula(doubleOps(backend, raw), handles.getInputTensorIds(inputs).map(raw.widen))
    const attributes = castAttributes(backend, TF_DOUBLE, backend.binding.TF_FLOAT!)
    return handles.createOutputTensor(binding.executeOp("Cast", attributes, [result.id], 1)[0]!)
  } finally {
    for (const id of made) binding.deleteTensor(id)
  }
}

/** A native kernel body that runs one op in double precision, for ops whose float32 form is poor. */
export const doubleNative =
  (name: string) =>
  (inputs: readonly Tensor[], backend: NativeBackend): Tensor =>
    inDouble(backend, inputs, (ops, values) => ops.call(name, ...values))

/** A native kernel body that runs one op in float32. */
export const floatNative =
  (name: string) =>
  (inputs: readonly Tensor[], backend: NativeBackend): Tensor =>
    callNative(backend, name, ...inputs)
