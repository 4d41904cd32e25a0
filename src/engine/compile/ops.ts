/** The few TensorFlow ops that are put into a graph beside the recorded ones, as functions from outputs to outputs. */
import {
  dataType,
  first,
  integer,
  integers,
  makeNode,
  number,
  type Source,
  typed,
  typeOf,
  whole,
} from "./graph.js"

const int32 = (name: string) => typed(name, dataType.int32)

/** The same numbers in another shape. */
export const reshape = (source: Source, shape: readonly number[]): Source => {
  const { dtype } = typeOf(source)
  const attributes = [typed("T", dtype), int32("Tshape")]
  return first(makeNode("Reshape", [source, integers(...shape)], attributes, { dtype, shape }))
}

/** The rows `times` over, one copy after the other. */
export const tileRows = (rows: Source, times: number): Source => {
  const { dtype, shape } = typeOf(rows)
  const multiples = integers(times, ...shape.slice(1).map(() => 1))
  const output = { dtype, shape: [times * shape[0]!, ...shape.slice(1)] }
  return first(makeNode("Tile", [rows, multiples], [typed("T", dtype), int32("Tmultiples")], output))
}

/** The sum over the first axis. */
export const sumFirst = (source: Source): Source => {
  const { dtype, shape } = typeOf(source)
  const output = { dtype, shape: shape.slice(1) }
  return first(makeNode("Sum", [source, integers(0)], [typed("T", dtype), int32("Tidx")], output))
}

/** A block of the given shape, from a position that may be computed. */
export const slice = (source: Source, begin: Source, shape: readonly number[]): Source => {
  const { dtype } = typeOf(source)
  const attributes = [typed("T", dtype), int32("Index")]
  return first(makeNode("Slice", [source, begin, integers(...shape)], attributes, { dtype, shape }))
}

/** int32 scalars as a vector: a position. */
export const position = (...scalars: readonly Source[]): Source => {
  const attributes = [int32("T"), whole("N", scalars.length), whole("axis", 0)]
  return first(makeNode("Pack", scalars, attributes, { dtype: dataType.int32, shape: [scalars.length] }))
}

/** Row `i` of a tensor, without the axis of rows. */
export const row = (source: Source, i: Source): Source => {
  const [, ...shape] = typeOf(source).shape
  const begin = position(i, ...shape.map(() => integer(0)))
  return reshape(slice(source, begin, [1, ...shape]), shape)
}

/** The sum of two int32 tensors of one shape. */
export const add = (a: Source, b: Source): Source => first(makeNode("Add", [a, b], [int32("T")], typeOf(a)))

/** The larger of the numbers and 0; int32. */
export const atLeastZero = (source: Source): Source =>
  first(makeNode("Maximum", [source, integer(0)], [int32("T")], typeOf(source)))

/** Whether `a < b`, int32. */
export const less = (a: Source, b: Source): Source =>
  first(makeNode("Less", [a, b], [int32("T")], { dtype: dataType.bool, shape: typeOf(a).shape }))

/** float32 zeros. */
export const zeros = (shape: readonly number[]): Source => {
  const attributes = [typed("T", dataType.float32)]
  const output = { dtype: dataType.float32, shape }
  return first(makeNode("Fill", [integers(...shape), number(0)], attributes, output))
}

/** Rows of `source` by their numbers, in the shape of `rows`. */
export const gather = (source: Source, rows: Source): Source => {
  const { dtype, shape } = typeOf(source)
  const attributes = [typed("Tparams", dtype), int32("Tindices"), int32("Taxis")]
  const output = { dtype, shape: [...typeOf(rows).shape, ...shape.slice(1)] }
  return first(makeNode("GatherV2", [source, rows, integer(0)], attributes, output))
}

/** A matrix with column `i` replaced, in place. XLA only. */
export const withColumn = (matrix: Source, column: Source, i: Source): Source => {
  const { dtype, shape } = typeOf(matrix)
  const inputs = [matrix, reshape(column, [shape[0]!, 1]), position(integer(0), i)]
  return first(
    makeNode("XlaDynamicUpdateSlice", inputs, [typed("T", dtype), int32("Tindices")], { dtype, shape }),
  )
}
