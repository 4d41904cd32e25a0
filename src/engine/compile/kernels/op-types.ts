/** Types and shapes of what TensorFlow's ops give, for the ops that latently's own kernels are made of. Next: `stand-in.ts`. */
import { broadcastShape } from "../../elementwise.js"
import { RecordingError } from "../../error.js"
import type { Shape } from "../../tensor.js"
import { type Attribute, dataType, isSet, type Source, type Typed, typeOf } from "../graph.js"

/** An op that is about to be written down. */
export interface OpCall {
  readonly op: string
  readonly inputs: readonly Source[]
  readonly attributes: readonly Attribute[]
}

type Infer = (types: readonly Typed[], call: OpCall) => Typed

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

const elementwise =
  words(`Abs Acos AddV2 Asin Atan BesselI0e BesselI1e Betainc BitwiseAnd Ceil Cos Cosh Digamma Div DivNoNan Elu Erf Erfc Erfinv Exp Expm1 Floor
  FloorDiv FloorMod Igamma Igammac Lgamma Log Log1p Maximum Minimum Mul Ndtri Neg Polygamma Pow RandomGammaGrad RealDiv Reciprocal Relu
  ReluGrad Rsqrt Sigmoid Sign Sin Sinh Softplus Sqrt Square SquaredDifference Sub Tan Tanh Xlog1py Xlogy Zeta`)

const comparisons = words(
  "Equal Greater GreaterEqual Less LessEqual NotEqual LogicalAnd LogicalOr LogicalNot",
)

const broadcast = (types: readonly Typed[]): readonly number[] =>
  types.map((type): Shape => type.shape).reduce(broadcastShape)

const typeNamed = ({ attributes, op }: OpCall, name: string): number => {
  const value = attributes.find((attribute) => attribute.name === name)?.value.value
  if (typeof value !== "number") throw new RecordingError("recording", `${op} is called without its ${name}`)
  return value
}

/** The int32 numbers of an input that is a constant. */
const integersOf = ({ op, inputs }: OpCall, i: number): number[] => {
  const value = inputs[i]!.node.attributes.find(({ name }) => name === "value")?.value
  if (value?.kind !== "tensor") throw new RecordingError("recording", `${op} has a shape that is computed`)
  return [...new Int32Array(value.value.bytes.slice().buffer)]
}

const product: Infer = ([a, b], call) => {
  const at = (type: Typed, back: number): number => type.shape.at(-back)!
  const rows = at(a!, isSet(call as never, "transpose_a", "adj_x") ? 1 : 2)
  const columns = at(b!, isSet(call as never, "transpose_b", "adj_y") ? 2 : 1)
  const batches = [a!, b!].map((type) => ({ ...type, shape: type.shape.slice(0, -2) }))
  return { dtype: a!.dtype, shape: [...broadcast(batches), rows, columns] }
}

const gather: Infer = ([table, indices], call) => {
  const axis = integersOf(call, 2)[0]!
  const batch = call.attributes.find(({ name }) => name === "batch_dims")?.value.value ?? 0
  const shape = [...table!.shape.slice(0, axis), ...indices!.shape.slice(batch as number)]
  return { dtype: table!.dtype, shape: [...shape, ...table!.shape.slice(axis + 1)] }
}

const range: Infer = (_, call) => {
  const [from, to, step] = [0, 1, 2].map((i) => integersOf(call, i)[0]!)
  return { dtype: dataType.int32, shape: [Math.max(0, Math.ceil((to! - from!) / step!))] }
}

const table: Readonly<Record<string, Infer>> = {
  ...Object.fromEntries(
    elementwise.map((op): [string, Infer] => [
      op,
      (types) => ({ dtype: types[0]!.dtype, shape: broadcast(types) }),
    ]),
  ),
  ...Object.fromEntries(
    comparisons.map((op): [string, Infer] => [
      op,
      (types) => ({ dtype: dataType.bool, shape: broadcast(types) }),
    ]),
  ),
  SelectV2: (types) => ({ dtype: types[1]!.dtype, shape: broadcast(types) }),
  Cast: ([x], call) => ({ dtype: typeNamed(call, "DstT"), shape: x!.shape }),
  Bitcast: ([x], call) => ({ dtype: typeNamed(call, "type"), shape: x!.shape }),
  BroadcastTo: ([x], call) => ({ dtype: x!.dtype, shape: integersOf(call, 1) }),
  MatMul: product,
  BatchMatMulV2: product,
  MatrixTriangularSolve: ([, b]) => b!,
  Cholesky: ([a]) => a!,
  MatrixDiagPart: ([a]) => ({ ...a!, shape: [...a!.shape.slice(0, -2), Math.min(...a!.shape.slice(-2))] }),
  MatrixDiag: ([v]) => ({ ...v!, shape: [...v!.shape, v!.shape.at(-1)!] }),
  GatherV2: gather,
  Range: range,
  UnsortedSegmentSum: ([data, ids], call) => ({
    dtype: data!.dtype,
    shape: [integersOf(call, 2)[0]!, ...data!.shape.slice(ids!.shape.length)],
  }),
  StatelessRandomUniformFullInt: (_, call) => ({
    dtype: typeNamed(call, "dtype"),
    shape: integersOf(call, 0),
  }),
  LowerBound: ([, values], call) => ({ dtype: typeNamed(call, "out_type"), shape: values!.shape }),
  UpperBound: ([, values], call) => ({ dtype: typeNamed(call, "out_type"), shape: values!.shape }),
  StridedSliceGrad: ([, , , , dy], call) => ({ dtype: dy!.dtype, shape: integersOf(call, 0) }),
}

/** The outputs of `Unpack`, which alone among these ops has several. */
const unpacked = ({ inputs, attributes }: OpCall): Typed[] => {
  const { dtype, shape } = typeOf(inputs[0]!)
  const given = attributes.find(({ name }) => name === "axis")?.value.value ?? 0
  const axis = (given as number) < 0 ? (given as number) + shape.length : (given as number)
  const part = { dtype, shape: shape.filter((_, i) => i !== axis) }
  return Array.from({ length: shape[axis]! }, () => part)
}

/** What an op gives. Throws an `EngineError` ("recording") for an op that is not known here. */
export const outputsOf = (call: OpCall): Typed[] => {
  if (call.op === "Unpack") return unpacked(call)
  const infer = table[call.op]
  if (infer === undefined)
    throw new RecordingError("recording", `the shape that ${call.op} gives is not known`)
  return [infer(call.inputs.map(typeOf), call)]
}
