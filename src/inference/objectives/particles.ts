/**
 * Several particles a step: where every latent stands in one plate, one run over that many copies of its rows, each row with
 * weights of its own; else that many runs, with one weight a run. Gives log-weights log p(x, z_k) - log q(z_k), [particles,
 * groups]. Left out: what is done with the weights (`importance-weighted.ts`, read next).
 */
import type { PlateFrame } from "../../dsl/plate-frame.js"
import { programError } from "../../dsl/site-error.js"
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { rowCost, totalCost } from "../cost.js"
import type { CostTerm } from "../elbo.js"
import { paramsFrom } from "../leaves.js"
import type { Plan } from "../plan.js"
import { rowsMeet } from "../row-independence.js"
import type { Pass } from "./objective.js"

/** How particles are laid out. */
export interface Layout {
  readonly particles: number
  /** The plate whose rows are weighed one by one; undefined where each run has one weight. */
  readonly plate: string | undefined
  /** Whether one run holds all particles, as copies of the plate's rows. */
  readonly tiled: boolean
  readonly why: string
}

/** The context of one run, and which particle it is (0 where one run holds all). */
export type Each<R> = (context: Pass["context"], particle: number) => R

const tiledContext = (layout: Layout, context: Pass["context"]): Pass["context"] => ({
  ...context,
  repeats: new Map([[layout.plate!, layout.particles]]),
})

/** One run for all particles, or one for each. */
export const eachRun = <R>(layout: Layout, { context }: Pass, run: Each<R>): R[] => {
  if (layout.particles === 1) return [run(context, 0)]
  if (layout.tiled) return [run(tiledContext(layout, context), 0)]
  return Array.from({ length: layout.particles }, (_, particle) =>
    run({ ...context, key: fold(context.key, particle) }, particle),
  )
}

/** For runs that only try: two rows of a plate that steps see in batches, all of the others. */
export const fewRows =
  (batched: string | undefined) =>
  (plate: string): number | undefined =>
    plate === batched ? 2 : undefined

/** Why copies of the plate's rows cannot stand for particles, or undefined where two copies ran. */
const whyNotTiled = (
  plan: Plan,
  plate: string,
  trial: (context: Pass["context"]) => void,
  batched: string | undefined,
): string | undefined => {
  const param = paramsFrom(plan.leaves, plan.initial)
  try {
    const context = { key: plan.key, param, repeats: new Map([[plate, 2]]), atMost: fewRows(batched) }
    tf.tidy(() => withChecks(false, () => void trial(context)))
    return undefined
  } catch (error) {
    return `its body does not run on copies of its rows (${(error as Error).message.split("\n")[0]})`
  }
}

const meets = (plan: Plan, plate: string): boolean =>
  rowsMeet(
    plan,
    {
      key: fold(plan.key, "draws"),
      param: paramsFrom(plan.leaves, plan.initial),
      enumeration: { axes: [], padding: 0 },
    },
    plate,
  )

/**
 * Lays out the particles of a plan. `trial` runs the objective's programs once under a context, to see whether they run on
 * copies of rows: few of them where steps see the plate in batches.
 */
export const layOut = (
  plan: Plan,
  particles: number,
  trial: (context: Pass["context"]) => void,
  batched?: string,
): Layout => {
  const rows = plan.rows
  if (rows === undefined)
    return {
      particles,
      plate: undefined,
      tiled: false,
      why: "the latents do not fall apart into the rows of one plate: a run has one weight",
    }
  const { plate, noise } = rows
  if (particles > 1 && meets(plan, plate))
    return {
      particles,
      plate: undefined,
      tiled: false,
      why: `rows of plate '${plate}' depend on each other's draws: a run has one weight`,
    }
  const failed =
    particles === 1
      ? "one particle"
      : noise === undefined
        ? whyNotTiled(plan, plate, trial, batched)
        : `'${noise}' is noise that depends on a latent`
  const runs = failed === undefined ? "one run over copies of the rows" : `a run for each: ${failed}`
  return {
    particles,
    plate,
    tiled: failed === undefined,
    why: `each row of plate '${plate}' has its own; ${runs}`,
  }
}

const framed = ({ term }: CostTerm, plate: string | undefined): PlateFrame | undefined =>
  plate !== undefined && term.plates[0]?.name === plate ? term.plates[0] : undefined

const added = (parts: readonly Tensor[], shape: number[]): Tensor =>
  parts.reduce((a, b) => tf.add(a, b), tf.zeros(shape))

/**
 * The terms of one run added up in groups: a number for each row of the plate that was seen (not scaled for those that were
 * not), or one for the run.
 */
export const grouped = (terms: readonly CostTerm[], plate: string | undefined, count: number): Tensor => {
  if (plate === undefined)
    return tf.reshape(
      added(
        terms.map(({ value, term }) => totalCost(value, term)),
        [],
      ),
      [1],
    )
  const rows = terms.flatMap((cost) => {
    const frame = framed(cost, plate)
    return frame === undefined
      ? []
      : [tf.mul(rowCost(cost.value, cost.term, [frame]), frame.count / frame.size)]
  })
  return added(rows, [count])
}

/** The terms that stand in no group: they do not depend on any latent. */
export const ungrouped = (terms: readonly CostTerm[], plate: string | undefined): CostTerm[] =>
  plate === undefined ? [] : terms.filter((cost) => framed(cost, plate) === undefined)

/** How many rows of the plate a run saw, copies counted, and how many there are. */
export const rowsSeen = (
  terms: readonly CostTerm[],
  plate: string | undefined,
): { readonly count: number; readonly size: number } =>
  terms.map((cost) => framed(cost, plate)).find((frame) => frame !== undefined) ?? { count: 1, size: 1 }

/** One number for each particle and group, [particles, groups], of one tensor [rows seen] a run. */
export const byParticle = (layout: Layout, runs: readonly Tensor[]): Tensor =>
  layout.tiled ? tf.reshape(runs[0]!, [layout.particles, -1]) : tf.stack([...runs])

/** Throws where weights of whole runs would be made from a batch: the logarithm of an estimate is biased. */
export const checkBatched = (objective: string, layout: Layout, batched: string | undefined): void => {
  if (batched === undefined || layout.plate !== undefined) return
  throw programError(
    "objective-batch",
    `${objective} gives each run one weight here (${layout.why.split(":")[0]}), and a batch of plate '${batched}' ` +
      "gives only an estimate of that weight, whose logarithm is biased",
    "leave batch out, or use elbo()",
  )
}
