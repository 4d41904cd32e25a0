/** Ops that add up, multiply or compare along axes, and what is made of them. Next: `products.ts`. */
import { sizeOf } from "../../tensor.js"
import { int32Bits } from "../contents.js"
import type { Listing } from "../listing.js"
import type { View } from "../view.js"
import { bool, float32, int32 } from "../view.js"
import { axisOf, integersAt, type Lower, type Lowering, type LowerTable, notHere, shapeOf } from "./node.js"
import { reshaped } from "./views.js"

/** The machine's kinds of reduction. */
const kinds = {
  sum: 0,
  max: 1,
  min: 2,
  product: 3,
  all: 4,
  any: 5,
  sumInteger: 6,
  maxInteger: 7,
  minInteger: 8,
} as const
type Kind = keyof typeof kinds

/** Reduces the axes from `from` up to `to`; the result has them left out. */
const reduceRun = (
  listing: Listing,
  view: View,
  kind: Kind,
  [from, to]: readonly [number, number],
  factor: number,
): View => {
  const { shape, dtype } = view
  const input = listing.dense(view)
  const output = listing.temporary(dtype, [...shape.slice(0, from), ...shape.slice(to)])
  const sizes = [shape.slice(0, from), shape.slice(from, to), shape.slice(to)].map(sizeOf)
  const head = [kinds[kind], ...int32Bits([factor]), ...sizes]
  listing.call("reduce", [input], [output], (place) => [...head, ...place(input), ...place(output)])
  return output
}

/** Neighbouring axes that are reduced, as runs, the last first. */
const runsOf = (axes: ReadonlySet<number>, rank: number): (readonly [number, number])[] => {
  const runs: [number, number][] = []
  for (let axis = 0; axis < rank; axis++) {
    const last = runs.at(-1)
    if (!axes.has(axis)) continue
    if (last?.[1] === axis) last[1] = axis + 1
    else runs.push([axis, axis + 1])
  }
  return runs.toReversed()
}

/** Reduces the axes, which are left out of the result. */
export const reduce = (
  listing: Listing,
  view: View,
  kind: Kind,
  axes: readonly number[],
  factor = 1,
): View => {
  const long = new Set(axes.filter((axis) => view.shape[axis] !== 1))
  const runs = runsOf(long, view.shape.length)
  const last = runs.length - 1
  const reduced = runs.reduce((v, run, i) => reduceRun(listing, v, kind, run, i === last ? factor : 1), view)
  const scaled =
    runs.length === 0 && factor !== 1
      ? listing.line("multiply", [reduced, listing.constant(float32, [], int32Bits([factor]))], view.dtype)
      : reduced
  return reshaped(
    listing,
    scaled,
    view.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

const axesOf = (lowering: Lowering): number[] =>
  integersAt(lowering, 1).map((axis) => axisOf(axis, lowering.inputs[0]!.shape.length))

const reduction =
  (kindFor: Readonly<Record<number, Kind>>, mean = false): Lower =>
  (lowering) => {
    const {
      node,
      inputs: [view],
      listing,
    } = lowering
    const kind = kindFor[view!.dtype]
    if (kind === undefined) throw notHere(node, "of such a type is not lowered")
    const axes = axesOf(lowering)
    const count = axes.reduce((n, axis) => n * view!.shape[axis]!, 1)
    const result = reduce(listing, view!, kind, axes, mean ? 1 / count : 1)
    return [reshaped(listing, result, shapeOf(node))]
  }

const alongLast =
  (finish: (listing: Listing, shifted: View, exps: View, total: View) => View): Lower =>
  ({ inputs: [view], listing }) => {
    const last = view!.shape.length - 1
    const keep = (v: View): View => reshaped(listing, v, [...view!.shape.slice(0, -1), 1])
    const shifted = listing.line("subtract", [view!, keep(reduce(listing, view!, "max", [last]))], float32)
    const exps = listing.line("exponential", [shifted], float32)
    return [finish(listing, shifted, exps, keep(reduce(listing, exps, "sum", [last])))]
  }

const cumulate =
  (kind: number): Lower =>
  (lowering) => {
    const { node, inputs, listing } = lowering
    const [view] = inputs
    if (view!.dtype !== float32) throw notHere(node, "of such a type is not lowered")
    const axis = axisOf(integersAt(lowering, 1)[0]!, view!.shape.length)
    const flag = (name: string): number =>
      Number(node.attributes.find((a) => a.name === name)?.value.value ?? 0)
    const input = listing.dense(view!)
    const output = listing.temporary(view!.dtype, view!.shape)
    const sizes = [view!.shape.slice(0, axis), [view!.shape[axis]!], view!.shape.slice(axis + 1)].map(sizeOf)
    const head = [kind, ...sizes, flag("exclusive"), flag("reverse")]
    listing.call("cumulate", [input], [output], (place) => [...head, ...place(input), ...place(output)])
    return [output]
  }

/** Ops along axes. */
export const reductions: LowerTable = {
  Sum: reduction({ [float32]: "sum", [int32]: "sumInteger" }),
  Mean: reduction({ [float32]: "sum" }, true),
  Max: reduction({ [float32]: "max", [int32]: "maxInteger" }),
  Min: reduction({ [float32]: "min", [int32]: "minInteger" }),
  Prod: reduction({ [float32]: "product" }),
  All: reduction({ [bool]: "all" }),
  Any: reduction({ [bool]: "any" }),
  Softmax: alongLast((listing, _, exps, total) => listing.line("divide", [exps, total], float32)),
  LogSoftmax: alongLast((listing, shifted, _, total) =>
    listing.line("subtract", [shifted, listing.line("logarithm", [total], float32)], float32),
  ),
  Cumsum: cumulate(0),
  Cumprod: cumulate(1),
}
