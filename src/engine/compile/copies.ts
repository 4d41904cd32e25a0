/**
 * Rows that are copies of each other, computed once. With k particles a plate's rows are repeated k times, and what a
 * network makes of data alone, before the first draw, is the same in every copy: here it is computed on the rows
 * themselves and repeated afterwards, and a gradient that such copies share is summed over them before it is multiplied.
 * Exact but for the order of sums. Left out: convolutions. Next: `simplify.ts`, which calls this.
 */
import { dataType, first, isSet, type Node, type Source, sameShape, typeOf } from "./graph.js"
import { inOrder } from "./in-order.js"
import { reshape, sumFirst, tileRows } from "./ops.js"

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

const elementwise =
  words(`Abs Add AddV2 Cast Elu Equal Exp Expm1 Floor Greater GreaterEqual Identity Less LessEqual Log
  Log1p LogicalAnd LogicalNot LogicalOr Maximum Minimum Mul Neg NotEqual Pow RealDiv Reciprocal Relu Rsqrt Select SelectV2
  Sigmoid Sign Softplus Sqrt Square SquaredDifference Sub Tanh`)

/** Rows of which a tensor holds `times` copies, one after the other. */
interface Copied {
  readonly rows: Source
  readonly times: number
}

/** The int32 numbers of a constant. */
const numbersOf = ({ node }: Source): readonly number[] | undefined => {
  const value = node.attributes.find(({ name }) => name === "value")?.value
  if (node.op !== "Const" || value?.kind !== "tensor" || value.value.dtype !== dataType.int32)
    return undefined
  const { bytes } = value.value
  return [...new Int32Array(bytes.slice().buffer)]
}

const withRows = ({ dtype, shape }: { dtype: number; shape: readonly number[] }, rows: number) => ({
  dtype,
  shape: [rows, ...shape.slice(1)],
})

/** The node on fewer rows. */
const onRows = (node: Node, inputs: readonly Source[], rows: number): Source =>
  first({ ...node, inputs, outputs: node.outputs.map((type) => withRows(type, rows)) })

/** Whether an operand is the same for all rows: it broadcasts along them. A vector of `Select` chooses among rows instead. */
const isShared = (node: Node, operand: Source): boolean => {
  const { shape } = typeOf(operand)
  return node.op !== "Select" && (shape.length < node.outputs[0]!.shape.length || shape[0] === 1)
}

/** What each input of a node is copies of, if it is. */
type Operands = readonly (Copied | undefined)[]

const tileOf = ({ inputs: [rows, multiples] }: Node): Copied | undefined => {
  const times = numbersOf(multiples!)
  const alongRows = times !== undefined && times[0]! > 1 && times.slice(1).every((n) => n === 1)
  return alongRows ? { rows: rows!, times: times[0]! } : undefined
}

/** An elementwise node whose operands are copies or shared by all rows. */
const mapOf = (node: Node, operands: Operands): Copied | undefined => {
  const { shape } = node.outputs[0]!
  const times = operands.find((operand) => operand !== undefined)?.times
  const fits = (input: Source, i: number): boolean => {
    const given = typeOf(input).shape
    if (operands[i] === undefined) return isShared(node, input)
    return operands[i].times === times && given.length === shape.length && given[0] === shape[0]
  }
  if (times === undefined || !node.inputs.every(fits)) return undefined
  const inputs = node.inputs.map((input, i) => operands[i]?.rows ?? input)
  return { rows: onRows(node, inputs, shape[0]! / times), times }
}

/** A node that computes row by row from one of its inputs. */
const rowwise = (node: Node, at: number, operands: Operands): Copied | undefined => {
  const copied = operands[at]
  if (copied === undefined || operands.some((operand, i) => i !== at && operand !== undefined))
    return undefined
  const inputs = node.inputs.map((input, i) => (i === at ? copied.rows : input))
  return { rows: onRows(node, inputs, typeOf(copied.rows).shape[0]!), times: copied.times }
}

const copiedOf = (node: Node, operands: Operands): Copied | undefined => {
  if (node.outputs.length !== 1) return undefined
  if (node.op === "Tile") return tileOf(node)
  if (elementwise.has(node.op)) return mapOf(node, operands)
  if (node.op === "BiasAdd" || (node.op === "MatMul" && !isSet(node, "transpose_a")))
    return rowwise(node, 0, operands)
  const picksRows = node.op === "GatherV2" && numbersOf(node.inputs[2]!)?.[0] === 0
  return picksRows && typeOf(node.inputs[1]!).shape.length === 1 ? rowwise(node, 1, operands) : undefined
}

