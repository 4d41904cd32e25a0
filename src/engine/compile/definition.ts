/**
 * TensorFlow's messages: nodes, functions and graphs as bytes of a SavedModel. Field numbers are those of TensorFlow's
 * `graph.proto`, `node_def.proto`, `attr_value.proto`, `tensor.proto`, `function.proto`, `op_def.proto` and
 * `saved_model.proto`. Left out: which nodes there are (`graph.ts`). Next: `session.ts`, which loads the bytes.
 */
import type { Attribute, AttributeValue, ConstantValue } from "./graph.js"
import { type Bytes, encode, float, integer, map, message, raw, text } from "./protobuf.js"

const each = <T>(value: T | readonly T[], write: (field: number, item: T) => Bytes, field: number): Bytes =>
  Array.isArray(value) ? message(1, ...value.map((item: T) => write(field, item))) : write(field, value as T)

const shapeMessage = (field: number, shape: readonly number[]): Bytes =>
  message(field, ...shape.map((size) => message(2, integer(1, size))))

const tensorMessage = ({ dtype, shape, bytes }: ConstantValue): Bytes =>
  message(8, integer(1, dtype), shapeMessage(2, shape), message(4, raw(bytes)))

/** An `AttrValue`: lists go in its field 1, with the same numbers for their items. */
const attributeMessage = (attribute: AttributeValue): Bytes => {
  switch (attribute.kind) {
    case "text":
      return text(2, attribute.value)
    case "integer":
      return each<number>(attribute.value, integer, 3)
    case "float":
      return each<number>(attribute.value, float, 4)
    case "boolean":
      return each<boolean>(attribute.value, integer, 5)
    case "type":
      return each<number>(attribute.value, integer, 6)
    case "types":
      return message(1, ...attribute.value.map((dtype) => integer(6, dtype)))
    case "shape":
      return shapeMessage(7, attribute.value)
    case "shapes":
      return message(1, ...attribute.value.map((shape) => shapeMessage(7, shape)))
    case "tensor":
      return tensorMessage(attribute.value)
    case "function":
      return message(10, text(1, attribute.value))
  }
}

/** A `NodeDef` (without its field number). Inputs are `name:index`, or `^name` for an order without data. */
export const nodeMessage = (
  name: string,
  op: string,
  inputs: readonly string[],
  attributes: readonly Attribute[],
): Bytes => {
  const entries = attributes.map(({ name: key, value }) => [key, attributeMessage(value)] as const)
  return text(1, name) + text(2, op) + inputs.map((input) => text(3, input)).join("") + map(5, entries)
}

/** A named and typed argument or result of a function. */
export interface Argument {
  readonly name: string
  readonly dtype: number
}

/**
 * A `FunctionDef`. `results` says for each result which node output it is, as `node:output name:index` or an argument's
 * name. `compiled` marks the function for XLA, which then compiles it whole or fails.
 */
export const functionMessage = (options: {
  readonly name: string
  readonly inputs: readonly Argument[]
  readonly outputs: readonly (Argument & { readonly from: string })[]
  readonly nodes: readonly Bytes[]
  readonly compiled?: boolean
}): Bytes => {
  const { name, inputs, outputs, nodes, compiled = false } = options
  const argument = (field: number) => (a: Argument) => message(field, text(1, a.name), integer(3, a.dtype))
  const signature = message(1, text(1, name), ...inputs.map(argument(2)), ...outputs.map(argument(3)))
  const body = nodes.map((node) => message(3, node)).join("")
  const results = map(
    4,
    outputs.map(({ name: key, from }) => [key, from] as const),
  )
  return signature + body + results + (compiled ? map(5, [["_XlaMustCompile", integer(5, true)]]) : "")
}

/** A `SavedModel` with one graph, tagged `serve`, no variables and no assets. */
export const savedModel = (nodes: readonly Bytes[], functions: readonly Bytes[] = []): Uint8Array => {
  const library = message(2, ...functions.map((f) => message(1, f)))
  const versions = message(4, integer(1, 1882), integer(2, 12))
  const graph = message(2, ...nodes.map((node) => message(1, node)), library, versions)
  return encode(integer(1, 1) + message(2, message(1, text(4, "serve")), graph))
}
