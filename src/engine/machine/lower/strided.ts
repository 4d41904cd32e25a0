/** Slices with steps, and the way back from one. Next: `views.ts`. */
import { slice, type View } from "../view.js"
import { integerAttribute, integersAt, type Lower, type LowerTable, notHere, shapeOf } from "./node.js"
import { onBackground, zeroOf } from "./views.js"

const checkMasks = ({ node }: Parameters<Lower>[0], names: readonly string[]): void => {
  if (names.some((name) => integerAttribute(node, name, 0) !== 0))
    throw notHere(node, "with such a mask is not lowered")
}

const strided: Lower = (lowering) => {
  const { node, inputs } = lowering
  checkMasks(lowering, ["ellipsis_mask", "new_axis_mask", "shrink_axis_mask"])
  const fromStart = integerAttribute(node, "begin_mask", 0)
  const steps = integersAt(lowering, 3)
  const { shape } = inputs[0]!
  const begin = integersAt(lowering, 1).map((at, axis) => {
    if (fromStart & (1 << axis)) return steps[axis]! < 0 ? shape[axis]! - 1 : 0
    return Math.min(at < 0 ? at + shape[axis]! : at, Math.max(0, shape[axis]! - 1))
  })
  return [slice(inputs[0]!, begin, shapeOf(node), steps)]
}

/** Zeros, and the gradient where elements were taken; beginnings as latently gives them, none negative. */
const stridedGradient: Lower = (lowering) => {
  checkMasks(lowering, ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"])
  const gradient: View = lowering.inputs[4]!
  const [begin, steps] = [integersAt(lowering, 1), integersAt(lowering, 3)]
  const zero = zeroOf(lowering.listing, gradient.dtype)
  return [onBackground(lowering, zero, gradient, (whole) => slice(whole, begin, gradient.shape, steps))]
}

/** Slices with steps. */
export const stridedSlices: LowerTable = { StridedSlice: strided, StridedSliceGrad: stridedGradient }
