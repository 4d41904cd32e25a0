/** The gradient of `stridedSlice`: the upstream gradient put back at the places that were taken, zeros between them. */
import { defineKernel, intAttribute, typeAttribute } from "../kernel.js"
import type { Shape, Tensor } from "../tensor.js"
import { tf } from "../tensor.js"

type Places = { readonly shape: Shape; readonly begin: Shape; readonly strides: Shape }

/** Puts a dense block at begin, begin + stride, ... (strides positive) of a tensor of zeros. */
const placeStrided: (inputs: readonly Tensor[], places: Places) => Tensor = defineKernel<Places>(1, {
  name: "LatentlyPlaceStrided",
  native: ([dy], { shape, begin, strides }, backend) => {
    const end = begin.map((from, axis) => from + Math.max(dy!.shape[axis]! - 1, 0) * strides[axis]! + 1)
    const masks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"]
    return backend.executeSingleOutput(
      "StridedSliceGrad",
      [
        typeAttribute(backend, "float32"),
        typeAttribute(backend, "int32", "Index"),
        ...masks.map((name) => intAttribute(backend, name, 0)),
      ],
      [...[shape, begin, end, strides].map((list) => tf.tensor1d([...list], "int32")), dy!],
    )
  },
  arrays: ([dy], { shape, begin, strides }) => {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]))
    const [to, from] = [tf.util.computeStrides([...shape]), tf.util.computeStrides([...dy!.shape])]
    for (let i = 0; i < dy!.values.length; i++) {
      let at = 0
      for (let axis = 0, rest = i; axis < shape.length; axis++) {
        const step = axis < from.length ? from[axis]! : 1
        const index = Math.floor(rest / step)
        rest -= index * step
        at += (begin[axis]! + index * strides[axis]!) * (axis < to.length ? to[axis]! : 1)
      }
      values[at] = dy!.values[i]!
    }
    return { shape, dtype: "float32", values }
  },
  gradient: (ddy, [dy], _, { begin, strides }) => [
    () => {
      const end = begin.map((from, axis) => from + Math.max(dy!.shape[axis]! - 1, 0) * strides[axis]! + 1)
      return tf.stridedSlice(ddy, [...begin], end, [...strides])
    },
  ],
}) as (inputs: readonly Tensor[], places: Places) => Tensor

type SliceAttributes = Record<"begin" | "end" | "strides", number[]> &
  Record<"beginMask" | "endMask" | "ellipsisMask" | "newAxisMask" | "shrinkAxisMask", number>

tf.registerGradient({
  kernelName: "StridedSlice",
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attrs) => {
    const a = attrs as unknown as SliceAttributes
    const info = tf.slice_util.sliceInfo(
      x!.shape,
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    )
    // sizes before dropped axes go and new ones come
    const sizes = info.begin.map((from, axis) =>
      Math.max(0, Math.ceil((info.end[axis]! - from) / info.strides[axis]!)),
    )
    const backwards = info.strides.flatMap((stride, axis) => (stride < 0 ? [axis] : []))
    const begin = info.begin.map((from, axis) => {
      const stride = info.strides[axis]!
      return stride < 0 ? from + (sizes[axis]! - 1) * stride : from
    })
    return {
      x: () => {
        const dense = tf.reshape(dy as Tensor, sizes)
        const forwards = backwards.length > 0 ? tf.reverse(dense, backwards) : dense
        return placeStrided([forwards], { shape: x!.shape, begin, strides: info.strides.map(Math.abs) })
      },
    }
  },
})
