/**
 * `gap`: how far the ELBO lies below log p(x), and why: the guide's families cannot hold the posterior, its encoder does not
 * reach the best of its families, or the evidence is only known between bounds. Next: `evidence.ts`.
 */
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../../dsl/types.js"
import { fold } from "../../engine/random.js"
import { scoped, type Tensor, type TensorLike, tf, toTensor } from "../../engine/tensor.js"
import { constrain, paramsFrom } from "../leaves.js"
import { type Plan, planOf } from "../plan.js"
import { type Fitted, keyOf, type Params } from "../query.js"
import { type Evidence, evidenceOf } from "./evidence.js"
import { fitFree, freeGuide } from "./free-guide.js"
import { gapReport } from "./gap-report.js"
import { type LogWeights, logWeightsOf } from "./log-weights.js"
import { meanOf } from "./z-score.js"

/** Options of `gap`. */
export interface GapOptions {
  /** Params of model and guide: a fit's; their first values by default. */
  readonly params?: Params
  /** log p(x) where you know it, in nats for all rows. */
  readonly evidence?: number
  /** Draws of the guide; 1000 by default. */
  readonly draws?: number
  /** Steps in which the free guide is fitted; 300 by default, 0 leaves the amortization gap out. */
  readonly steps?: number
  readonly seed?: number
}

/** A number and how far off it may be by chance. */
export interface Estimated {
  readonly value: number
  readonly standardError: number
}

/** The gap and its parts, in nats for all rows; `toString()` prints them. */
export interface Gap {
  /** log p(x), or the lower of its bounds. */
  readonly evidence: number
  readonly method: Evidence["method"]
  readonly elbo: number
  /** evidence - ELBO; where there are only bounds, the upper one less the ELBO: the most the gap can be. */
  readonly gap: number
  /** Of `gap`. */
  readonly standardError: number
  /** They add up to the gap. */
  readonly parts: {
    /** What the guide's families, freed of their encoder, still miss. Amortization's part too where that is undefined. */
    readonly family: Estimated
    /** What the best parameters row by row would gain; undefined where no latent's law could be freed. */
    readonly amortization: Estimated | undefined
    /** What the draws leave open: the distance between the bounds, 0 where the evidence is exact. */
    readonly monteCarlo: Estimated
  }
  /** Latents whose law stayed as it was when the others were freed. */
  readonly notFreed: readonly string[]
  /** Rows, where the latents fall apart into rows of one plate; else 1. */
  readonly rows: number
  toString(): string
}

/** The bound of each draw over all groups: its mean is the ELBO. */
const boundsOf = ({ groups, outside }: LogWeights): Float64Array => {
  const draws = groups[0]?.length ?? 1
  return Float64Array.from({ length: draws }, (_, n) =>
    groups.reduce((sum, group) => sum + group[n]!, outside),
  )
}

const weightsAt = (plan: Plan, draws: number): LogWeights => {
  const leaves = [...plan.initial]
  return scoped(() =>
    logWeightsOf(plan, { key: fold(keyOf(0), "gap"), param: paramsFrom(plan.leaves, leaves) }, draws),
  )
}

type Freed = { readonly gain: Estimated | undefined; readonly notFreed: readonly string[] }

/** What the free guide's bound gains over the guide's, by the same noise in both. */
const freedGain = (plan: Plan, bounds: Float64Array, options: GapOptions): Freed => {
  const { steps = 300 } = options
  if (steps === 0) return { gain: undefined, notFreed: [] }
  const constrained = plan.leaves.map((leaf, i) =>
    tf.keep(tf.tidy(() => tf.clone(constrain(leaf, plan.initial[i]!)))),
  )
  const fixed: Record<string, Tensor> = Object.fromEntries(
    plan.leaves.map(({ name }, i) => [name, constrained[i]!]),
  )
  const free = freeGuide(plan, fixed)
  try {
    if (free.bound.length === plan.sites.size) return { gain: undefined, notFreed: free.bound }
    const best = fitFree(plan, free, fixed, { steps, particles: 4 })
    const others = boundsOf(weightsAt(best, bounds.length))
    tf.dispose([...best.initial])
    const { mean, standardError } = meanOf(others.map((value, n) => value - bounds[n]!))
    return { gain: { value: mean, standardError }, notFreed: free.bound }
  } finally {
    free.dispose()
    tf.dispose(constrained)
  }
}

const evidenceFrom = (plan: Plan, weights: LogWeights, { evidence }: GapOptions): Evidence =>
  evidence === undefined
    ? evidenceOf(plan, () => weights)
    : { method: "given", lower: evidence, upper: evidence, standardError: 0 }

const gapOf = (plan: Plan, options: GapOptions): Gap => {
  const weights = weightsAt(plan, options.draws ?? 1000)
  const bounds = boundsOf(weights)
  const { mean: elbo, standardError } = meanOf(bounds)
  const { method, lower, upper, standardError: evidenceError } = evidenceFrom(plan, weights, options)
  const { gain, notFreed } = freedGain(plan, bounds, options)
  const error = Math.hypot(standardError, evidenceError)
  const made = {
    evidence: lower,
    method,
    elbo,
    gap: upper - elbo,
    standardError: error,
    parts: {
      family: {
        value: lower - elbo - (gain?.value ?? 0),
        standardError: Math.hypot(error, gain?.standardError ?? 0),
      },
      amortization: gain,
      monteCarlo: { value: upper - lower, standardError: evidenceError },
    },
    notFreed,
    rows: plan.rows === undefined ? 1 : plan.sizes.get(plan.rows.plate)!,
  }
  return { ...made, toString: () => gapReport(made) }
}

const planFor = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  params: Readonly<Record<string, TensorLike>>,
  seed: number | undefined,
): Plan =>
  scoped(() => {
    const given = Object.entries(params).map(([name, value]) => [name, toTensor(value)] as const)
    return planOf(model, guide, args, keyOf(seed), Object.fromEntries(given))
  })

/**
 * Measures log p(x) - ELBO at given params, and splits it into the family gap, the amortization gap and what draws leave open.
 *
 * The evidence is exact where all latents are finite, where log p(x, z) is quadratic in z (found by probing, to 1e-3 nats), and
 * where a row has one or two latent dimensions; else it lies between importance-weighted bounds, of which the upper one
 * holds only as far as the guide's draws reach.
 * @throws ModelError as `fit` does.
 * @example console.log(String(gap(fitted)))
 * @example gap(ppca, encoder, [rows], { params: fitted.params }).parts.amortization
 */
export function gap<P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options?: GapOptions,
): Gap
export function gap(fitted: Fitted, options?: Omit<GapOptions, "params">): Gap
export function gap(...given: readonly any[]): Gap {
  const [model, guide, args, options] =
    typeof given[0] === "function"
      ? given
      : [
          given[0].plan.model,
          given[0].plan.guide,
          given[0].plan.args,
          { ...given[1], params: given[0].params },
        ]
  const plan = planFor(model, guide, args, options?.params ?? {}, options?.seed)
  try {
    return gapOf(plan, options ?? {})
  } finally {
    tf.dispose([...plan.initial])
  }
}
