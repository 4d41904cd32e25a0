/**
 * Supports and domains of vectors and of log-odds: real vectors, one-hot vectors, vectors of counts, and the logits that
 * discrete families take. Left out: vectors with structure (`support-structured.ts`). Next: `bernoulli.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import { nonNegativeInteger, positive, real, type Support } from "./support.js"

const allOfVector = (inside: Tensor): Tensor => tf.all(inside, -1)

const sumsTo = (x: Tensor, total: number | Tensor): Tensor => tf.equal(tf.sum(x, -1), total)

/** Vectors of real numbers. */
export const realVector: Support<"real"> = {
  ...real,
  eventRank: 1,
  text: "vectors of finite numbers",
  contains: (x) => allOfVector(tf.isFinite(x)),
}

/** Matrices of real numbers. */
export const realMatrix: Support<"real"> = {
  ...real,
  eventRank: 2,
  text: "matrices of finite numbers",
  contains: (x) => allOfVector(allOfVector(tf.isFinite(x))),
}

/** Vectors of numbers above 0. */
export const positiveVector: Support<"positive"> = {
  ...positive,
  eventRank: 1,
  text: "vectors of positive numbers",
  contains: (x) => allOfVector(positive.contains(x)),
}

/** Vectors with one 1 and otherwise 0. */
export const oneHot: Support<"oneHot"> = {
  kind: "oneHot",
  eventRank: 1,
  discrete: true,
  text: "vectors with one 1 and otherwise 0",
  contains: (x) => tf.logicalAnd(allOfVector(tf.logicalOr(tf.equal(x, 0), tf.equal(x, 1))), sumsTo(x, 1)),
}

/** Vectors of whole numbers from 0 up that sum to `total`, a number or a tensor that broadcasts against the batch. */
export const countVector = (total: number | Tensor): Support<"boundedInteger"> => ({
  kind: "boundedInteger",
  eventRank: 1,
  discrete: true,
  text: `vectors of counts that sum to ${typeof total === "number" ? total : "totalCount"}`,
  contains: (x) => tf.logicalAnd(allOfVector(nonNegativeInteger.contains(x)), sumsTo(x, total)),
})

/** The domain of one log-odds: any number, ±Infinity included (probability 0 or 1). */
export const logit: Support<"real"> = {
  ...real,
  text: "[-∞, ∞]",
  contains: (x) => tf.logicalNot(tf.isNaN(x)),
}

/**
 * The domain of a vector of unnormalized log-probabilities: below ∞, -∞ allowed (an impossible class), one of them
 * finite.
 */
export const logitVector: Support<"real"> = {
  ...real,
  eventRank: 1,
  text: "vectors of numbers in [-∞, ∞) with at least one finite",
  contains: (x) =>
    tf.logicalAnd(
      allOfVector(tf.less(x, Number.POSITIVE_INFINITY)),
      tf.greater(tf.max(x, -1), Number.NEGATIVE_INFINITY),
    ),
}
