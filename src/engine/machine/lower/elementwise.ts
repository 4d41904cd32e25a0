/** Ops that compute each element by itself. Next: `special.ts`, then `views.ts`. */
import { int32Bits } from "../contents.js"
import type { Listing } from "../listing.js"
import type { View } from "../view.js"
import { bool, float32, float64, int32 } from "../view.js"
import { type Lower, type Lowering, type LowerTable, notHere } from "./node.js"

const numberIn = (listing: Listing, value: number): View => listing.constant(float32, [], int32Bits([value]))

const outputType = ({ node }: Lowering): number => node.outputs[0]!.dtype

const isFloat = ({ inputs }: Lowering): boolean =>
  inputs[0]!.dtype === float32 || inputs[0]!.dtype === float64

/** One operation for floats, another for integers and bools. */
const typedLine =
  (floats: string, integers?: string): Lower =>
  (lowering) => {
    const operation = isFloat(lowering) ? floats : integers
    if (operation === undefined) throw notHere(lowering.node, "is for float32 only")
    return [lowering.listing.line(operation, lowering.inputs, outputType(lowering))]
  }

/** Several lines one after the other; float32. */
const composed =
  (
    write: (
      line: (operation: string, ...inputs: View[]) => View,
      number: (value: number) => View,
      inputs: readonly View[],
    ) => View,
  ): Lower =>
  ({ inputs, listing, node }) => {
    if (inputs[0]!.dtype !== float32) throw notHere(node, "is for float32 only")
    const line = (operation: string, ...given: View[]): View => listing.line(operation, given, float32)
    return [write(line, (value) => numberIn(listing, value), inputs)]
  }

const casts: Readonly<Record<string, string>> = {
  [`${int32} ${float32}`]: "integerToFloat",
  [`${float32} ${int32}`]: "floatToInteger",
  [`${bool} ${float32}`]: "integerToFloat",
  [`${float32} ${bool}`]: "floatToBoolean",
  [`${int32} ${bool}`]: "integerToBoolean",
  [`${bool} ${int32}`]: "move",
  [`${float32} ${float64}`]: "widen",
  [`${int32} ${float64}`]: "widen",
  [`${bool} ${float64}`]: "widen",
  [`${float64} ${float32}`]: "roundToFloat",
}

const cast: Lower = (lowering) => {
  const [input] = lowering.inputs
  const dtype = outputType(lowering)
  if (input!.dtype === dtype) return [input!]
  const operation = casts[`${input!.dtype} ${dtype}`]
  if (operation === undefined)
    throw notHere(
      lowering.node,
      `from type ${input!.dtype} to ${dtype} is not an instruction of the step machine`,
    )
  if (operation === "move") return [{ ...input!, dtype }]
  return [lowering.listing.line(operation === "widen" ? "move" : operation, [input!], dtype)]
}

const addAll: Lower = (lowering) => {
  const [first, ...rest] = lowering.inputs
  const add = isFloat(lowering) ? "add" : "addInteger"
  return [rest.reduce((sum, input) => lowering.listing.line(add, [sum, input], sum.dtype), first!)]
}

/** The choice is broadcast; a vector that chooses rows stands along the first axis. */
const select: Lower = ({ node, inputs: [condition, ...values], listing }) => {
  const rank = node.outputs[0]!.shape.length
  const alongRows = node.op === "Select" && condition!.shape.length === 1 && rank > 1
  const missing = rank - 1
  const chosen = alongRows
    ? {
        ...condition!,
        shape: [...condition!.shape, ...Array.from({ length: missing }, () => 1)],
        strides: [...condition!.strides, ...Array.from({ length: missing }, () => 0)],
      }
    : condition!
  return [listing.line("select", [chosen, ...values], node.outputs[0]!.dtype)]
}

const floats = (names: Readonly<Record<string, string>>): LowerTable =>
  Object.fromEntries(Object.entries(names).map(([op, operation]) => [op, typedLine(operation)]))

