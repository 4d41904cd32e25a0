/**
 * `calibrate`: simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018). Latents drawn from the prior
 * rank uniformly among posterior draws given their data, if the posterior is right. Next: `simulate.ts`.
 */
import type { Context } from "../../dsl/execute.js"
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../../dsl/types.js"
import { withChecks } from "../../engine/checks.js"
import { philoxStream } from "../../engine/philox.js"
import { fold, type Key, uniformOf } from "../../engine/random.js"
import { scoped, tf, toTensor } from "../../engine/tensor.js"
import { constrain } from "../leaves.js"
import { type Plan, planOf } from "../plan.js"
import { answersFrom, type Fitted, keyOf, type Params } from "../query.js"
import { calibrationReport } from "./calibration-report.js"
import { type DrawLists, posteriorDraws } from "./posterior-draws.js"
import { rankOf, type Uniformity, uniformityOf } from "./ranks.js"
import { type DataMap, mapOf, type Simulation, simulate } from "./simulate.js"

/** Options of `calibrate`. */
export interface CalibrateOptions {
  /** Simulated data sets; where every latent stands in the rows of one plate, rows. 1000 by default. */
  readonly replications?: number
  /** Posterior draws for each; 99 by default, so that there are 100 ranks. */
  readonly draws?: number
  /** Bins of the histogram of ranks; 20 by default. */
  readonly bins?: number
  readonly seed?: number
  /** Params of model and guide; their first values by default. */
  readonly params?: Params
  /** The arguments that hold simulated data; found by itself where each observed value is an argument. */
  readonly data?: DataMap
  /** Fits anew to every simulated data set; without it the guide is taken as it is, for all of them. */
  readonly refit?: (args: readonly any[], seed: number) => Promise<Fitted> | Fitted
}

/** The ranks of one number of one latent. */
export interface CalibratedQuantity extends Uniformity {
  readonly site: string
  /** Its place in the site's value (in a row's, where rows are ranked), in row-major order. */
  readonly index: number
}

/** The verdict; `toString()` prints it with the histograms. */
export interface Calibration {
  /** Whether every p is above `limit`. */
  readonly ok: boolean
  readonly quantities: readonly CalibratedQuantity[]
  readonly smallestP: number
  /** 1e-4, less where there are more than ten quantities. */
  readonly limit: number
  readonly replications: number
  readonly draws: number
  toString(): string
}

/** Ranks by quantity, "site[index]", filled simulation by simulation. */
type Ranks = Map<string, { readonly site: string; readonly index: number; readonly ranks: number[] }>

/** Ranks one simulation's latents. Of a plate that is not ranked row by row, the first row alone is. */
const addRanks = (
  ranks: Ranks,
  { truth }: Simulation,
  draws: DrawLists,
  plan: Plan,
  uniform: () => number,
): void => {
  for (const [site, { values, rows }] of truth) {
    const lists = draws.get(site)!
    const size = values.length / rows
    for (let at = 0; at < (plan.rows === undefined ? size : values.length); at++) {
      const index = at % size
      const label = `${site}[${index}]`
      if (!ranks.has(label)) ranks.set(label, { site, index, ranks: [] })
      const others = Float64Array.from(lists, (list) => list[at]!)
      ranks.get(label)!.ranks.push(rankOf(values[at]!, others, uniform()))
    }
  }
}

const verdict = (ranks: Ranks, draws: number, bins: number): Calibration => {
  const quantities = [...ranks.values()].map(({ site, index, ranks: own }) => ({
    site,
    index,
    ...uniformityOf(own, draws, bins),
  }))
  const smallestP = quantities.reduce((least, { p }) => Math.min(least, p), 1)
  const limit = Math.min(1e-4, 1e-3 / quantities.length)
  const replications = Math.max(...[...ranks.values()].map(({ ranks: own }) => own.length))
  const made = { ok: smallestP > limit, quantities, smallestP, limit, replications, draws }
  return { ...made, toString: () => calibrationReport(made) }
}

type Posterior = { readonly plan: Plan; readonly param: Context["param"] }

const posteriorFor = async (
  own: Posterior,
  args: readonly any[],
  refit: CalibrateOptions["refit"],
  seed: number,
): Promise<Posterior & { dispose(): void }> => {
  if (refit === undefined) return { ...own, dispose: () => {} }
  const fitted = await refit(args, seed)
  const dispose = (): void => (fitted as Partial<{ dispose(): void }>).dispose?.()
  return { plan: fitted.plan, param: answersFrom(fitted.params), dispose }
}

const planFor = (model: Program<any>, guide: Program<any>, args: readonly any[], key: Key, params: Params) =>
  scoped(() => {
    const given = Object.entries(params).map(([name, value]) => [name, toTensor(value)] as const)
    return planOf(model, guide, args, key, Object.fromEntries(given))
  })

/**
 * Tests whether a guide's posteriors are calibrated over the model's own data sets: draws latents from the prior and data
 * from them, ranks each latent among posterior draws given the data, and tests the ranks for uniformity by chi-square.
 *
 * A guide that is too narrow gives ranks that pile up at both ends, one that is too wide in the middle, a biased one at one
 * end. With 1,000 replications a standard deviation off by 0.8 and a shift of a quarter of one are found (power above 0.95).
 * A guide that is calibrated on average over the prior need not be right for the data at hand.
 * @throws ModelError as `fit` does, and where an observed value is no argument and `data` is not given.
 * @example const { ok } = await calibrate(model, guide, [rows], { params: fitted.params })
 * @example await calibrate(model, guide, [x], { replications: 200, refit: (args, seed) => fit(model, guide, args, { seed }) })
 */
export const calibrate = async <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: CalibrateOptions = {},
): Promise<Calibration> => {
  const { replications = 1000, draws = 99, bins = 20 } = options
  const key = fold(keyOf(options.seed), "calibrate")
  const plan = planFor(model, guide, args, key, options.params ?? {})
  const first = plan.leaves.map((leaf, i) =>
    tf.keep(tf.tidy(() => tf.clone(constrain(leaf, plan.initial[i]!)))),
  )
  const known = Object.fromEntries(plan.leaves.map((leaf, i) => [leaf.name, first[i]!]))
  const own: Posterior = { plan, param: answersFrom(known) }
  const stream = philoxStream(fold(key, "ties").hash, 0)
  let at = 0
  const uniform = (): number => uniformOf(stream(at++))
  const ranks: Ranks = new Map()
  const map =
    options.data ??
    scoped(() => mapOf(model, args, { key, param: own.param, enumeration: { axes: [], padding: 0 } }))
  for (let n = 0; [...ranks.values()].every((quantity) => quantity.ranks.length < replications); n++) {
    const here = fold(key, n)
    const made = withChecks(false, () => simulate(model, args, map, { key: here, param: own.param }))
    const posterior = await posteriorFor(own, made.args, options.refit, n)
    const lists = withChecks(false, () =>
      posteriorDraws(posterior.plan, made.args, { key: fold(here, "draws"), param: posterior.param }, draws),
    )
    addRanks(ranks, made, lists, plan, uniform)
    posterior.dispose()
    made.dispose()
  }
  tf.dispose([...plan.initial, ...first])
  return verdict(ranks, draws, bins)
}
