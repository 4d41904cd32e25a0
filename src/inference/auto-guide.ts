/**
 * Guides derived from a model: one factor for each latent, carried into its support. `meanField`: independent normals;
 * `point`: the mode alone (maximum a posteriori). Left out: joint guides (fullRank, lowRank, flows) and encoders.
 */
import { delta } from "../distributions/delta.js"
import type { Distribution } from "../distributions/distribution.js"
import { normal } from "../distributions/normal.js"
import { positive } from "../distributions/support.js"
import { transformed } from "../distributions/transformed.js"
import { bijectionTo } from "../distributions/transforms/index.js"
import { type Entry, execute, firstValue } from "../dsl/execute.js"
import { plate } from "../dsl/plate.js"
import { param, sample } from "../dsl/primitives.js"
import type { Site } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import type { ArgumentsOf, Program, Run, SitesOf } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { toKey } from "../engine/random.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"

/** The sites of a derived guide: the model's latents, and params named after them. */
export type DerivedSites<P> =
  | Extract<SitesOf<P>, Site<any, any, any, "latent">>
  | Site<`auto/${string}`, Tensor, "real" | "positive", "param">

/** A guide derived from `P`. */
export type DerivedGuide<P> = Program<ArgumentsOf<P>, DerivedSites<P>, void>

/** What a derived guide needs of a latent: shapes without the tensors. */
interface Shape {
  readonly name: string
  readonly plates: readonly { readonly name: string; readonly size: number }[]
  /** A draw's shape on the unconstrained side, plates left out. */
  readonly shape: readonly number[]
  /** A first value, in the support, of every row. */
  readonly first: Float32Array
  readonly entry: Entry
}

const refuseDiscrete = (entry: Entry): never => {
  throw siteError(entry.site, {
    code: "no-auto-guide",
    problem: `${entry.dist!.family} is discrete, and a derived guide is continuous`,
    fix: `sum it out: marginalize(model, "${entry.name}"), or write a guide with sample("${entry.name}", …)`,
  })
}

const shapeOf = (entry: Entry): Shape => {
  if (entry.dist!.support.discrete) refuseDiscrete(entry)
  const inside = bijectionTo(entry.dist!.support).inverse(tf.cast(entry.value, "float32"))
  return {
    name: entry.name,
    plates: entry.plates.map(({ name, size }) => ({ name, size })),
    shape: inside.shape.slice(entry.plates.length),
    first: inside.dataSync() as Float32Array,
    entry,
  }
}

/** The latents of one run of the model, every row seen. */
const shapesOf = (model: Program<any>, args: readonly any[]): Shape[] =>
  scoped(() =>
    withChecks(false, () => {
      const key = toKey(0)
      const run = execute(model, args, {
        key,
        param: (site) => firstValue(site, key),
        enumeration: { axes: [], padding: 0 },
      })
      return [...run.entries.values()].filter((entry) => entry.role === "latent").map(shapeOf)
    }),
  )

type Factor = (shape: Shape, rows: readonly Tensor[]) => Run<any, Distribution>

/** A param over all rows of the plates, and the rows that this run sees of it. */
function* rowsOf(
  name: string,
  rows: readonly Tensor[],
  first: () => Tensor,
  support?: typeof positive,
): Run<any, Tensor> {
  const all: Tensor = yield* param(name, first, support)
  return rows.reduce((value, indices, axis) => tf.gather(value, indices as tf.Tensor1D, axis), all)
}

const fullShape = (shape: Shape): number[] => [...shape.plates.map((plate) => plate.size), ...shape.shape]

const asEvent = (dist: Distribution, shape: Shape): Distribution => dist.toEvent(shape.shape.length)

function* inPlates(shape: Shape, factor: Factor, rows: readonly Tensor[] = []): Run<any, void> {
  const next = shape.plates[rows.length]
  if (next === undefined) {
    const dist = yield* factor(shape, rows)
    yield* sample(shape.name, dist)
    return
  }
  yield* plate(next.name, next.size, (indices) => inPlates(shape, factor, [...rows, indices]))
}

const derive = <P extends Program<any>>(model: P, factor: Factor): DerivedGuide<P> => {
  let known: { args: readonly any[]; shapes: readonly Shape[] } | undefined
  return function* (...args) {
    if (known === undefined || known.args.some((arg, i) => !sameShape(arg, args[i])))
      known = { args, shapes: shapesOf(model, args) }
    for (const shape of known.shapes) yield* inPlates(shape, factor)
  } as DerivedGuide<P>
}

const sameShape = (a: unknown, b: unknown): boolean =>
  a === b || (a instanceof tf.Tensor && b instanceof tf.Tensor && a.shape.join() === b.shape.join())

function* meanFieldFactor(shape: Shape, rows: readonly Tensor[]): Run<any, Distribution> {
  const full = fullShape(shape)
  const loc = yield* rowsOf(`auto/${shape.name}/loc`, rows, () => tf.zeros(full))
  const scale = yield* rowsOf(`auto/${shape.name}/scale`, rows, () => tf.fill(full, 0.1), positive)
  const base = asEvent(normal(loc, scale) as Distribution, shape)
  const { support } = shape.entry.dist!
  return support.kind === "real" ? base : transformed(base as never, bijectionTo(support))
}

function* pointFactor(shape: Shape, rows: readonly Tensor[]): Run<any, Distribution> {
  const { support, eventShape } = shape.entry.dist!
  const first = (): Tensor => tf.tensor(shape.first.slice(), fullShape(shape))
  const inside = yield* rowsOf(`auto/${shape.name}/value`, rows, first)
  const value = support.kind === "real" ? inside : bijectionTo(support).forward(inside)
  return delta(value, { eventRank: eventShape.length })
}

/** Guides derived from a model, by kind. */
export const autoGuide = {
  /**
   * Independent normals on the unconstrained side of each latent, one loc and scale per number and row.
   * @throws ModelError for a discrete latent.
   * @example await fit(model, autoGuide.meanField(model), [data])
   */
  meanField: <P extends Program<any>>(model: P): DerivedGuide<P> => derive(model, meanFieldFactor),
  /** A single value for each latent: the ELBO becomes the log-joint, and its maximum is the posterior's mode. */
  point: <P extends Program<any>>(model: P): DerivedGuide<P> => derive(model, pointFactor),
}
