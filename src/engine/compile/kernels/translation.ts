/**
 * How a kernel of TensorFlow.js is written in TensorFlow's ops. The tables beside this file have one entry a kernel. Next:
 * `elementwise.ts`, then `index.ts`.
 */
import {
  type Attribute,
  bytesOf,
  constant,
  dataType,
  first,
  makeNode,
  type Source,
  type Typed,
  typeOf,
} from "../graph.js"

/** A kernel that has run. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, Source>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly outputs: readonly Typed[]
}

/** Writes a kernel as ops and gives its outputs. */
export type Translate = (call: KernelCall) => readonly Source[]

/** Kernels by TensorFlow.js's names. */
export type TranslationTable = Readonly<Record<string, Translate>>

/** One op with one output. */
export const op = (
  name: string,
  inputs: readonly Source[],
  output: Typed,
  attributes: readonly Attribute[] = [],
): Source => first(makeNode(name, inputs, attributes, output))

/** A kernel that is an op on its inputs, by these names. */
export const renamed =
  (name: string, ...inputs: readonly string[]): Translate =>
  ({ inputs: given, outputs }) => [
    op(
      name,
      inputs.map((input) => given[input]!),
      outputs[0]!,
    ),
  ]

/** A scalar constant of an element type. */
export const numberOf = (dtype: number, value: number): Source => {
  const number = dtype === dataType.float32 ? Float32Array.of(value) : Int32Array.of(value)
  const bytes = dtype === dataType.bool ? Uint8Array.of(value) : bytesOf(number)
  return constant({ dtype, shape: [], bytes })
}

/** A scalar in the element type of a source. */
export const numberLike = (source: Source, value: number): Source => numberOf(typeOf(source).dtype, value)

/** Axes as a kernel is given them, counted from the front: a number, several, or none for all. */
export const axesOf = (given: unknown, rank: number): number[] => {
  if (given === undefined || given === null) return Array.from({ length: rank }, (_, axis) => axis)
  return [given as number | readonly number[]].flat().map((axis) => (axis < 0 ? axis + rank : axis))
}

/** An attribute that is true or false. */
export const flag = (name: string, value: unknown): Attribute => ({
  name,
  value: { kind: "boolean", value: value === true },
})
