/**
 * Running a program: what each site is answered with, and the record that is kept. Draws are keyed by the site's name;
 * plates expand a distribution and check its shape; an enumerated site is answered with all its values at once.
 * Left out: what is done with the record (`trace.ts`, `../inference/elbo.ts`). Next: `score.ts`, then `trace.ts`.
 */
import { match } from "ts-pattern"
import type { Distribution } from "../distributions/distribution.js"
import { deferringComplaints, takeDeferred } from "../engine/checks.js"
import { fold, type Key } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { rememberingFrames } from "../engine/source-location.js"
import type { Tensor } from "../engine/tensor.js"
import { type Enumeration, type EnumerationAxis, layOut, unreadable } from "./enumeration-axis.js"
import { checkBatchShape, checkFactor, checkObserved, checkReplayed, checkSet } from "./fit-shape.js"
import { interpret } from "./handlers.js"
import { watchingParts } from "./parts.js"
import { frameOf, sameForCopies } from "./plate-answer.js"
import { type PlateFrame, plateShape } from "./plate-frame.js"
import { blame, checkForgotten, explainThrow } from "./run-errors.js"
import { edited, type Role, type Site, watchingSites } from "./site.js"
import { programError, siteError } from "./site-error.js"
import type { Program } from "./types.js"

/** One site of a run as it was answered. */
export interface Entry {
  readonly name: string
  readonly role: Exclude<Role, "plate">
  readonly site: Site
  /** The distribution, expanded to the plates; absent for params, factors and deterministic values. */
  readonly dist: Distribution | undefined
  readonly value: Tensor
  readonly plates: readonly PlateFrame[]
  readonly axis: EnumerationAxis | undefined
}

/** The record of a run: its entries by name, in order, and what the program returned. */
export interface Execution<R = unknown> {
  readonly entries: ReadonlyMap<string, Entry>
  readonly result: R
}

/** What a run is given: a key for its draws, and answers for whatever is not drawn. */
export interface Context {
  readonly key: Key
  /** Of `random` sites, where what stands for data is to stay while the latents are drawn anew; `key` by default. */
  readonly noise?: Key
  /** The value of a param; by default its first value. */
  readonly param: (site: Site) => Tensor
  /** Batches by plate name; a plate without one sees all its rows. */
  readonly batches?: ReadonlyMap<string, Tensor>
  /** The most rows of an outermost plate that a run without a batch sees, for runs that only learn a structure. */
  readonly atMost?: (plate: string) => number | undefined
  /** How many times over a plate's rows are seen, by plate name: independent particles of each row in one run. */
  readonly repeats?: ReadonlyMap<string, number>
  /** Values to use for latents instead of drawing them. */
  readonly values?: ReadonlyMap<string, Tensor>
  readonly enumeration: Enumeration
  /** Whether a latent site of this run is to be summed over under its own weights. */
  readonly enumerates?: (name: string) => boolean
  /** Whether a latent's draw is to carry no gradient. */
  readonly detaches?: (name: string) => boolean
}

type State = {
  readonly entries: Map<string, Entry>
  readonly plates: Map<string, number>
  unnamed: number
  last: Site | undefined
}

const name = (site: Site, state: State): Site => {
  const named = site.details.name === undefined ? edited(site, { name: `$${state.unnamed++}` }) : site
  if (typeof named.name !== "string" || named.name === "")
    throw siteError(named, {
      code: "bad-name",
      problem: "its name is empty or no string",
      fix: "give it a name of its own; sample(dist) without a name is numbered",
    })
  if (state.entries.has(named.name))
    throw siteError(named, {
      code: "duplicate-site",
      problem: "this name is already taken by another site of the same run",
      fix: `give each site its own name; in a loop write \`${named.name}_\${i}\`, in a part used twice scope("part", …)`,
    })
  return named
}

const expandToPlates = (site: Site, enumeration: Enumeration): Distribution => {
  const dist = site.details.dist
  if (dist === undefined || typeof dist.logProb !== "function")
    throw siteError(site, {
      code: "not-a-distribution",
      problem: "its second argument is not a distribution",
      fix: 'write sample("name", normal(0, 1))',
    })
  const plates = plateShape(site.details.plates)
  if (dist.batchShape.length === 0) return plates.length === 0 ? dist : dist.expand(plates)
  checkBatchShape(site, dist, enumeration)
  const same =
    dist.batchShape.length === plates.length && dist.batchShape.every((size, i) => size === plates[i])
  return same || enumeration.axes.length > 0 ? dist : dist.expand(plates)
}

