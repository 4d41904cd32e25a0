/**
 * The primitives of a program. `sample` draws a latent, `observe` scores data, `param` asks for a trainable tensor, `factor`
 * adds a log-weight, `deterministic` names a value, `random` draws noise that belongs to no density. Next: `handlers.ts`.
 */
import type { Distribution } from "../distributions/distribution.js"
import type { Support, SupportKind } from "../distributions/support.js"
import type { Key } from "../engine/random.js"
import { captureLocation } from "../engine/source-location.js"
import { type Tensor, type TensorLike, tensorOf, type tf } from "../engine/tensor.js"
import {
  type Init,
  type ParamOptions,
  type RandomOptions,
  request,
  type SampleOptions,
  type Site,
  type SiteDetails,
} from "./site.js"
import { programError } from "./site-error.js"

/** The tensor of a value, with a word about who was given what where it is none. */
const given = (what: string, name: string, value: unknown): Tensor => {
  const tensor = tensorOf(value)
  if (tensor !== undefined) return tensor
  const found =
    typeof value === "object" && value !== null && "logProb" in value
      ? "a distribution"
      : Array.isArray(value)
        ? "an uneven array"
        : value === null
          ? "null"
          : typeof value
  throw programError(
    "bad-value",
    `${what}("${name}", …) was given ${found} as its value`,
    what === "observe"
      ? 'the order is observe("x", distribution, value)'
      : `write ${what}("${name}", tensor)`,
    captureLocation(),
  )
}

/**
 * Draws a latent variable from `dist`. Without a name it is numbered in order: `$0`, `$1`, …
 * @example const z = yield* sample("z", normal(0, 1))
 */
export function sample<const N extends string, A extends Tensor, S extends SupportKind>(
  name: N,
  dist: Distribution<A, S>,
  options?: SampleOptions<S>,
): Site<N, A, S, "latent">
export function sample<A extends Tensor, S extends SupportKind>(
  dist: Distribution<A, S>,
  options?: SampleOptions<S>,
): Site<`$${number}`, A, S, "latent">
export function sample(
  first: string | Distribution,
  second?: Distribution | SampleOptions,
  third?: SampleOptions,
) {
  return typeof first === "string"
    ? request({ role: "latent", name: first, dist: second as Distribution, options: third ?? {} })
    : request({ role: "latent", dist: first, options: (second as SampleOptions | undefined) ?? {} })
}

/**
 * Scores a known `value` under `dist`; resumes with the value.
 * @example yield* observe("x", normal(mu, 1), 2.5)
 */
export const observe = <const N extends string, A extends Tensor, S extends SupportKind>(
  name: N,
  dist: Distribution<A, S>,
  value: TensorLike,
): Site<N, A, S, "observed"> =>
  request({
    role: "observed",
    name,
    dist,
    value: value === undefined ? undefined : given("observe", name, value),
  })

/**
 * Asks for a trainable tensor that starts at `init` and stays inside `support` (all reals without one).
 * @example const scale = yield* param("scale", 1, positive)
 */
export function param<const N extends string, A extends Tensor, S extends SupportKind = "real">(
  name: N,
  init: A | ((key: Key) => A),
  support?: Support<S>,
  options?: ParamOptions,
): Site<N, A, S, "param">
export function param<const N extends string, S extends SupportKind = "real">(
  name: N,
  init: number,
  support?: Support<S>,
  options?: ParamOptions,
): Site<N, tf.Scalar, S, "param">
export function param<const N extends string, S extends SupportKind = "real">(
  name: N,
  init: readonly number[],
  support?: Support<S>,
  options?: ParamOptions,
): Site<N, tf.Tensor1D, S, "param">
export function param<const N extends string, S extends SupportKind = "real">(
  name: N,
  init: readonly (readonly number[])[],
  support?: Support<S>,
  options?: ParamOptions,
): Site<N, tf.Tensor2D, S, "param">
export function param(name: string, init: Init, support?: Support, options: ParamOptions = {}) {
  return request({ role: "param", name, init, support, options })
}

/**
 * Adds `logWeight` (a scalar, or one number per row of the plates around it) to the log-joint.
 * @example yield* factor("penalty", tf.neg(tf.square(z)))
 */
export const factor = <const N extends string>(
  name: N,
  logWeight: TensorLike,
): Site<N, Tensor, "real", "factor"> =>
  request({ role: "factor", name, value: given("factor", name, logWeight) })

/** Names a computed value, so that traces and predictions keep it; resumes with it. */
export const deterministic = <const N extends string, A extends Tensor>(
  name: N,
  value: A,
): Site<N, A, "real", "deterministic"> =>
  request({ role: "deterministic", name, value: given("deterministic", name, value) as A })

/**
 * Draws noise that has no density in the model: data redrawn each step, dropout. The same name gives the same draw in the
 * model and in its guide.
 * @example const binary = yield* random("binary", bernoulli({ probs: grey }).toEvent(1))
 */
export const random = <const N extends string, A extends Tensor, S extends SupportKind>(
  name: N,
  dist: Distribution<A, S>,
  options: RandomOptions = {},
): Site<N, A, S, "random"> => request({ role: "random", name, dist, options })

/** What `plate` yields to learn which rows it runs on; for handlers, not for users. */
export const plateRequest = (
  name: string,
  size: number,
  source: Pick<SiteDetails["options"], "rows" | "axis"> = {},
): Site<string, Tensor, SupportKind, "plate"> =>
  request({ role: "plate", name, options: { size, ...source } })
