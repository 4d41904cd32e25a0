/**
 * What a program may yield: a site. A site is only a request; what answers it is a handler. Left out: the functions that
 * make sites (`primitives.ts`, read that next), and handlers (`handlers.ts`, after it).
 *
 * `yield* sample(...)` is typed by the site's iterator, whose return type is the drawn value; it is written by hand
 * because a generator method costs thirty times as much.
 */
import type { Distribution } from "../distributions/distribution.js"
import type { Support, SupportKind } from "../distributions/support.js"
import { takeDeferred } from "../engine/checks.js"
import type { Key } from "../engine/random.js"
import { captureLocation, type Location } from "../engine/source-location.js"
import type { NestedNumbers, Tensor } from "../engine/tensor.js"
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

/**
 * How the gradient passes through a latent site: chosen by rule (`explain` says which), or set here. "rebar" and "relax" are score
 * functions with a control variate from a relaxed draw; "local" sums exactly over the values of some elements of the draw at a
 * time, each given the others.
 */
export type Estimator = "exact" | "pathwise" | "score" | "rebar" | "relax" | "local"

/** Supports whose draws carry no gradient. */
type DiscreteKind = "boolean" | "integer" | "boundedInteger" | "oneHot"

/**
 * What is subtracted from the cost of a score-function draw: an average of earlier steps, the mean of the other particles, nothing,
 * or a learned value, one number of nats for each row of the plates, computed by a network from what the guide sees.
 */
export type Baseline = "running" | "leaveOneOut" | "none" | Tensor

/** Options of one latent site; a discrete one has no pathwise gradient, which the type says. */
export interface SampleOptions<S extends SupportKind = never> {
  readonly gradient?: S extends DiscreteKind
    ? Exclude<Estimator, "pathwise">
    : Exclude<Estimator, "rebar" | "relax" | "local">
  /** Of a score-function site: "running" with one particle, "leaveOneOut" with several, unless given. */
  readonly baseline?: Baseline
  /** Of a "rebar" or "relax" site: how soft its relaxed draws are, 0.25 by default; with many units less varies less, down to about 0.1. */
  readonly temperature?: number
  /** Of a "relax" site: a function from its noisy logits to one number a row, learned with the fit (an `mlp`, say). */
  readonly surrogate?: (noisyLogits: Tensor) => Tensor
  /**
   * Of a "local" site: how many elements of a row a step sums over, chosen anew each time; Infinity for all. Each costs one more
   * evaluation of what depends on the site for every value but the drawn one; by default there are at most 64.
   */
  readonly group?: number
  /** What `explain` adds about the site, for guides made by functions. */
  readonly note?: string
}

/** A param's first value: a number, arrays, a tensor, or a function of a key that makes one. */
export type Init<A extends Tensor = Tensor> = A | NestedNumbers | number | ((key: Key) => A)

/** Options of a param. */
export interface ParamOptions {
  /** The guide and the model mean the same tensor by this name. Without it, a name in both is an error. */
  readonly shared?: boolean
}

/** Options of noise. */
export interface RandomOptions {
  /** Whether the particles of one row draw their own; by default they share it, as they must where it makes their data. */
  readonly independent?: boolean
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
  readonly options: {
    readonly gradient?: Estimator
    readonly baseline?: Baseline
    readonly temperature?: number
    readonly surrogate?: (noisyLogits: Tensor) => Tensor
    readonly group?: number
    readonly shared?: boolean
    readonly note?: string
    readonly size?: number
    readonly rows?: Tensor | Readonly<Record<string, Tensor>>
    readonly axis?: number
    readonly independent?: boolean
    readonly summed?: boolean
  }
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

/** A new site, with the user's line; what the primitives are made of. */
export const request = (changes: Partial<SiteDetails>): any => {
  const site = new SiteRequest({
    ...blank,
    ...changes,
    location: captureLocation(),
    complaint: takeDeferred(),
  }) as unknown as Site
  created?.add(site)
  return site
}
