/** Kernels that compute each element by itself. Next: `views.ts`. */
import { dataType, type Source, typed, typeOf } from "../graph.js"
import {
  type KernelCall,
  numberLike,
  op,
  renamed,
  type Translate,
  type TranslationTable,
} from "./translation.js"

const unary = `Abs Neg Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Sigmoid Tanh Softplus Sin Cos Tan Asin Acos Atan Sinh Cosh
  Asinh Acosh Atanh Floor Ceil Round Sign Relu Relu6 Elu Erf IsFinite IsInf IsNan LogicalNot ZerosLike OnesLike`

const binary: Readonly<Record<string, string>> = {
  Add: "AddV2",
  Sub: "Sub",
  Multiply: "Mul",
  RealDiv: "RealDiv",
  FloorDiv: "FloorDiv",
  Mod: "FloorMod",
  Pow: "Pow",
  Maximum: "Maximum",
  Minimum: "Minimum",
  SquaredDifference: "SquaredDifference",
  Atan2: "Atan2",
  Equal: "Equal",
  NotEqual: "NotEqual",
  Less: "Less",
  LessEqual: "LessEqual",
  Greater: "Greater",
  GreaterEqual: "GreaterEqual",
  LogicalAnd: "LogicalAnd",
  LogicalOr: "LogicalOr",
  BitwiseAnd: "BitwiseAnd",
}

/** Ops on sources of one shape. */
const composed =
  (write: (call: KernelCall, op: (name: string, ...inputs: Source[]) => Source) => Source): Translate =>
  (call) => {
    const output = call.outputs[0]!
    const masks = /^(Greater|Less|Equal|IsNan)/
    const line = (name: string, ...inputs: Source[]): Source =>
      op(name, inputs, masks.test(name) ? { ...output, dtype: dataType.bool } : output)
    return [write(call, line)]
  }

const castTypes: Readonly<Record<string, number>> = {
  float32: dataType.float32,
  int32: dataType.int32,
  bool: dataType.bool,
}

/** The numbers of tfjs's `selu`, from Klambauer and others (2017). */
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

/** Elementwise kernels. */
export const elementwise: TranslationTable = {
  ...Object.fromEntries(unary.split(/\s+/).map((name) => [name, renamed(name, "x")])),
  ...Object.fromEntries(Object.entries(binary).map(([name, given]) => [name, renamed(given, "a", "b")])),
  Select: renamed("Select", "condition", "t", "e"),
  AddN: ({ inputs, outputs }) => [op("AddN", Object.values(inputs), outputs[0]!)],
  Cast: ({ inputs, attributes, outputs }) => {
    const from = typeOf(inputs.x!).dtype
    const to = castTypes[attributes.dtype as string] ?? outputs[0]!.dtype
    return [op("Cast", [inputs.x!], outputs[0]!, [typed("SrcT", from), typed("DstT", to)])]
  },
  ClipByValue: composed(({ inputs: { x }, attributes }, line) => {
    const [low, high] = [attributes.clipValueMin, attributes.clipValueMax] as [number, number]
    return line("Maximum", line("Minimum", x!, numberLike(x!, high)), numberLike(x!, low))
  }),
  Step: composed(({ inputs: { x }, attributes }, line) => {
    const below = line("SelectV2", line("IsNan", x!), x!, numberLike(x!, attributes.alpha as number))
    return line("SelectV2", line("Greater", x!, numberLike(x!, 0)), numberLike(x!, 1), below)
  }),
  LeakyRelu: composed(({ inputs: { x }, attributes }, line) => {
    const below = line("Mul", x!, numberLike(x!, attributes.alpha as number))
    return line("Select", line("Greater", x!, numberLike(x!, 0)), x!, below)
  }),
  Prelu: composed(({ inputs: { x, alpha } }, line) =>
    line("Select", line("GreaterEqual", x!, numberLike(x!, 0)), x!, line("Mul", x!, alpha!)),
  ),
  Selu: composed(({ inputs: { x } }, line) => {
    const below = line("Mul", line("Expm1", x!), numberLike(x!, seluAlpha))
    const value = line("Select", line("GreaterEqual", x!, numberLike(x!, 0)), x!, below)
    return line("Mul", value, numberLike(x!, seluScale))
  }),
  EluGrad: composed(({ inputs: { dy, y } }, line) => {
    const below = line("Mul", dy!, line("AddV2", y!, numberLike(y!, 1)))
    return line("Select", line("GreaterEqual", y!, numberLike(y!, 0)), dy!, below)
  }),
}
