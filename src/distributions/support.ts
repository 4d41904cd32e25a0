/**
 * Supports: the sets that values live in. A support has a kind (what the types compare between model and guide), a rank
 * (how many trailing axes one value takes) and a test for membership. Left out: the bijections onto them
 * (`transforms/`). Next: `distribution.ts`.
 */
import { type Tensor, tf } from "../engine/tensor.js"
import type { Transform } from "./transforms/transform.js"

/** For each kind of support of a model's site, the kinds a guide's site may have there (absolute continuity, q ≪ p). */
export interface Covers {
  real:
    | "real"
    | "positive"
    | "unit"
    | "interval"
    | "angle"
    | "ordered"
    | "positiveOrdered"
    | "simplex"
    | "unitVector"
    | "point"
  positive: "positive" | "unit" | "positiveOrdered" | "simplex" | "point"
  unit: "unit" | "simplex" | "point"
  interval: "interval" | "unit" | "angle" | "point"
  angle: "angle" | "interval" | "unit" | "point"
  simplex: "simplex" | "point"
  ordered: "ordered" | "positiveOrdered" | "point"
  positiveOrdered: "positiveOrdered" | "point"
  unitVector: "unitVector" | "point"
  lowerCholesky: "lowerCholesky" | "correlationCholesky" | "point"
  correlationCholesky: "correlationCholesky" | "point"
  positiveDefinite: "positiveDefinite" | "point"
  integer: "integer" | "boundedInteger" | "boolean" | "oneHot" | "point"
  boundedInteger: "boundedInteger" | "boolean" | "point"
  boolean: "boolean" | "point"
  oneHot: "oneHot" | "point"
  point: "point"
}

/** The name of a kind of support. */
export type SupportKind = keyof Covers

/** A set that values live in. */
export interface Support<out S extends SupportKind = SupportKind> {
  readonly kind: S
  /** How many trailing axes one value takes: 0 for a number, 1 for a vector, 2 for a matrix. */
  readonly eventRank: number
  /** True for sets of isolated points. */
  readonly discrete: boolean
  /** The set in words or symbols, for error messages: `"(0, ∞)"`. */
  readonly text: string
  /** The bounds of a scalar set, where it has constant ones. */
  readonly bounds?: readonly [low: number, high: number]
  /** The bounds where they may be tensors, one for each member of a batch; `bounds` holds them where they are constant. */
  readonly ends?: readonly [low: number | Tensor, high: number | Tensor]
  /** The bijection onto the set, where it is not the usual one of its kind (`in-units.ts`). */
  readonly bijection?: Transform
  /** Boolean tensor, the event axes reduced: is each value inside? NaN never is. */
  contains(value: Tensor): Tensor
}

const all = (inside: Tensor, rank: number): Tensor =>
  rank === 0
    ? inside
    : tf.all(
        inside,
        Array.from({ length: rank }, (_, axis) => inside.rank - rank + axis),
      )

const finite = (x: Tensor): Tensor => tf.isFinite(tf.cast(x, "float32"))
const both = (a: Tensor, b: Tensor): Tensor => tf.logicalAnd(a, b)
const isWhole = (x: Tensor): Tensor => tf.equal(x, tf.floor(tf.cast(x, "float32")))

/** All real numbers. */
export const real: Support<"real"> = {
  kind: "real",
  eventRank: 0,
  discrete: false,
  text: "(-∞, ∞)",
  contains: finite,
}

/** Numbers above 0. */
export const positive: Support<"positive"> = {
  kind: "positive",
  eventRank: 0,
  discrete: false,
  text: "(0, ∞)",
  bounds: [0, Number.POSITIVE_INFINITY],
  contains: (x) => both(finite(x), tf.greater(x, 0)),
}

/** Numbers from 0 up, 0 included. */
export const nonNegative: Support<"positive"> = {
  ...positive,
  text: "[0, ∞)",
  contains: (x) => both(finite(x), tf.greaterEqual(x, 0)),
}

/** Numbers from `low` up, `low` included; `low` is not negative and may be a tensor that broadcasts against the values. */
export const atLeast = (low: number | Tensor): Support<"positive"> => ({
  ...positive,
  text: typeof low === "number" ? `[${low}, ∞)` : "[low, ∞)",
  ends: [low, Number.POSITIVE_INFINITY],
  contains: (x) => both(finite(x), tf.greaterEqual(x, low)),
})

/** Numbers between 0 and 1, the ends included (they have probability zero or a limit density). */
export const unit: Support<"unit"> = {
  kind: "unit",
  eventRank: 0,
  discrete: false,
  text: "[0, 1]",
  bounds: [0, 1],
  contains: (x) => both(tf.greaterEqual(x, 0), tf.lessEqual(x, 1)),
}

/** Numbers between two bounds, the ends included. The bounds may be tensors that broadcast against the values. */
export const interval = (low: number | Tensor, high: number | Tensor): Support<"interval"> => ({
  kind: "interval",
  eventRank: 0,
  discrete: false,
  text: typeof low === "number" && typeof high === "number" ? `[${low}, ${high}]` : "[low, high]",
  ends: [low, high],
  ...(typeof low === "number" && typeof high === "number" ? { bounds: [low, high] as const } : {}),
  contains: (x) => both(tf.greaterEqual(x, low), tf.lessEqual(x, high)),
})

/** Angles from -π to π. */
export const angle: Support<"angle"> = {
  kind: "angle",
  eventRank: 0,
  discrete: false,
  text: "[-π, π]",
  bounds: [-Math.PI, Math.PI],
  contains: (x) => tf.lessEqual(tf.abs(x), 3.1415928),
}

/** Vectors of non-negative numbers that sum to 1 (to 1e-5). */
export const simplex: Support<"simplex"> = {
  kind: "simplex",
  eventRank: 1,
  discrete: false,
  text: "simplex (non-negative, summing to 1)",
  contains: (x) => both(all(tf.greaterEqual(x, 0), 1), tf.lessEqual(tf.abs(tf.sub(tf.sum(x, -1), 1)), 1e-5)),
}

/** 0 or 1. */
export const boolean: Support<"boolean"> = {
  kind: "boolean",
  eventRank: 0,
  discrete: true,
  text: "{0, 1}",
  bounds: [0, 1],
  contains: (x) => tf.logicalOr(tf.equal(x, 0), tf.equal(x, 1)),
}

/** 0, 1, 2, … */
export const nonNegativeInteger: Support<"integer"> = {
  kind: "integer",
  eventRank: 0,
  discrete: true,
  text: "{0, 1, 2, …}",
  bounds: [0, Number.POSITIVE_INFINITY],
  contains: (x) => both(both(finite(x), tf.greaterEqual(x, 0)), isWhole(x)),
}

/** Whole numbers from `low` to `high`, both included; `high` may be a tensor. */
export const integerInterval = (low: number, high: number | Tensor): Support<"boundedInteger"> => ({
  kind: "boundedInteger",
  eventRank: 0,
  discrete: true,
  text: typeof high === "number" ? `{${low}, …, ${high}}` : `{${low}, …, high}`,
  ...(typeof high === "number" ? { bounds: [low, high] as const } : {}),
  ends: [low, high],
  contains: (x) => {
    const between = both(tf.greaterEqual(x, low), tf.lessEqual(x, high))
    return x.dtype === "int32" ? between : both(between, isWhole(x))
  },
})
