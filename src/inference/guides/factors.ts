/**
 * Guides of one independent factor for each latent: normals on the unconstrained side, single points, or free probabilities
 * of a discrete one. Next: `joint.ts`.
 */
import { bernoulli } from "../../distributions/bernoulli.js"
import { categorical } from "../../distributions/categorical.js"
import { delta } from "../../distributions/delta.js"
import type { Distribution } from "../../distributions/distribution.js"
import { normal } from "../../distributions/normal.js"
import { oneHotCategorical } from "../../distributions/one-hot-categorical.js"
import { positive } from "../../distributions/support.js"
import { transformed } from "../../distributions/transformed.js"
import { param, sample } from "../../dsl/primitives.js"
import { siteError } from "../../dsl/site-error.js"
import type { Program, Run } from "../../dsl/types.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import {
  bijectionOf,
  type DerivedGuide,
  insidePlates,
  type Latent,
  latentsFor,
  plateSizes,
  takeRows,
  unconstrainedShape,
} from "./latent.js"

/** Makes the distribution of a latent, given the rows that the run sees of its plates. */
export type Factor = (latent: Latent, rows: readonly Tensor[]) => Run<any, Distribution>

/** Throws for a discrete latent: `guide` says which guide cannot hold it. */
export const refuseDiscrete = (latent: Latent, guide = "a derived guide"): void => {
  if (!latent.support.discrete) return
  throw siteError(latent.site, {
    code: "no-auto-guide",
    problem: `${latent.family} is discrete, and ${guide} is continuous`,
    fix: `sum it out: marginalize(model, "${latent.name}"), or write a guide with sample("${latent.name}", …)`,
  })
}

/** A distribution on the unconstrained side carried into a latent's support. */
export const intoSupport = (base: Distribution, latent: Latent): Distribution => {
  const whole = base.toEvent(unconstrainedShape(latent).length) as Distribution
  return latent.support.kind === "real" ? whole : transformed(whole, bijectionOf(latent) as never)
}

/** Independent normals, a loc and a scale for each number and row. */
export function* meanFieldFactor(latent: Latent, rows: readonly Tensor[]): Run<any, Distribution> {
  refuseDiscrete(latent)
  const full = [...plateSizes(latent), ...unconstrainedShape(latent)]
  const loc: Tensor = yield* param(`auto/${latent.name}/loc`, () => tf.zeros(full))
  const scale: Tensor = yield* param(`auto/${latent.name}/scale`, () => tf.fill(full, 0.1), positive)
  return intoSupport(normal(takeRows(loc, rows), takeRows(scale, rows)) as Distribution, latent)
}

/** A single value, a param on the unconstrained side that starts at a draw of the prior. */
export function* pointFactor(latent: Latent, rows: readonly Tensor[]): Run<any, Distribution> {
  refuseDiscrete(latent)
  const bijection = bijectionOf(latent)
  const first = (): Tensor =>
    bijection.inverse(tf.tensor(latent.first.slice(), [...plateSizes(latent), ...latent.eventShape]))
  const all: Tensor = yield* param(`auto/${latent.name}/value`, first)
  const inside = takeRows(all, rows)
  const value = latent.support.kind === "real" ? inside : bijection.forward(inside)
  return delta(value, { eventRank: latent.eventRank })
}

const refuseInfinite = (latent: Latent): never => {
  throw siteError(latent.site, {
    code: "no-auto-guide",
    problem: `${latent.family} has no finite list of values, and no head for it is known`,
    fix: `write a guide with sample("${latent.name}", …)`,
  })
}

/** How many logits one value of a discrete latent takes: [...axes of independent values, classes]. */
export const logitsShape = (latent: Latent): number[] => {
  if (latent.support.kind === "oneHot") return [...latent.eventShape]
  if (latent.support.kind === "boolean") return [...latent.eventShape]
  if (latent.support.kind === "boundedInteger" && latent.classes !== undefined)
    return [...latent.eventShape, latent.classes]
  return refuseInfinite(latent)
}

/** The family of a discrete latent from its logits [...rows, ...logitsShape]. */
export const ofLogits = (latent: Latent, logits: Tensor): Distribution => {
  if (latent.support.kind === "boolean")
    return bernoulli({ logits }).toEvent(latent.eventRank) as Distribution
  if (latent.support.kind === "oneHot")
    return oneHotCategorical({ logits }).toEvent(latent.eventRank - 1) as unknown as Distribution
  return categorical({ logits }).toEvent(latent.eventRank) as Distribution
}

/** A discrete latent's probabilities as params of each row; a continuous one as `meanFieldFactor`. */
export function* freeFactor(latent: Latent, rows: readonly Tensor[]): Run<any, Distribution> {
  if (!latent.support.discrete) return yield* meanFieldFactor(latent, rows)
  const full = [...plateSizes(latent), ...logitsShape(latent)]
  const logits: Tensor = yield* param(`auto/${latent.name}/logits`, () => tf.zeros(full))
  return ofLogits(latent, takeRows(logits, rows))
}

/** The sites of one latent by a factor of its own. */
export const independently = (latent: Latent, factor: Factor): Run<any, void> =>
  insidePlates(latent.plates, function* (rows) {
    const dist = yield* factor(latent, rows)
    yield* sample(latent.name, dist)
  })

/** A guide with one factor for each latent of the model. */
export const byFactor = <P extends Program<any>>(model: P, factor: Factor): DerivedGuide<P> => {
  const latents = latentsFor(model)
  return function* (...args) {
    for (const latent of latents(args)) yield* independently(latent, factor)
  } as DerivedGuide<P>
}
