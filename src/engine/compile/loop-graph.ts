/**
 * The graph of many steps in one call: a function marked for XLA whose body is a `While` over the carry. What the steps
 * differ in comes as one matrix, an order a row; what they report goes out as one, a column a step. Next: `loop.ts`.
 */
import { sumOf } from "./checksum.js"
import { callCompiled, defineFunction, ifElse, repeatWhile } from "./control.js"
import {
  dataType,
  first,
  integer,
  integers,
  makeNode,
  type Node,
  number,
  placeholder,
  type Source,
  typed,
  typeOf,
  whole,
} from "./graph.js"
import type { Bytes } from "./protobuf.js"
import { listCarry, type RecordedStep } from "./recorded-step.js"
import { substitute } from "./simplify.js"

/** Steps in one call: by then the call itself costs about as much as one small step. */
export const loopLength = 256

const int32 = (name: string) => typed(name, dataType.int32)
const vector = (length: number) => ({ dtype: dataType.int32, shape: [length] })

const reshape = (source: Source, shape: readonly number[]): Source => {
  const { dtype } = typeOf(source)
  const attributes = [typed("T", dtype), int32("Tshape")]
  return first(makeNode("Reshape", [source, integers(...shape)], attributes, { dtype, shape }))
}

/** `size` integers of a vector, from `at`. */
const part = (source: Source, at: number, size: number): Source => {
  const attributes = [int32("T"), int32("Index")]
  return first(makeNode("Slice", [source, integers(at), integers(size)], attributes, vector(size)))
}

const pair = (a: Source, b: Source): Source => {
  const attributes = [int32("T"), whole("N", 2), whole("axis", 0)]
  return first(makeNode("Pack", [a, b], attributes, vector(2)))
}

/** Row `i` of the orders. */
const rowOf = (orders: Source, i: Source, length: number): Source => {
  const attributes = [int32("T"), int32("Index")]
  const type = { dtype: dataType.int32, shape: [1, length] }
  return reshape(
    first(makeNode("Slice", [orders, pair(i, integer(0)), integers(1, length)], attributes, type)),
    [length],
  )
}

/** `reported` with column `i` replaced. */
const withColumn = (reported: Source, column: Source, i: Source): Source => {
  const { dtype, shape } = typeOf(reported)
  const attributes = [typed("T", dtype), int32("Tindices")]
  const inputs = [reported, reshape(column, [shape[0]!, 1]), pair(integer(0), i)]
  return first(makeNode("XlaDynamicUpdateSlice", inputs, attributes, { dtype, shape }))
}

const add = (a: Source, b: Source): Source => first(makeNode("Add", [a, b], [int32("T")], typeOf(a)))

const less = (a: Source, b: Source): Source =>
  first(makeNode("Less", [a, b], [int32("T")], { dtype: dataType.bool, shape: typeOf(a).shape }))

/** What the loop's functions are made from: the step's own placeholders serve as arguments. */
interface Parts {
  readonly carry: readonly Node[]
  /** Data sets and captured tensors: the same in every step. */
  readonly data: readonly Node[]
  readonly step: (order: Source) => Source[]
  readonly functions: readonly Bytes[]
}

/** Reported numbers and the next carry of a recorded step, on the carry, data and order of the loop. */
const resultsOn = (step: RecordedStep, like: RecordedStep, order: Source): Source[] => {
  const stands = new Map<Node, Node>([
    ...listCarry(step.carry).map((node, i) => [node, listCarry(like.carry)[i]!] as const),
    ...step.resident.map((node, i) => [node, like.resident[i]!] as const),
  ])
  return substitute([step.reported, ...listCarry(step.next)], (node) =>
    node === step.order ? order : node.op === "Placeholder" ? first(stands.get(node) ?? node) : undefined,
  )
}

/** The step of a loop: the full one, or by the order's last number the short one, whose order is filled up with -1. */
const partsOf = (full: RecordedStep, short: RecordedStep | undefined): Parts => {
  const carry = listCarry(full.carry)
  const captured = [...full.captured, ...(short?.captured ?? [])]
  const data = [...full.resident, ...captured.map(({ node }) => node)]
  if (short === undefined)
    return { carry, data, functions: [], step: (order) => resultsOn(full, full, order) }
  const args = [full.order, ...carry, ...data]
  const order = first(full.order)
  const length = typeOf(order).shape[0]!
  const whole = resultsOn(full, full, order)
  const cut = resultsOn(short, full, part(order, 0, short.order.outputs[0]!.shape[0]!))
  return {
    carry,
    data,
    functions: [defineFunction("full", args, whole), defineFunction("short", args, cut)],
    step: (row) => {
      const isShort = reshape(less(part(row, length - 1, 1), integers(0)), [])
      const inputs = [row, ...[...carry, ...data].map(first)]
      return ifElse(isShort, ["short", "full"], inputs, whole.map(typeOf))
    },
  }
}

/** What the loop is fed, what comes out, and the functions they need. */
export interface LoopGraph {
  /** How many steps to take, their orders, the carry, data sets, captured tensors. */
  readonly inputs: readonly Node[]
  /** What the steps reported, a sum that is finite if the carry is, and the carry after them. */
  readonly outputs: readonly Source[]
  readonly functions: readonly Bytes[]
}

/** The loop over a recorded step; `short` is the step for the short last batch of an epoch, if there is one. */
export const defineLoop = (full: RecordedStep, short: RecordedStep | undefined): LoopGraph => {
  const { carry, data, step, functions } = partsOf(full, short)
  const length = full.order.outputs[0]!.shape[0]!
  const kinds = typeOf(full.reported).shape[0]!
  const i = placeholder({ dtype: dataType.int32, shape: [] })
  const steps = placeholder({ dtype: dataType.int32, shape: [] })
  const orders = placeholder({ dtype: dataType.int32, shape: [loopLength, length] })
  const reported = placeholder({ dtype: dataType.float32, shape: [kinds, loopLength] })
  const args = [i, steps, orders, reported, ...carry, ...data]
  const [report, ...next] = step(rowOf(first(orders), first(i), length))
  const after = [
    add(first(i), integer(1)),
    first(steps),
    first(orders),
    withColumn(first(reported), report!, first(i)),
    ...next,
    ...data.map(first),
  ]
  const inputs = [steps, orders, ...carry, ...data]
  const zeros = first(
    makeNode("Fill", [integers(kinds, loopLength), number(0)], [typed("T", 1)], reported.outputs[0]!),
  )
  const ended = repeatWhile("more", "body", [
    integer(0),
    first(steps),
    first(orders),
    zeros,
    ...[...carry, ...data].map(first),
  ])
  const carried = ended.slice(4, 4 + carry.length)
  const results = [ended[3]!, sumOf(carried), ...carried]
  return {
    inputs,
    outputs: callCompiled("loop", inputs.map(first), results.map(typeOf)),
    functions: [
      ...functions,
      defineFunction("more", args, [less(first(i), first(steps))]),
      defineFunction("body", args, after),
      defineFunction("loop", inputs, results, true),
    ],
  }
}
