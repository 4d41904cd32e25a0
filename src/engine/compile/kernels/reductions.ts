/** Kernels that add up, compare or multiply along axes, matrix products included. Next: `index.ts`. */
import { type Attribute, dataType, integer, integers, makeNode, type Source, typeOf } from "../graph.js"
import { axesOf, flag, numberLike, op, type Translate, type TranslationTable } from "./translation.js"

const rankOf = (source: Source): number => typeOf(source).shape.length

const reduction =
  (name: string, axisName = "axis"): Translate =>
  ({ inputs: { x }, attributes, outputs }) => [
    op(name, [x!, integers(...axesOf(attributes[axisName], rankOf(x!)))], outputs[0]!),
  ]

const cumulative =
  (name: string): Translate =>
  ({ inputs: { x }, attributes, outputs }) => {
    const flags = [flag("exclusive", attributes.exclusive), flag("reverse", attributes.reverse)]
    return [op(name, [x!, integer(axesOf(attributes.axis, rankOf(x!))[0]!)], outputs[0]!, flags)]
  }

const position =
  (name: string): Translate =>
  ({ inputs: { x }, attributes, outputs }) => [
    op(name, [x!, integer(axesOf(attributes.axis, rankOf(x!))[0]!)], outputs[0]!),
  ]

const transposes = ({ transposeA, transposeB }: Readonly<Record<string, unknown>>): Attribute[] => [
  flag("adj_x", transposeA),
  flag("adj_y", transposeB),
]

const activations: Readonly<Record<string, string>> = {
  relu: "Relu",
  relu6: "Relu6",
  elu: "Elu",
  sigmoid: "Sigmoid",
}

/** The layer's function of its sums. */
const activate = (sums: Source, activation: string, slope: Source): Source => {
  const type = typeOf(sums)
  const named = activations[activation]
  if (named !== undefined) return op(named, [sums], type)
  if (activation !== "leakyrelu" && activation !== "prelu") return sums
  const above = op("GreaterEqual", [sums, numberLike(sums, 0)], { ...type, dtype: dataType.bool })
  return op("Select", [above, sums, op("Mul", [sums, slope], type)], type)
}

const fusedProduct: Translate = ({ inputs, attributes, outputs }) => {
  const { a, b, bias, preluActivationWeights: weights } = inputs
  const product = op("BatchMatMulV2", [a!, b!], outputs[0]!, transposes(attributes))
  const sums = bias === undefined ? product : op("AddV2", [product, bias], outputs[0]!)
  const slope = weights ?? numberLike(sums, (attributes.leakyreluAlpha as number | undefined) ?? 0)
  return [activate(sums, (attributes.activation as string | undefined) ?? "linear", slope)]
}

const largest: Translate = ({ inputs: { x }, attributes, outputs }) => {
  const { k, sorted } = attributes as { k: number; sorted: boolean }
  const node = { ...makeNode("TopKV2", [x!, integer(k)], [flag("sorted", sorted)]), outputs }
  return outputs.map((_, index) => ({ node, index }))
}

/** Kernels along axes. */
export const reductions: TranslationTable = {
  Sum: reduction("Sum"),
  Mean: reduction("Mean"),
  Max: reduction("Max", "reductionIndices"),
  Min: reduction("Min"),
  Prod: reduction("Prod"),
  All: reduction("All"),
  Any: reduction("Any"),
  Cumsum: cumulative("Cumsum"),
  Cumprod: cumulative("Cumprod"),
  Softmax: ({ inputs, outputs }) => [op("Softmax", [inputs.logits!], outputs[0]!)],
  LogSoftmax: ({ inputs, outputs }) => [op("LogSoftmax", [inputs.logits!], outputs[0]!)],
  ArgMax: position("ArgMax"),
  ArgMin: position("ArgMin"),
  TopK: largest,
  UnsortedSegmentSum: ({ inputs: { x, segmentIds }, attributes, outputs }) => [
    op("UnsortedSegmentSum", [x!, segmentIds!, integer(attributes.numSegments as number)], outputs[0]!),
  ],
  BatchMatMul: ({ inputs: { a, b }, attributes, outputs }) => [
    op("BatchMatMulV2", [a!, b!], outputs[0]!, transposes(attributes)),
  ],
  _FusedMatMul: fusedProduct,
}