/** The sum over copies of what has been computed for each. TensorFlow itself finds where one is written twice. */
const addUp = (source: Source, times: number): Source => {
  const [rows, ...rest] = typeOf(source).shape
  return sumFirst(reshape(source, [times, rows! / times, ...rest]))
}

/** The graph as rewritten so far: what stands for a source of the old one, what that is copies of, sums over copies. */
interface Rewritten {
  readonly find: (source: Source) => Copied | undefined
  readonly now: (source: Source) => Source
  readonly times: number
  readonly sums: Map<Node, Source | undefined>
}

/** How a sum over copies moves to an input of a node: which inputs it moves to, where the node is linear in them. */
const linearIn = (node: Node, { find }: Rewritten): readonly number[] => {
  const fixed = (i: number): boolean => find(node.inputs[i]!) !== undefined
  const sized = (i: number): boolean => sameShape(typeOf(node.inputs[i]!).shape, node.outputs[0]!.shape)
  if (node.op === "MatMul") return isSet(node, "transpose_a") ? [] : [0]
  if (node.op === "Neg") return [0]
  if (node.op === "Mul") return fixed(1) && sized(0) ? [0] : fixed(0) && sized(1) ? [1] : []
  if (node.op === "RealDiv" || node.op === "ReluGrad") return fixed(1) && sized(0) ? [0] : []
  return /^(Add|AddV2|Sub)$/.test(node.op) && sized(0) && sized(1) ? [0, 1] : []
}

const computeMoved = (node: Node, graph: Rewritten): Source | undefined => {
  const [rows] = node.outputs[0]!.shape
  const at = linearIn(node, graph)
  if (at.length === 0 || rows! % graph.times !== 0) return undefined
  const isProduct = node.op === "MatMul"
  const moved = new Map(at.map((i) => [i, moveSum(node.inputs[i]!, graph)] as const))
  if (!isProduct && [...moved.values()].includes(undefined)) return undefined
  const inputs = node.inputs.map((input, i) => {
    if (moved.has(i)) return moved.get(i) ?? addUp(graph.now(input), graph.times)
    return isProduct ? graph.now(input) : graph.find(input)!.rows
  })
  return onRows(node, inputs, rows! / graph.times)
}

/** The sum over copies of a source, moved to before a product that it comes from; undefined where it comes from none. */
const moveSum = ({ node }: Source, graph: Rewritten): Source | undefined => {
  if (!graph.sums.has(node)) graph.sums.set(node, computeMoved(node, graph))
  return graph.sums.get(node)
}

/** A sum over all rows, or a product that sums over them, with the copies added up first; undefined for other nodes. */
const summed = (node: Node, graph: Rewritten): readonly Source[] | undefined => {
  const [a, b] = node.inputs
  if (node.op === "Sum" && numbersOf(b!)?.includes(0)) {
    const moved = moveSum(a!, graph)
    return moved && [moved, b!]
  }
  if (node.op !== "MatMul" || !isSet(node, "transpose_a") || isSet(node, "transpose_b")) return undefined
  const total = (source: Source): Source => moveSum(source, graph) ?? addUp(graph.now(source), graph.times)
  if (graph.find(a!) !== undefined) return [graph.find(a!)!.rows, total(b!)]
  return graph.find(b!) && [total(a!), graph.find(b!)!.rows]
}

const isCopy = (node: Node): boolean => node.op === "Tile" && tileOf(node) !== undefined

/** How often rows are copied, if always as often. */
const timesIn = (nodes: readonly Node[]): number | undefined => {
  const all = new Set(nodes.filter(isCopy).map((node) => tileOf(node)!.times))
  return all.size === 1 ? [...all][0] : undefined
}

/** The same results with nothing computed twice for copies of a row. */
export const shareCopies = (results: readonly Source[]): readonly Source[] => {
  const nodes = inOrder(results)
  const times = timesIn(nodes)
  if (times === undefined) return results
  const copied = new Map<Node, Copied>()
  const made = new Map<Node, Node>()
  const repeated = new Map<Node, Source>()
  const find = ({ node }: Source): Copied | undefined => copied.get(node)
  const now = (source: Source): Source => {
    const rows = copied.get(source.node)
    if (rows === undefined) return { node: made.get(source.node)!, index: source.index }
    const known = repeated.get(source.node) ?? tileRows(rows.rows, rows.times)
    repeated.set(source.node, known)
    return known
  }
  const graph = { find, now, times, sums: new Map() }
  for (const node of nodes) {
    const inputs = node.inputs.map(now)
    const copy = copiedOf({ ...node, inputs }, node.inputs.map(find))
    if (copy !== undefined && copy.times === times) copied.set(node, copy)
    else made.set(node, node.inputs.length === 0 ? node : { ...node, inputs: summed(node, graph) ?? inputs })
  }
  return results.map(now)
}
