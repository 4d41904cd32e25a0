/**
 * The plan of a fit: what a model and its guide consist of, learned from one run of both with everything checked. It says
 * which params there are, which estimator each latent gets and why, which costs lie downstream of it, and where a
 * Kullback-Leibler divergence has a closed form. Left out: the numbers themselves (`elbo.ts`, read next).
 */
import type { Elimination } from "../dsl/elimination.js"
import type { Enumeration } from "../dsl/enumeration-axis.js"
import { type Context, deepestPlate, type Entry, type Execution, execute } from "../dsl/execute.js"
import { drawnInstead, eliminationOf } from "../dsl/reach.js"
import type { Estimator, Site } from "../dsl/site.js"
import type { Program } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { fold, type Key } from "../engine/random.js"
import { recordingTape } from "../engine/tape.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { blameGuide, checkCoverage, checkNames } from "./coverage.js"
import { downstreamOf } from "./downstream.js"
import { chooseEstimators } from "./estimator.js"
import { checkBaselines } from "./learned-baseline.js"
import { type FirstValues, firstValues, type Leaf, leavesOf, unconstrain } from "./leaves.js"
import { checkRows } from "./row-independence.js"
import { type RowPlate, rowPlateOf } from "./row-plate.js"
import { type Sites, sitesOf } from "./steady.js"
import {
  checkExactSum,
  checkNoise,
  drawsOf,
  guideTerm,
  klIsExact,
  onlyModel,
  type Structure,
  scoredTerms,
  structureOf,
} from "./structure.js"

export { drawsOf, guideTerm } from "./structure.js"

/** A site's estimator as an objective uses it: "wake" sites carry no gradient, their log q is raised at weighted draws. */
export type PlannedEstimator = Estimator | "wake"

/** What the plan holds for one latent site of the guide. */
export interface SitePlan {
  readonly name: string
  readonly family: string
  readonly estimator: PlannedEstimator
  /** Why this estimator, in words. */
  readonly why: string
  /** The sites whose costs depend on this one's draw, model and guide terms alike. */
  readonly downstream: ReadonlySet<string>
  /** Whether KL(guide ‖ model) at this site is used in closed form. */
  readonly analyticKl: boolean
  /** The plates it stands in, the outermost first. */
  readonly plates: readonly string[]
  /** The site of the guide, for errors that name its line. */
  readonly site: Site
}

/** A plate as a fit sees it. */
export interface PlatePlan {
  readonly name: string
  readonly size: number
}

/** Everything a fit knows of its programs before the first step. */
export interface Plan {
  readonly model: Program<any>
  readonly guide: Program<any>
  readonly args: readonly any[]
  readonly leaves: readonly Leaf[]
  /** First values of the leaves, unconstrained; the caller owns them. */
  readonly initial: readonly Tensor[]
  readonly sites: ReadonlyMap<string, SitePlan>
  /** Outermost plates, which can be seen in batches. */
  readonly plates: readonly PlatePlan[]
  /** All plates by name. */
  readonly sizes: ReadonlyMap<string, number>
  /** Depth of the deepest plate. */
  readonly padding: number
  /** The plate whose rows have weights of their own, if the latents fall apart into rows. */
  readonly rows: RowPlate | undefined
  /** How the model's summed sites are summed, if it has any. */
  readonly elimination: Elimination | undefined
  /** The sites of either program, which every step must have again. */
  readonly sitesOf: { readonly model: Sites; readonly guide: Sites }
  readonly key: Key
}

/** Runs guide and model once on the guide's draws. */
export interface Pair {
  readonly guide: Execution
  readonly model: Execution
  readonly enumeration: Enumeration
}

/** Runs the guide, then the model on its draws, under one context. */
export const runPair = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  context: Context,
): Pair => {
  const guideRun = execute(guide, args, context)
  const modelRun = execute(model, args, { ...context, values: drawsOf(guideRun) })
  return { guide: guideRun, model: modelRun, enumeration: context.enumeration }
}

const onDraws = (
  model: Program<any>,
  args: readonly any[],
  context: Context,
  guideRun: Execution,
): Execution => {
  try {
    return execute(drawnInstead(model), args, { ...context, values: drawsOf(guideRun) })
  } catch (error) {
    throw blameGuide(error, guideRun)
  }
}

const probe = (model: Program<any>, guide: Program<any>, args: readonly any[], context: Context): Pair => {
  const guideRun = execute(guide, args, context)
  const free = onDraws(model, args, context, guideRun)
  checkNames(
    [...free.entries.values()].filter((e) => e.role === "latent"),
    guideRun,
  )
  checkCoverage(free, guideRun)
  return { guide: guideRun, model: free, enumeration: context.enumeration }
}