/** Elementwise ops. */
export const elementwise: LowerTable = {
  ...floats({
    RealDiv: "divide",
    Div: "divide",
    Pow: "power",
    SquaredDifference: "squaredDifference",
    Sqrt: "squareRoot",
    Rsqrt: "reciprocalSquareRoot",
    Reciprocal: "reciprocal",
    Inv: "reciprocal",
    Exp: "exponential",
    Expm1: "exponentialMinusOne",
    Log: "logarithm",
    Log1p: "logarithmOnePlus",
    Tanh: "tanh",
    Sigmoid: "sigmoid",
    Softplus: "softplus",
    Sin: "sine",
    Cos: "cosine",
    Tan: "tangent",
    Asin: "arcsine",
    Acos: "arccosine",
    Atan: "arctangent",
    Sinh: "sinh",
    Cosh: "cosh",
    Asinh: "asinh",
    Acosh: "acosh",
    Atanh: "atanh",
    Atan2: "arctangent2",
    Floor: "floor",
    Ceil: "ceiling",
    Round: "round",
    Rint: "round",
    Sign: "sign",
    Relu: "relu",
    ReluGrad: "reluGradient",
    IsNan: "isNan",
    IsFinite: "isFinite",
    IsInf: "isInfinite",
    Erf: "errorFunction",
    Erfc: "complementaryErrorFunction",
    Erfinv: "inverseErrorFunction",
    Ndtri: "normalQuantile",
    Lgamma: "logGamma",
    Digamma: "digamma",
  }),
  Add: typedLine("add", "addInteger"),
  AddV2: typedLine("add", "addInteger"),
  Sub: typedLine("subtract", "subtractInteger"),
  Mul: typedLine("multiply", "multiplyInteger"),
  Maximum: typedLine("maximum", "maximumInteger"),
  Minimum: typedLine("minimum", "minimumInteger"),
  Neg: typedLine("negate", "negateInteger"),
  Abs: typedLine("absolute", "absoluteInteger"),
  FloorMod: typedLine("floorModulo", "floorModuloInteger"),
  FloorDiv: typedLine("floorDivide", "floorDivideInteger"),
  Mod: typedLine("modulo"),
  Less: typedLine("less", "lessInteger"),
  LessEqual: typedLine("lessEqual", "lessEqualInteger"),
  Greater: typedLine("greater", "greaterInteger"),
  GreaterEqual: typedLine("greaterEqual", "greaterEqualInteger"),
  Equal: typedLine("equal", "equalInteger"),
  NotEqual: typedLine("notEqual", "notEqualInteger"),
  LogicalAnd: typedLine("and", "and"),
  LogicalOr: typedLine("or", "or"),
  LogicalNot: typedLine("not", "not"),
  BitwiseAnd: typedLine("bitAnd", "bitAnd"),
  BitwiseOr: typedLine("bitOr", "bitOr"),
  BitwiseXor: typedLine("bitXor", "bitXor"),
  LeftShift: typedLine("shiftLeft", "shiftLeft"),
  RightShift: typedLine("shiftRightArithmetic", "shiftRightArithmetic"),
  Square: (lowering) => {
    const [x] = lowering.inputs
    const [operation, inputs] = isFloat(lowering) ? ["square", [x!]] : ["multiplyInteger", [x!, x!]]
    return [lowering.listing.line(operation as string, inputs as View[], x!.dtype)]
  },
  Cast: cast,
  AddN: addAll,
  Select: select,
  SelectV2: select,
  BiasAdd: typedLine("add"),
  Relu6: composed((line, number, [x]) => line("minimum", line("relu", x!), number(6))),
  Elu: composed((line, number, [x]) => {
    const below = line("exponentialMinusOne", line("minimum", x!, number(0)))
    return line("select", line("greater", x!, number(0)), x!, below)
  }),
  EluGrad: composed((line, number, [gradient, y]) => {
    const scaled = line("multiply", gradient!, line("add", y!, number(1)))
    return line("select", line("less", y!, number(0)), scaled, gradient!)
  }),
}
