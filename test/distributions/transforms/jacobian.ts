/** The Jacobian of a transform by automatic differentiation, one row at a time, and its volume in double precision. */
import type { Transform } from "../../../src/distributions/transforms/index.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"

/** dy/dx, one row for each chosen coordinate of y. */
const rowsOf = (transform: Transform, x: Tensor, coordinates: readonly number[] | undefined): number[][] => {
  const size = transform.forward(x).size
  const chosen = coordinates ?? Array.from({ length: size }, (_, i) => i)
  return chosen.map((i) => {
    const pick = tf.tensor2d(
      Float32Array.from({ length: size }, (_, j) => (j === i ? 1 : 0)),
      [1, size],
    )
    const one = (z: Tensor): Tensor => tf.sum(tf.mul(tf.reshape(transform.forward(z), [1, size]), pick))
    return [...tf.grad(one)(x).dataSync()]
  })
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

/** The logarithm of the determinant of a symmetric positive-definite matrix, by elimination. */
const logDeterminant = (matrix: readonly (readonly number[])[]): number => {
  const a = matrix.map((row) => [...row])
  let log = 0
  for (let k = 0; k < a.length; k++) {
    log += Math.log(a[k]![k]!)
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i]![k]! / a[k]![k]!
      for (let j = k; j < a.length; j++) a[i]![j]! -= factor * a[k]![j]!
    }
  }
  return log
}

/** log √det(JᵀJ): the volume, by surface area or in the listed coordinates, that a unit of x becomes. */
export const logVolume = (transform: Transform, x: Tensor, coordinates?: readonly number[]): number => {
  const rows = rowsOf(transform, x, coordinates)
  const columns = rows[0]!.map((_, j) => rows.map((row) => row[j]!))
  return 0.5 * logDeterminant(columns.map((a) => columns.map((b) => dot(a, b))))
}
