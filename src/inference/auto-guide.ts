/**
 * Guides derived from a model, by kind. Each is an ordinary guide program; its params are named `auto/…`. Next: the files of
 * `guides/`, `factors.ts` first.
 */
import type { Latents, Program } from "../dsl/types.js"
import { amortized } from "./guides/amortized.js"
import type { AmortizedOptions } from "./guides/encoder.js"
import { byFactor, meanFieldFactor, pointFactor } from "./guides/factors.js"
import { type FlowOptions, flow } from "./guides/flow-guide.js"
import { fullRankLaw, lowRankLaw, modeLaw } from "./guides/gaussian.js"
import { jointGuide } from "./guides/joint.js"
import type { DerivedGuide } from "./guides/latent.js"
import { structured } from "./guides/structured.js"

export type { DerivedGuide, DerivedSites } from "./guides/latent.js"

/** Guides derived from a model, by kind. */
export const autoGuide = {
  /**
   * Independent normals on the unconstrained side of each latent, one loc and scale per number and row.
   * @throws ModelError for a discrete latent.
   * @example await fit(model, autoGuide.meanField(model), [data])
   */
  meanField: <P extends Program<any>>(model: P): DerivedGuide<P> => byFactor(model, meanFieldFactor),
  /** A single value for each latent: the ELBO becomes the log-joint, and its maximum is the posterior's mode. */
  point: <P extends Program<any>>(model: P): DerivedGuide<P> => byFactor(model, pointFactor),
  /**
   * One normal law with a full covariance over all latents together, on the unconstrained side. Where all of them stand in the
   * same plates each row has a law of its own; else the law spans all rows, and a batch is an error.
   * @throws ModelError for a discrete latent.
   * @example await fit(regression, autoGuide.fullRank(regression), [x, y])
   */
  fullRank: <P extends Program<any>>(model: P): DerivedGuide<P> => jointGuide(model, fullRankLaw),
  /** As `fullRank`, with covariance W Wᵀ + diag(d), W of `rank` columns (1 by default). */
  lowRank: <P extends Program<any>>(
    model: P,
    { rank = 1 }: { readonly rank?: number } = {},
  ): DerivedGuide<P> => jointGuide(model, lowRankLaw(rank)),
  /**
   * The mode of the posterior on the unconstrained side, bijections' volumes counted: what a Laplace approximation stands on.
   * `laplaceApproximation(fitted)` makes the normal law around it.
   * @example const around = await laplaceApproximation(await fit(model, autoGuide.laplace(model), [data]))
   */
  laplace: <P extends Program<any>>(model: P): DerivedGuide<P> => jointGuide(model, modeLaw),
  /** A normalizing flow over all latents together; see `flow`. */
  flow: <P extends Program<any>>(model: P, options: FlowOptions = {}): DerivedGuide<P> =>
    flow(model, options),
  /** Some sites drawn jointly, group by group, the others independently; see `structured`. */
  structured: <P extends Program<any>>(
    model: P,
    groups: readonly (readonly (keyof Latents<P> & string)[])[],
  ): DerivedGuide<P> => structured(model, groups),
  /** Encoders derived from the model, one for each latent in a plate; see `amortized`. */
  amortized: <P extends Program<any>>(model: P, options: AmortizedOptions = {}): DerivedGuide<P> =>
    amortized(model, options),
}
