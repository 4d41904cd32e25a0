/**
 * Ranks at the type level: from the types of a family's parameters to the type of its draws. Only types, no run time.
 *
 * The rule that keeps the types honest: a plate expands a distribution only when its batch shape is empty, so a draw's
 * rank is known exactly when the batch rank is known to be at least one; otherwise the draw is a plain `Tensor`.
 * Next: `distribution.ts`.
 */
import type { Tensor, TensorLike, tf } from "../engine/tensor.js"

interface TensorOfRank {
  1: tf.Tensor1D
  2: tf.Tensor2D
  3: tf.Tensor3D
  4: tf.Tensor4D
  5: tf.Tensor5D
  6: tf.Tensor<tf.Rank.R6>
}

interface RankNumber {
  R0: 0
  R1: 1
  R2: 2
  R3: 3
  R4: 4
  R5: 5
  R6: 6
}

/** The rank of a parameter: a literal where it is known, `number` where it is not. */
export type RankOf<T> = T extends number | boolean
  ? 0
  : T extends tf.Tensor<infer R>
    ? tf.Rank extends R
      ? number
      : RankNumber[`${R}` & keyof RankNumber]
    : T extends Float32Array | Int32Array | readonly number[]
      ? 1
      : T extends readonly (readonly number[])[]
        ? 2
        : number

type Highest<R extends number> = number extends R
  ? number
  : [Extract<R, 6>] extends [never]
    ? [Extract<R, 5>] extends [never]
      ? [Extract<R, 4>] extends [never]
        ? [Extract<R, 3>] extends [never]
          ? [Extract<R, 2>] extends [never]
            ? [Extract<R, 1>] extends [never]
              ? 0
              : 1
            : 2
          : 3
        : 4
      : 5
    : 6

type Less = [[0, 1, 2, 3, 4, 5, 6], [0, 0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 2, 3, 4], [0, 0, 0, 0, 1, 2, 3]]

/** `A - B` for ranks, never below 0; `number` where either is unknown. */
export type Minus<A extends number, B extends number> = number extends A | B
  ? number
  : B extends keyof Less
    ? Less[B][A & keyof Less[B]] extends infer D extends number
      ? D
      : number
    : number

/** The rank that parameters broadcast to: the highest of theirs, `number` if one is unknown. */
export type Broadcast<Parameters extends TensorLike> = Highest<RankOf<Parameters>>

/** The type of a draw whose parameters broadcast to rank `R` and whose batch has rank `B`. */
export type Drawn<R extends number, B extends number> = number extends R | B
  ? Tensor
  : B extends 0
    ? Tensor
    : R extends keyof TensorOfRank
      ? TensorOfRank[R]
      : Tensor
