/**
 * Taking batches out of the loop. XLA gathers rows one number at a time, which for a batch of images costs a tenth of the
 * step; TensorFlow's own kernel copies whole rows. So the rows of all steps of a call are gathered before the loop, and a
 * step takes its slice. Next: `loop-graph.ts`.
 */
import { sizeOf } from "../tensor.js"
import { first, type Node, type Source, typeOf } from "./graph.js"
import { inOrder } from "./in-order.js"
import { gather } from "./ops.js"
import { listCarry, type RecordedStep } from "./recorded-step.js"

/** A node of a recorded step that gathers a batch. */
export interface Gathered {
  readonly node: Node
  /** The data sets it goes through, the outermost first: the same in two recordings is the same gather. */
  readonly path: readonly number[]
}

/** Smaller batches, in bytes, are left in the loop, where they cost less than a copy more. */
const hoistFrom = 1 << 14

const constantIsZero = ({ node }: Source): boolean => {
  const value = node.attributes.find(({ name }) => name === "value")?.value
  return node.op === "Const" && value?.kind === "tensor" && value.value.bytes.every((byte) => byte === 0)
}

const isPlainGather = (node: Node): boolean =>
  node.op === "GatherV2" &&
  constantIsZero(node.inputs[2]!) &&
  !node.attributes.some(({ name, value }) => name === "batch_dims" && value.value !== 0)

/** The data sets that `rows` goes through from the step's row numbers; undefined where it comes from elsewhere. */
const pathOf = (rows: Source, step: RecordedStep): readonly number[] | undefined => {
  const { node } = rows
  const length = typeOf(first(step.order)).shape[0]! - step.rowsFrom
  if (node.op === "Slice" && node.inputs[0]!.node === step.order)
    return typeOf(rows).shape[0] === length ? [] : undefined
  if (!isPlainGather(node)) return undefined
  const dataSet = step.resident.indexOf(node.inputs[0]!.node)
  const inner = pathOf(node.inputs[1]!, step)
  return dataSet < 0 || inner === undefined ? undefined : [dataSet, ...inner]
}

const bytesOf = (node: Node): number => 4 * sizeOf(node.outputs[0]!.shape)

/** The gathers of a step that are worth taking out of the loop. */
export const findGathered = (step: RecordedStep): Gathered[] =>
  inOrder([step.reported, ...listCarry(step.next)])
    .filter((node) => isPlainGather(node) && bytesOf(node) >= hoistFrom)
    .flatMap((node) => {
      const path = pathOf(first(node), step)
      return path === undefined ? [] : [{ node, path }]
    })

/** The rows of all steps: `rows` is `[steps, rows a step]`, the result has the data set's other axes behind them. */
export const gatherAll = ({ path }: Gathered, resident: readonly Node[], rows: Source): Source =>
  path.reduceRight((numbers, dataSet) => gather(first(resident[dataSet]!), numbers), rows)

/** Bytes that one step's gathers take. */
export const gatheredBytes = (gathered: readonly Gathered[]): number =>
  gathered.reduce((sum, { node }) => sum + bytesOf(node), 0)
