/**
 * What a program may yield: a site. `sample` draws a latent, `observe` scores data, `param` asks for a trainable tensor,
 * `factor` adds a log-weight, `deterministic` names a value, `random` draws noise that belongs to no density. A site is
 * only a request; what answers it is a handler (`handlers.ts`, read that next).
 *
 * `yield* sample(...)` is typed by the site's iterator, whose return type is the drawn value; it is written by hand
 * because a generator method costs thirty times as much.
 */
import type { Distribution } from "../distributions/distribution.js"
import type { Support, SupportKind } from "../distributions/support.js"
import { takeDeferred } from "../engine/checks.js"
import type { Key } from "../engine/random.js"
import { captureLocation, type Location } from "../engine/source-location.js"
import { type NestedNumbers, type Tensor, type TensorLike, type tf, toTensor } from "../engine/tensor.js"
import type { PlateFrame } from "./plate-frame.js"

/** What a site is to its program. */
export type Role =
  | "latent"
  | "observed"
  | "enumerated"
  | "param"
  | "factor"
  | "deterministic"
  | "random"
  | "plate"

/** How the gradient passes through a latent site: chosen by rule (`explain` says which), or set here. */
export type Estimator = "exact" | "pathwise" | "score"

/** Options of one latent site; a discrete one has no pathwise gradient, which the type says. */
export interface SampleOptions<S extends SupportKind = never> {
  readonly gradient?: S extends "boolean" | "integer" | "boundedInteger" | "oneHot"
    ? Exclude<Estimator, "pathwise">
    : Estimator
}

/** A param's first value: a number, arrays, a tensor, or a function of a key that makes one. */
export type Init<A extends Tensor = Tensor> = A | NestedNumbers | number | ((key: Key) => A)

/** Options of a param. */
export interface ParamOptions {
  /** The guide and the model mean the same tensor by this name. Without it, a name in both is an error. */
  readonly shared?: boolean
}

/** Everything a handler can know of a site; which fields are set depends on the role. */
export interface SiteDetails {
  readonly role: Role
  readonly name: string | undefined
  readonly dist: Distribution | undefined
  readonly value: Tensor | undefined
  readonly init: Init | undefined
  readonly support: Support | undefined
  readonly plates: readonly PlateFrame[]
  readonly scale: number
  readonly mask: Tensor | undefined
  readonly hidden: boolean
  readonly key: Key | undefined
  readonly options: { readonly gradient?: Estimator; readonly shared?: boolean; readonly size?: number }
  readonly location: Location | undefined
  /** A complaint about the distribution's parameters, set aside until the site could be named. */
  readonly complaint: Error | undefined
}

/** A request that a program yields: name `N`, value type `A`, support `S`, role `K`. */
export interface Site<
  out N extends string = string,
  out A extends Tensor = Tensor,
  out S extends SupportKind = SupportKind,
  out K extends Role = Role,
> {
  readonly role: K
  readonly name: N
  readonly details: SiteDetails
  readonly support?: S
  [Symbol.iterator](): { next(...resume: readonly any[]): IteratorResult<Site<N, A, S, K>, A> }
}

const blank: SiteDetails = {
  role: "latent",
  name: undefined,
  dist: undefined,
  value: undefined,
  init: undefined,
  support: undefined,
  plates: [],
  scale: 1,
  mask: undefined,
  hidden: false,
  key: undefined,
  options: {},
  location: undefined,
  complaint: undefined,
}

/** Sites made while a program runs, so that one that is never yielded can be named. */
let created: Set<Site> | undefined

/** Runs `body` and returns the sites it made and never yielded, beside its result. */
export const watchingSites = <R>(body: () => R): { result: R; forgotten: readonly Site[] } => {
  const before = created
  const mine = new Set<Site>()
  created = mine
  try {
    const result = body()
    return { result, forgotten: [...mine] }
  } finally {
    created = before
  }
}

/** Tells that a site has reached a handler. */
export const markYielded = (site: Site): void => void created?.delete(site)

/** True for anything made by this file. */
export const isSite = (thing: unknown): thing is Site => thing instanceof SiteRequest

class SiteRequest {
  readonly details: SiteDetails
  constructor(details: SiteDetails) {
    this.details = details
  }
  get role(): Role {
    return this.details.role
  }
  get name(): string {
    return this.details.name as string
  }
  [Symbol.iterator]() {
    return new SiteIterator(this)
  }
}

class SiteIterator {
  private asked = false
  private readonly site: SiteRequest
  constructor(site: SiteRequest) {
    this.site = site
  }
  next(answer?: any) {
    if (this.asked) return { done: true, value: answer }
    this.asked = true
    return { done: false, value: this.site }
  }
}

/** A copy of a site with some details changed; the way handlers edit what passes through them. */
export const edited = <Y extends Site>(site: Y, changes: Partial<SiteDetails>): Y =>
  new SiteRequest({ ...site.details, ...changes }) as unknown as Y

const request = (changes: Partial<SiteDetails>): any => {
  const site = new SiteRequest({
    ...blank,
    ...changes,
    location: captureLocation(),
    complaint: takeDeferred(),
  }) as unknown as Site
  created?.add(site)
  return site
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
  request({ role: "observed", name, dist, value: value === undefined ? undefined : toTensor(value) })

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
): Site<N, Tensor, "real", "factor"> => request({ role: "factor", name, value: toTensor(logWeight) })

/** Names a computed value, so that traces and predictions keep it; resumes with it. */
export const deterministic = <const N extends string, A extends Tensor>(
  name: N,
  value: A,
): Site<N, A, "real", "deterministic"> => request({ role: "deterministic", name, value })

/**
 * Draws noise that has no density in the model: data redrawn each step, dropout. The same name gives the same draw in the
 * model and in its guide.
 * @example const binary = yield* random("binary", bernoulli({ probs: grey }).toEvent(1))
 */
export const random = <const N extends string, A extends Tensor, S extends SupportKind>(
  name: N,
  dist: Distribution<A, S>,
): Site<N, A, S, "random"> => request({ role: "random", name, dist })

/** What `plate` yields to learn which rows it runs on; for handlers, not for users. */
export const plateRequest = (name: string, size: number): Site<string, Tensor, SupportKind, "plate"> =>
  request({ role: "plate", name, options: { size } })
