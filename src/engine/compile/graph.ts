/**
 * A computation as TensorFlow sees it: nodes that name an op, its attributes and the outputs it reads. What records one is
 * `record.ts`, what simplifies it `simplify.ts`, what writes it down `layout.ts` and `definition.ts`.
 */

/** TensorFlow's numbers for the element types that occur. */
export const dataType = { float32: 1, float64: 2, int32: 3, bool: 10, resource: 20 } as const

/** A constant's type, shape and bytes (little endian, as tensors lie in memory). */
export interface ConstantValue {
  readonly dtype: number
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** What an attribute may hold. Element types are numbers of their own kind; `function` is a function's name. */
export type AttributeValue =
  | { readonly kind: "integer" | "float" | "type"; readonly value: number | readonly number[] }
  | { readonly kind: "boolean"; readonly value: boolean | readonly boolean[] }
  | { readonly kind: "text" | "function"; readonly value: string }
  | { readonly kind: "shape"; readonly value: readonly number[] }
  | { readonly kind: "types"; readonly value: readonly number[] }
  | { readonly kind: "shapes"; readonly value: readonly (readonly number[])[] }
  | { readonly kind: "tensor"; readonly value: ConstantValue }

/** An op's attribute. */
export interface Attribute {
  readonly name: string
  readonly value: AttributeValue
}

/** One op. `outputs` gives type and shape of each output; `after` lists nodes that must have run before. */
export interface Node {
  readonly op: string
  readonly inputs: readonly Source[]
  readonly attributes: readonly Attribute[]
  readonly outputs: readonly Typed[]
  readonly after?: readonly Node[]
}

/** Element type and shape of a tensor. */
export interface Typed {
  readonly dtype: number
  readonly shape: readonly number[]
}

/** One output of a node. */
export interface Source {
  readonly node: Node
  readonly index: number
}

/** An attribute that holds an element type. */
export const typed = (name: string, value: number): Attribute => ({ name, value: { kind: "type", value } })

/** An attribute that holds an integer. */
export const whole = (name: string, value: number): Attribute => ({ name, value: { kind: "integer", value } })

/** An attribute that holds a shape. */
export const shaped = (value: readonly number[]): Attribute => ({
  name: "shape",
  value: { kind: "shape", value },
})

/** The first output of a node. */
export const first = (node: Node): Source => ({ node, index: 0 })

/** Type and shape of an output. */
export const typeOf = ({ node, index }: Source): Typed => node.outputs[index]!

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Whether an attribute of one of these names is true. */
export const isSet = (node: Node, ...names: readonly string[]): boolean =>
  node.attributes.some(({ name, value }) => names.includes(name) && value.value === true)

/** A node with one output (or none, where `output` is left out). */
export const makeNode = (
  op: string,
  inputs: readonly Source[],
  attributes: readonly Attribute[],
  output?: Typed,
  after?: readonly Node[],
): Node => ({
  op,
  inputs,
  attributes,
  outputs: output === undefined ? [] : [output],
  ...(after === undefined ? {} : { after }),
})

/** A node that is fed from outside. */
export const placeholder = ({ dtype, shape }: Typed): Node =>
  makeNode("Placeholder", [], [typed("dtype", dtype), shaped(shape)], { dtype, shape })

/** A constant. */
export const constant = (value: ConstantValue): Source => {
  const attributes = [
    typed("dtype", value.dtype),
    { name: "value", value: { kind: "tensor", value } } as const,
  ]
  return first(makeNode("Const", [], attributes, { dtype: value.dtype, shape: value.shape }))
}

/** The bytes of a typed array, copied. */
export const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()

/** A vector of int32, as shapes, axes and positions are given. */
export const integers = (...values: readonly number[]): Source =>
  constant({ dtype: dataType.int32, shape: [values.length], bytes: bytesOf(Int32Array.from(values)) })

/** An int32 scalar. */
export const integer = (value: number): Source =>
  constant({ dtype: dataType.int32, shape: [], bytes: bytesOf(Int32Array.of(value)) })

/** A float32 scalar. */
export const number = (value: number): Source =>
  constant({ dtype: dataType.float32, shape: [], bytes: bytesOf(Float32Array.of(value)) })
