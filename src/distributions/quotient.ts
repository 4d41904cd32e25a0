/**
 * Quotients whose derivatives do not overflow: TensorFlow.js differentiates a / b through b², which is 0 in float32 for
 * b below 1e-23. Next: `normal.ts`.
 */
import { sumToShape } from "../engine/elementwise.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { fromFormula } from "./formula.js"

type Save = (tensors: Tensor[]) => void

/**
 * a / b with broadcasting; derivatives 1/b and -(a/b)/b, for any b a float32 can hold.
 *
 * @example quotient(tf.scalar(3e-20), tf.scalar(1e-20))   // 3
 */
export const quotient = (a: Tensor, b: Tensor): Tensor => {
  const divide = tf.customGrad(((x: Tensor, y: Tensor, save: Save) => {
    const value = tf.div(x, y)
    save([x, y, value])
    const gradFunc = (dy: Tensor, [x, y, q]: Tensor[]): Tensor[] => {
      const byNumerator = tf.div(dy, y!)
      return [sumToShape(byNumerator, x!.shape), sumToShape(tf.neg(tf.mul(byNumerator, q!)), y!.shape)]
    }
    return { value, gradFunc }
  }) as never) as (x: Tensor, y: Tensor) => Tensor
  return divide(a, b)
}

/** (x - loc) / scale. */
export const standardized = (x: Tensor, loc: Tensor, scale: Tensor): Tensor => quotient(tf.sub(x, loc), scale)

/** log(a / b) for positive a and b in double precision: exact also where a / b rounds to 1, overflows or underflows. */
export const logQuotient = fromFormula(
  "LatentlyLogQuotient",
  2,
  (o, a, b) =>
    o.whereLess(o.abs(o.sub(a, b)), o.mul(0.5, b), o.log1p(o.div(o.sub(a, b), b)), o.sub(o.log(a), o.log(b))),
  (dy, [a, b]) => [() => tf.div(dy, a!), () => tf.neg(tf.div(dy, b!))],
)

/** log(1 + z²) for any z; derivative 2z / (1 + z²), also where z² overflows. */
export const log1pSquare = fromFormula(
  "LatentlyLog1pSquare",
  1,
  (o, z) => o.log1p(o.square(z)),
  (dy, [z]) => [() => tf.mul(dy, log1pSquareSlope(z!))],
)

const log1pSquareSlope = fromFormula(
  "LatentlyLog1pSquareSlope",
  1,
  (o, z) => o.div(o.mul(2, z), o.add(1, o.square(z))),
  (dy, [z]) => [
    () => {
      const spread = tf.exp(tf.neg(log1pSquare(z!)))
      return tf.mul(dy, tf.mul(tf.mul(2, spread), tf.sub(tf.mul(2, spread), 1)))
    },
  ],
)
