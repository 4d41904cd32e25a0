/** Where along an axis the largest or smallest number is. Next: `reductions.ts`. */
import { bool, float32, int32 } from "../view.js"
import { axisOf, integersAt, type Lower, type LowerTable, notHere } from "./node.js"
import { reduce } from "./reductions.js"
import { reshaped } from "./views.js"

/** The first place at which a number equals the extreme; 0 where none does, for want of a number that is none. */
const positionOf =
  (kind: "max" | "min"): Lower =>
  (lowering) => {
    const { node, inputs, listing } = lowering
    const [view] = inputs
    const { dtype } = node.outputs[0]!
    if (view!.dtype !== float32 || dtype !== int32) throw notHere(node, "of such a type is not lowered")
    const axis = axisOf(integersAt(lowering, 1)[0]!, view!.shape.length)
    const size = view!.shape[axis]!
    const number = (value: number) => listing.constant(int32, [], Int32Array.of(value))
    const places = listing.constant(
      int32,
      view!.shape.map((_, i) => (i === axis ? size : 1)),
      Int32Array.from({ length: size }, (_, i) => i),
    )
    const extreme = reshaped(listing, reduce(listing, view!, kind, [axis]), view!.shape.with(axis, 1))
    const isExtreme = listing.line("equal", [view!, extreme], bool)
    const candidates = listing.line("select", [isExtreme, places, number(size)], int32)
    const first = reduce(listing, candidates, "minInteger", [axis])
    const isNone = listing.line("equalInteger", [first, number(size)], bool)
    return [listing.line("select", [isNone, number(0), first], int32)]
  }

/** Ops that give positions. */
export const positions: LowerTable = { ArgMax: positionOf("max"), ArgMin: positionOf("min") }
