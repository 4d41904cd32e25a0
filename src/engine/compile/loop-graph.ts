/**
 * The graph of many steps in one call: a function marked for XLA whose body is a `While` over the carry. What the steps
 * differ in comes as one matrix, an order a row; what they report goes out as one, a column a step. Next: `loop.ts`.
 */
import { sumOf } from "./checksum.js"
import { callCompiled, defineFunction, ifElse, repeatWhile } from "./control.js"
import { forXla } from "./for-xla.js"
import { dataType, first, integer, integers, type Node, placeholder, type Source, typeOf } from "./graph.js"
import { findGathered, type Gathered, gatherAll, gatheredBytes } from "./hoist.js"
import { add, atLeastZero, less, reshape, row, slice, withColumn, zeros } from "./ops.js"
import type { Bytes } from "./protobuf.js"
import { listCarry, type RecordedStep } from "./recorded-step.js"
import { substitute } from "./simplify.js"

/** Steps in one call, if their batches are small: by then the call itself costs about as much as one small step. */
const mostSteps = 256

/** Bytes of batches that are gathered ahead at most. */
const gatheredAhead = 1 << 25

/** What the loop is fed, what comes out, and the functions they need. */
export interface LoopGraph {
  /** Steps that one call takes at most. */
  readonly length: number
  /** How many steps to take, their orders, the carry, data sets, captured tensors. */
  readonly inputs: readonly Node[]
  /** What the steps reported, a sum that is finite if the carry is, and the carry after them. */
  readonly outputs: readonly Source[]
  readonly functions: readonly Bytes[]
}

/** Reported numbers and next carry of a recorded step, on the carry, data and order of the loop and on batches it took out. */
const resultsOn = (
  step: RecordedStep,
  like: RecordedStep,
  order: Source,
  batches: ReadonlyMap<Node, Source>,
): Source[] => {
  const stands = new Map<Node, Source>([...batches, [step.order, order]])
  const stand = (nodes: readonly Node[], others: readonly Node[]): void => {
    for (const [i, node] of nodes.entries()) stands.set(node, first(others[i]!))
  }
  stand(listCarry(step.carry), listCarry(like.carry))
  stand(step.resident, like.resident)
  return substitute(
    forXla([step.reported, ...listCarry(step.next)]),
    (node) => stands.get(node) ?? (node.op === "Placeholder" ? first(node) : undefined),
  )
}

/** One step of the loop, from its order and batches. */
type Body = (order: Source, batches: readonly Source[]) => Source[]

const lengthOf = (step: RecordedStep): number => typeOf(first(step.order)).shape[0]!

/** The body by the order's last number, which is -1 for a short step: one of two functions. */
const branching = (
  [full, short]: readonly [RecordedStep, RecordedStep],
  gathered: readonly Gathered[],
  kept: readonly Node[],
): { body: Body; functions: Bytes[] } => {
  const batches = gathered.map(({ node }) => placeholder(node.outputs[0]!))
  const args = [full.order, ...batches, ...kept]
  const rows = lengthOf(short) - short.rowsFrom
  const cut = new Map(
    findGathered(short).map(({ node, path }) => {
      const batch = batches[gathered.findIndex((other) => `${other.path}` === `${path}`)]!
      const shape = [rows, ...batch.outputs[0]!.shape.slice(1)]
      return [node, slice(first(batch), integers(...shape.map(() => 0)), shape)] as const
    }),
  )
  const whole = new Map(gathered.map(({ node }, i) => [node, first(batches[i]!)] as const))
  const long = resultsOn(full, full, first(full.order), whole)
  const brief = resultsOn(short, full, slice(first(full.order), integers(0), [lengthOf(short)]), cut)
  const isShort = (order: Source): Source =>
    reshape(less(slice(order, integers(lengthOf(full) - 1), [1]), integers(0)), [])
  return {
    functions: [defineFunction("long", args, long), defineFunction("brief", args, brief)],
    body: (order, taken) =>
      ifElse(isShort(order), ["brief", "long"], [order, ...taken, ...kept.map(first)], long.map(typeOf)),
  }
}

const straight = (full: RecordedStep, gathered: readonly Gathered[]): { body: Body; functions: Bytes[] } => ({
  functions: [],
  body: (order, taken) =>
    resultsOn(full, full, order, new Map(gathered.map(({ node }, i) => [node, taken[i]!]))),
})

/** The loop over a recorded step; `short` is the step for the short last batch of an epoch, if there is one. */
export const defineLoop = (full: RecordedStep, short: RecordedStep | undefined): LoopGraph => {
  const gathered = findGathered(full)
  const length = Math.max(
    1,
    Math.min(mostSteps, Math.floor(gatheredAhead / Math.max(1, gatheredBytes(gathered)))),
  )
  const kinds = typeOf(full.reported).shape[0]!
  const carry = listCarry(full.carry)
  const captured = [...full.captured, ...(short?.captured ?? [])].map(({ node }) => node)
  const kept = [...carry, ...full.resident, ...captured]
  const { body, functions } =
    short === undefined ? straight(full, gathered) : branching([full, short], gathered, kept)

  const i = placeholder({ dtype: dataType.int32, shape: [] })
  const steps = placeholder({ dtype: dataType.int32, shape: [] })
  const orders = placeholder({ dtype: dataType.int32, shape: [length, lengthOf(full)] })
  const reported = placeholder({ dtype: dataType.float32, shape: [kinds, length] })
  const stacks = gathered.map(({ node: { outputs } }) => {
    const { dtype, shape } = outputs[0]!
    return placeholder({ dtype, shape: [length, ...shape] })
  })
  const taken = stacks.map((stack) => row(first(stack), first(i)))
  const [report, ...next] = body(row(first(orders), first(i)), taken)
  const same = [steps, orders, ...stacks]
  const args = [i, ...same, reported, ...kept]
  const after = [
    add(first(i), integer(1)),
    ...same.map(first),
    withColumn(first(reported), report!, first(i)),
    ...next,
    ...kept.slice(carry.length).map(first),
  ]
  const ended = repeatWhile("more", "body", [
    integer(0),
    ...same.map(first),
    zeros([kinds, length]),
    ...kept.map(first),
  ]).slice(1 + same.length)
  const carried = ended.slice(1, 1 + carry.length)
  const results = [ended[0]!, sumOf(carried), ...carried]
  const rows = slice(first(orders), integers(0, full.rowsFrom), [length, lengthOf(full) - full.rowsFrom])
  const ahead = gathered.map((one) => gatherAll(one, full.resident, atLeastZero(rows)))
  const inputs = [steps, orders, ...kept]
  return {
    length,
    inputs,
    outputs: callCompiled(
      "loop",
      [first(steps), first(orders), ...ahead, ...kept.map(first)],
      results.map(typeOf),
    ),
    functions: [
      ...functions,
      defineFunction("more", args, [less(first(i), first(steps))]),
      defineFunction("body", args, after),
      defineFunction("loop", [steps, orders, ...stacks, ...kept], results, true),
    ],
  }
}
