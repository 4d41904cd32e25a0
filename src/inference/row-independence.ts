/**
 * Whether the rows of a plate are independent given what stands outside, tried out: the draws of one row are changed, and no
 * log-density of another row may move (the first row, the last and one between them; several at once could cancel). Exact sums, score functions and weights row by row are wrong without a word
 * where it does. Next: `plan.ts`.
 */
import type { Distribution } from "../distributions/distribution.js"
import { type Context, type Entry, execute } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { drawnInstead } from "../dsl/reach.js"
import { edited } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import type { Program } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { fold, type Key } from "../engine/random.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Pair } from "./plan.js"
import { drawsOf, scoredTerms, termEntry } from "./structure.js"

/** The programs of a fit, and how they are run. */
export interface Tried {
  readonly model: Program<any>
  readonly guide: Program<any>
  readonly args: readonly any[]
  readonly context: Context
}

type Values = ReadonlyMap<string, Tensor>

const isSummed = (entry: Entry): boolean => entry.site.details.options.summed === true

const withSums = (model: Program<any>, values: Values): Program<any> => {
  const drawn = drawnInstead(model)
  return (...args) =>
    rewrite(drawn(...args), (site) => {
      const value = site.details.options.summed ? values.get(site.name) : undefined
      return value === undefined ? site : edited(site, { value })
    })
}

const runAt = ({ model, guide, args, context }: Tried, values: Values): Pair => {
  const whole = { ...context, values }
  const guideRun = execute(guide, args, whole)
  const draws = new Map([...values, ...drawsOf(guideRun)])
  const modelRun = execute(withSums(model, values), args, { ...context, values: draws })
  return { guide: guideRun, model: modelRun, enumeration: context.enumeration }
}

/** Another value of the same support: the next one of a finite family, else another draw. */
const another = (dist: Distribution, value: Tensor, key: Key): Tensor => {
  const { kind } = dist.support
  if (kind === "boolean") return tf.cast(tf.sub(1, value), value.dtype)
  if (kind === "oneHot") {
    const last = value.rank - 1
    const [head, tail] = tf.split(value, [value.shape[last]! - 1, 1], last)
    return tf.concat([tail!, head!], last)
  }
  const drawn = dist.sample(key)
  return dist.support.discrete ? tf.where(tf.equal(drawn, value), dist.sample(fold(key, 1)), drawn) : drawn
}

const only = (count: number, row: number): boolean[] => Array.from({ length: count }, (_, i) => i === row)

/** Where along a plate rows are tried: its first, one between, its last. */
const places = [0, 0.5, 1]

const rowAt = (count: number, place: number): number => Math.floor(place * (count - 1))

/** Flags along one axis of a shape. */
const along = (flags: readonly boolean[], axis: number, rank: number): Tensor =>
  tf.reshape(
    tf.tensor1d([...flags], "bool"),
    Array.from({ length: rank }, (_, i) => (i === axis ? flags.length : 1)),
  )

const depthOf = (entry: Entry, plate: string): number => entry.plates.findIndex(({ name }) => name === plate)

const changed = (entry: Entry, plate: string, place: number, key: Key): Tensor => {
  const depth = depthOf(entry, plate)
  const { count } = entry.plates[depth]!
  const flags = along(only(count, rowAt(count, place)), depth, entry.value.rank)
  const other = another(entry.dist!, entry.value, fold(key, entry.name))
  return tf.where(tf.broadcastTo(flags, entry.value.shape), other, entry.value)
}

const moved = (before: Tensor, after: Tensor, flags: Tensor): boolean => {
  const still = tf.logicalNot(tf.broadcastTo(flags, before.shape))
  const near = tf.lessEqual(tf.abs(tf.sub(after, before)), tf.mul(1e-4, tf.add(1, tf.abs(before))))
  return (
    tf.any(tf.logicalAnd(still, tf.logicalNot(tf.logicalOr(near, tf.equal(before, after))))).dataSync()[0] ===
    1
  )
}

const entriesIn = (pair: Pair, plate: string): Entry[] =>
  [...pair.guide.entries.values(), ...pair.model.entries.values()].filter(
    (e) =>
      depthOf(e, plate) >= 0 &&
      (isSummed(e) || (e.role === "latent" && pair.guide.entries.get(e.name) === e)),
  )

const movedTerm = (tried: Tried, start: Pair, plate: string, place: number): Entry | undefined => {
  const inside = entriesIn(start, plate)
  const all = [...start.guide.entries.values(), ...start.model.entries.values()]
  const values = new Map(all.filter((e) => e.role === "latent" || isSummed(e)).map((e) => [e.name, e.value]))
  const key = fold(tried.context.key, "another")
  for (const entry of inside) values.set(entry.name, changed(entry, plate, place, key))
  const before = scoredTerms(start)
  const after = scoredTerms(runAt(tried, values))
  for (const [name, term] of before) {
    const entry = termEntry(start, name)
    const depth = entry === undefined ? -1 : depthOf(entry, plate)
    if (depth < 0) continue
    const { count } = entry!.plates[depth]!
    const flags = along(only(count, rowAt(count, place)), depth, term.rank)
    if (moved(term, after.get(name)!, flags)) return entry
  }
  return undefined
}

/** A site in a plate whose density in one row moves with the draws of another row; undefined where rows stand alone. */
export const mixedRows = (tried: Tried, start: Pair, plate: string): Entry | undefined => {
  let found: Entry | undefined
  tf.tidy(() =>
    withChecks(false, () => {
      for (const place of places) found ??= movedTerm(tried, start, plate, place)
    }),
  )
  return found
}

/** Rows that are enough to tell. */
const few = 8

/** Whether rows of a plate read each other's draws, tried on a few rows where the programs run on a few. */
export const rowsMeet = (tried: Omit<Tried, "context">, context: Context, plate: string): boolean => {
  const at = (most: number | undefined): boolean => {
    const whole: Tried = { ...tried, context: { ...context, atMost: () => most } }
    let meet = false
    tf.tidy(() =>
      withChecks(false, () => {
        meet = mixedRows(whole, runAt(whole, new Map()), plate) !== undefined
      }),
    )
    return meet
  }
  try {
    return at(few)
  } catch {
    return at(undefined)
  }
}

/**
 * Throws where one of these sites stands in a plate whose rows meet.
 * @throws ModelError `rows-mixed`, naming the site and what reads other rows.
 */
export const checkRows = (tried: Tried, start: Pair, sites: readonly Entry[]): void => {
  const plates = new Set(
    sites.flatMap((e) => e.plates.filter(({ count }) => count > 1).map(({ name }) => name)),
  )
  for (const plate of plates) {
    const mixed = mixedRows(tried, start, plate)
    const site = sites.find((entry) => depthOf(entry, plate) >= 0)
    if (mixed === undefined || site === undefined) continue
    throw siteError(site.site, {
      code: "rows-mixed",
      problem: `the rows of plate '${plate}' are not independent: '${mixed.name}' in one row depends on draws of another`,
      fix: "a plate's rows may share only what stands outside it; draw what they share as one value outside, with .toEvent(1)",
    })
  }
}
