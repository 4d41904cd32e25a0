/**
 * What a derived guide knows of its model: the latents of one run, their plates, supports and shapes, without the tensors.
 * Next: `factors.ts`.
 */
import type { Distribution } from "../../distributions/distribution.js"
import { atLeast, interval, type Support } from "../../distributions/support.js"
import { bijectionTo, type Transform } from "../../distributions/transforms/index.js"
import { type Entry, execute } from "../../dsl/execute.js"
import { firstValue } from "../../dsl/first-value.js"
import { plate } from "../../dsl/plate.js"
import { drawnInstead } from "../../dsl/reach.js"
import type { Site } from "../../dsl/site.js"
import type { ArgumentsOf, Program, Run, SitesOf } from "../../dsl/types.js"
import { withChecks } from "../../engine/checks.js"
import { toKey } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"

/** One latent of a model. */
export interface Latent {
  readonly name: string
  readonly plates: readonly { readonly name: string; readonly size: number }[]
  readonly support: Support
  readonly eventRank: number
  /** One value's shape, plates left out. */
  readonly eventShape: readonly number[]
  /** How many values a discrete latent has, where they are finitely many. */
  readonly classes: number | undefined
  readonly family: string
  /** For errors that name its line. */
  readonly site: Site
  /** A draw of every row from the prior. */
  readonly first: Float32Array
}

/** The sites of a derived guide: the model's latents, and params named after them. */
export type DerivedSites<P> =
  | Extract<SitesOf<P>, Site<any, any, any, "latent">>
  | Site<`auto/${string}`, Tensor, "real" | "positive" | "lowerCholesky", "param" | "random" | "factor">

/** A guide derived from `P`. */
export type DerivedGuide<P> = Program<ArgumentsOf<P>, DerivedSites<P>, void>

const numberOrKept = (end: number | Tensor): number | Tensor => {
  if (typeof end === "number") return end
  const values = end.dataSync()
  return values.every((value) => value === values[0]) ? values[0]! : tf.keep(tf.clone(end))
}

/** A support that holds no tensor of the run it was read from. */
const fixed = (support: Support): Support => {
  const ends = support.ends
  if (ends === undefined || ends.every((end) => typeof end === "number")) return support
  const [low, high] = [numberOrKept(ends[0]), numberOrKept(ends[1])]
  const made =
    support.kind === "positive" ? atLeast(low) : support.kind === "interval" ? interval(low, high) : support
  return { ...made, eventRank: support.eventRank }
}

const classesOf = (dist: Distribution): number | undefined =>
  dist.support.kind === "oneHot"
    ? dist.eventShape.at(-1)
    : dist.closed.has("enumerate")
      ? dist.enumerate().shape[0]
      : undefined

const latentOf = (entry: Entry): Latent => ({
  name: entry.name,
  plates: entry.plates.map(({ name, size }) => ({ name, size })),
  support: fixed(entry.dist!.support),
  eventRank: entry.dist!.eventShape.length,
  eventShape: entry.dist!.eventShape,
  classes: classesOf(entry.dist!),
  family: entry.dist!.family,
  site: entry.site,
  first: new Float32Array(tf.cast(entry.value, "float32").dataSync()),
})

/** The latents of one run of the model, every row seen. */
const latentsOf = (model: Program<any>, args: readonly any[]): Latent[] =>
  scoped(() =>
    withChecks(false, () => {
      const key = toKey(0)
      const run = execute(drawnInstead(model), args, {
        key,
        param: (site) => firstValue(site, key),
        enumeration: { axes: [], padding: 0 },
      })
      return [...run.entries.values()].filter((entry) => entry.role === "latent").map(latentOf)
    }),
  )

const sameShape = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof tf.Tensor && b instanceof tf.Tensor && a.shape.join() === b.shape.join())

/** The latents of a model, learned again only for arguments of other shapes. */
export const latentsFor = (model: Program<any>): ((args: readonly any[]) => readonly Latent[]) => {
  let known: { args: readonly any[]; latents: readonly Latent[] } | undefined
  return (args) => {
    if (known === undefined || known.args.some((arg, i) => !sameShape(arg, args[i])))
      known = { args, latents: latentsOf(model, args) }
    return known.latents
  }
}

/** The bijection from unconstrained numbers onto a latent's support. */
export const bijectionOf = (latent: Latent): Transform => bijectionTo(latent.support)

/** The shape of one value on the unconstrained side. */
export const unconstrainedShape = (latent: Latent): readonly number[] =>
  bijectionOf(latent).inverseShape(latent.eventShape)

/** Rows in all, of each plate. */
export const plateSizes = (latent: Latent): number[] => latent.plates.map((plate) => plate.size)

/** Runs `body` inside plates by name and size, given the indices of the rows seen of each. */
export function* insidePlates(
  plates: Latent["plates"],
  body: (rows: readonly Tensor[]) => Run<any, void>,
  rows: readonly Tensor[] = [],
): Run<any, void> {
  const next = plates[rows.length]
  if (next === undefined) yield* body(rows)
  else yield* plate(next.name, next.size, (indices) => insidePlates(plates, body, [...rows, indices]))
}

/** The rows that a run sees of a tensor over all rows: plates first. */
export const takeRows = (all: Tensor, rows: readonly Tensor[]): Tensor =>
  rows.reduce((value, indices, axis) => tf.gather(value, indices as tf.Tensor1D, axis), all)