const sitePlans = (structure: Structure, scored: ReadonlyMap<string, Tensor>): Map<string, SitePlan> => {
  const latents = [...structure.pair.guide.entries.values()].filter((entry) => entry.role === "latent")
  const estimators = chooseEstimators(latents, (name) => structure.dependsOn(guideTerm(name)))
  return new Map(
    latents.map((entry) => {
      const { estimator, why: reason } = estimators.get(entry.name)!
      const { note } = entry.site.details.options
      const why = note === undefined ? reason : `${reason}; ${note}`
      const downstream = downstreamOf(entry.name, scored.keys(), structure)
      const analyticKl = estimator !== "exact" && klIsExact(entry, structure)
      if (estimator === "exact") checkExactSum(entry, structure, scored.keys())
      return [
        entry.name,
        {
          name: entry.name,
          family: entry.dist!.family,
          estimator,
          why,
          downstream,
          analyticKl,
          plates: entry.plates.map((plate) => plate.name),
          site: entry.site,
        },
      ]
    }),
  )
}

const outermost = (pair: Pair): PlatePlan[] => {
  const plates = new Map<string, number>()
  for (const { entries } of [pair.model, pair.guide])
    for (const { plates: frames } of entries.values())
      if (frames[0]) plates.set(frames[0].name, frames[0].size)
  return [...plates].map(([name, size]) => ({ name, size }))
}

const allSizes = (pair: Pair): Map<string, number> =>
  new Map(
    [...pair.model.entries.values(), ...pair.guide.entries.values()].flatMap((e) =>
      e.plates.map((p) => [p.name, p.size] as const),
    ),
  )

/** The sites that are summed or credited row by row. */
const rowByRow = ({ guide, model }: Pair, sites: ReadonlyMap<string, SitePlan>): Entry[] => [
  ...[...guide.entries.values()].filter((e) => (sites.get(e.name)?.estimator ?? "pathwise") !== "pathwise"),
  ...[...model.entries.values()].filter((e) => e.site.details.options.summed === true),
]

/** How many rows the checked run sees of a plate, by name or of any: as many as a step will. */
export type ProbedRows = number | Readonly<Record<string, number>>

const rowsAtMost = (probed: ProbedRows | undefined) => (plate: string) => {
  const most = typeof probed === "object" ? probed[plate] : probed
  return most !== undefined && most >= 1 ? Math.floor(most) : undefined
}

/**
 * Learns the plan of a fit from one checked run of guide and model, on the first rows where steps will see batches.
 * @throws ModelError for anything a programmer must fix.
 */
export const planOf = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[],
  key: Key,
  given: Readonly<Record<string, Tensor>> = {},
  probed?: ProbedRows,
): Plan => {
  const known: FirstValues = new Map()
  const context = {
    atMost: rowsAtMost(probed),
    key: fold(key, "draws"),
    param: firstValues(known, fold(key, "init"), given),
    enumeration: { axes: [], padding: 0 },
  }
  return withChecks(true, () => {
    const { result, tape } = recordingTape(() => {
      const pair = probe(model, guide, args, context)
      return { pair, scored: withChecks(false, () => scoredTerms(pair)) }
    })
    const { pair, scored } = result
    const elimination = eliminationOf(pair.model, tape, onlyModel(scored))
    const leaves = leavesOf(pair.model, pair.guide)
    checkNoise(pair, tape, known)
    checkBaselines(pair, tape, known, scored)
    const sites = sitePlans(structureOf(pair, tape, scored), scored)
    checkRows({ model, guide, args, context }, pair, rowByRow(pair, sites))
    return {
      model,
      guide,
      args,
      leaves,
      initial: leaves.map((leaf) => tf.keep(unconstrain(leaf, known.get(leaf.name)!))),
      sites,
      plates: outermost(pair),
      sizes: allSizes(pair),
      elimination,
      sitesOf: { model: sitesOf(pair.model), guide: sitesOf(pair.guide) },
      rows: rowPlateOf(pair, tape, scored, guideTerm),
      padding: Math.max(deepestPlate(pair.model), deepestPlate(pair.guide)),
      key,
    }
  })
}

/** The same plan with every divergence estimated by the draw, none in closed form. */
export const withDrawnKl = (plan: Plan): Plan => ({
  ...plan,
  sites: new Map([...plan.sites].map(([name, site]) => [name, { ...site, analyticKl: false }])),
})
