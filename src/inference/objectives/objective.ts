/**
 * What an objective is: a value that says how one step's number and its gradient are made of runs of guide and model. Each
 * objective is a file here. Left out: the step around it (`../step-program.ts`). Next: `elbo.ts`, the simplest.
 */
import { match } from "ts-pattern"
import type { Context } from "../../dsl/execute.js"
import type { Site } from "../../dsl/site.js"
import { programError, siteError } from "../../dsl/site-error.js"
import type { Tensor } from "../../engine/tensor.js"
import type { Plan, PlannedEstimator, SitePlan } from "../plan.js"

/** One step as an objective sees it. */
export interface Pass {
  readonly args: readonly any[]
  /** Key, params and batches; what else a run needs is the plan's. */
  readonly context: Omit<Context, "enumeration">
  /** The counter of steps, int32 [1]. */
  readonly step: Tensor
  /** What the objective carried from the step before. */
  readonly state: readonly Tensor[]
}

/** What an objective makes of a step; all are scalars, in nats for all rows. */
export interface Estimate {
  /** To be maximised: its value is the objective's, its gradient the estimator's. */
  readonly objective: Tensor
  /** Mean over the particles of the terms of data, and of log q - log p of the latents: the parts of a plain ELBO. */
  readonly likelihood: Tensor
  readonly divergence: Tensor
  readonly state: readonly Tensor[]
}

/** An objective made ready for one plan. */
export interface Prepared {
  /** The plan with the estimators that this objective uses. */
  readonly plan: Plan
  /** First values of what it carries; the caller owns them. */
  state(): Tensor[]
  estimate(pass: Pass): Estimate
  /** What `explain` and reports say of it, a line each. */
  readonly notes: readonly string[]
}

/** What an objective is prepared for. */
export interface Setting {
  /** The plate seen in batches, if one is. */
  readonly batched?: string | undefined
}

/** An objective of `fit`: `elbo()`, `iwae({ particles: 50 })`, … */
export interface Objective {
  readonly name: string
  readonly particles: number
  /** @throws ModelError where the objective does not apply, naming the site and what to do. */
  prepare(plan: Plan, setting: Setting): Prepared
}

/** Throws unless `particles` is a whole number from `least` up. */
export const checkParticles = (objective: string, particles: unknown, least: number): number => {
  if (Number.isInteger(particles) && (particles as number) >= least) return particles as number
  throw programError(
    "bad-option",
    `${objective} was given particles: ${String(particles)}`,
    `give a whole number from ${least} up: ${objective}({ particles: ${Math.max(5, least)} })`,
  )
}

/** Throws unless `value` is a finite number that `ok` accepts. */
export const checkNumber = (
  objective: string,
  option: string,
  value: number,
  ok: (value: number) => boolean,
  wanted: string,
): number => {
  if (Number.isFinite(value) && ok(value)) return value
  throw programError("bad-option", `${objective} was given ${option}: ${String(value)}`, `give ${wanted}`)
}

/** Throws for the first latent whose estimator the objective cannot use. */
export const refuseEstimators = (
  objective: string,
  plan: Plan,
  refused: readonly PlannedEstimator[],
  why: string,
  fix: (name: string) => string,
): void => {
  for (const site of plan.sites.values())
    if (refused.includes(site.estimator))
      throw siteError(site.site as Site, {
        code: "objective-estimator",
        problem: `${objective} ${why}, but ${site.family} here has the estimator "${site.estimator}" (${site.why})`,
        fix: fix(site.name),
      })
}

/** The plan with each site as `change` makes it, and every divergence estimated by the draw. */
export const replanned = (plan: Plan, change: (site: SitePlan) => Partial<SitePlan>): Plan => ({
  ...plan,
  sites: new Map(
    [...plan.sites].map(([name, site]) => [name, { ...site, analyticKl: false, ...change(site) }]),
  ),
})

/** Score functions in place of exact sums, control variates and local expectations, for objectives that weigh whole draws. */
export const sumsDrawn = (objective: string, site: SitePlan): Partial<SitePlan> =>
  match(site.estimator)
    .with("exact", () => ({
      estimator: "score" as const,
      why: `${objective} weighs draws, so it is drawn, not summed over`,
    }))
    .with("rebar", "relax", "local", () => ({
      estimator: "score" as const,
      why: `${objective} has a baseline of its own from the other particles`,
    }))
    .with("pathwise", "score", "wake", () => ({}))
    .exhaustive()