const newAxis = (site: Site, dist: Distribution, context: Context): EnumerationAxis => {
  if (!dist.closed.has("enumerate"))
    throw siteError(site, {
      code: "not-enumerable",
      problem: `${dist.family} has no finite list of values to sum over`,
      fix: "only bernoulli, categorical and other finite families can be summed out; drop it from marginalize(…)",
    })
  const { axes, elimination } = context.enumeration
  const count = dist.enumerate().shape[0]!
  const side = site.role === "enumerated" ? "model" : "guide"
  const shared = side === "model" ? elimination?.axes.get(site.name) : undefined
  const order =
    shared === undefined ? axes.length : axes.filter((axis) => axis.side === "guide").length + shared
  const axis = {
    name: site.name,
    count,
    order,
    depth: site.details.plates.length,
    side,
  } as const
  axes.push(axis)
  return axis
}

const keyFor = (site: Site, { key, noise = key }: Context): Key =>
  site.role === "random" && !site.details.options.independent ? noise : key

const drawn = (site: Site, dist: Distribution, context: Context): Pick<Entry, "value" | "axis"> => {
  const given = site.details.value ?? (site.role === "latent" ? context.values?.get(site.name) : undefined)
  if (given !== undefined) {
    const axis = context.enumeration.axes.find((a) => a.name === site.name)
    if (axis === undefined) checkReplayed(site, dist, given, context.enumeration)
    return { value: given, axis }
  }
  if (site.role === "enumerated" || (site.role === "latent" && context.enumerates?.(site.name))) {
    const axis = newAxis(site, dist, context)
    const values = layOut(dist.enumerate(), axis, dist.eventShape, context.enumeration.padding)
    return { value: unreadable(values, site), axis }
  }
  const value = dist.sample(site.details.key ?? fold(keyFor(site, context), site.name))
  if (site.role === "random") return { value: sameForCopies(site, value), axis: undefined }
  return { value: context.detaches?.(site.name) ? stopGradient(value) : value, axis: undefined }
}

const answer = (site: Site, context: Context): Omit<Entry, "name" | "site" | "role" | "plates"> =>
  match(site.role as Exclude<Role, "plate">)
    .with("latent", "enumerated", "random", () => {
      const dist = expandToPlates(site, context.enumeration)
      return { dist, ...drawn(site, dist, context) }
    })
    .with("observed", () => {
      const dist = expandToPlates(site, context.enumeration)
      return { dist, value: checkObserved(site, dist), axis: undefined }
    })
    .with("param", () => ({
      dist: undefined,
      value: site.details.value ?? context.param(site),
      axis: undefined,
    }))
    .with("factor", () => ({ dist: undefined, value: checkFactor(site), axis: undefined }))
    .with("deterministic", () => ({ dist: undefined, value: checkSet(site), axis: undefined }))
    .exhaustive()

const respond = (asked: Site, context: Context, state: State): unknown => {
  if (asked.role === "plate") return frameOf(asked, context, state.plates)
  const site = name(asked, state)
  state.last = site
  if (site.details.complaint !== undefined) blame(site, site.details.complaint)
  try {
    const answered = answer(site, context)
    const { plates, hidden } = site.details
    if (!hidden)
      state.entries.set(site.name, {
        name: site.name,
        role: site.role as Entry["role"],
        site,
        plates,
        ...answered,
      })
    return answered.value
  } catch (error) {
    return blame(site, error)
  }
}

/** Runs a program under a context and gives its record. Synchronous. */
export const execute = <R>(
  program: Program<any, any, R>,
  args: readonly any[],
  context: Context,
): Execution<R> => {
  const state: State = { entries: new Map(), plates: new Map(), unnamed: 0, last: undefined }
  if (typeof program !== "function")
    throw programError(
      "not-a-program",
      `${typeof program} was given where a program was wanted`,
      "pass what model(…) or guide(…) gave",
    )
  const { result, forgotten } = watchingSites(() =>
    watchingParts(() =>
      deferringComplaints(() => {
        try {
          const value = rememberingFrames(() =>
            interpret(program(...args), (site) => respond(site, context, state)),
          )
          const complaint = takeDeferred()
          if (complaint !== undefined) throw complaint
          return value
        } catch (error) {
          return explainThrow(error, state.last)
        }
      }),
    ),
  )
  checkForgotten(forgotten)
  return { entries: state.entries, result }
}

/** The deepest nesting of plates among the entries of a run. */
export const deepestPlate = (execution: Execution): number =>
  Math.max(0, ...[...execution.entries.values()].map((entry) => entry.plates.length))
