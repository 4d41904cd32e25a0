/**
 * Which site's draw makes the gradient vary: one source of randomness moves from step to step while all others are held
 * still. Next: `check-gradient.ts`, which reports the shares.
 */
import { rewrite } from "../../dsl/handlers.js"
import { edited } from "../../dsl/site.js"
import type { Program } from "../../dsl/types.js"
import { fold, type Key } from "../../engine/random.js"
import type { StepProgram } from "../../engine/step.js"
import type { Plan } from "../plan.js"
import { gradientDraws } from "./gradient-draws.js"

/** A step program that its maker can dispose. */
export type DisposableStep = StepProgram & { dispose(): void }

/** Settings of everything else under which one source is let vary. */
const settings = 3

/** The name under which the choice of rows is listed beside the sites. */
export const rowsSource = "(rows)"

type Held = { readonly guide: Program<any>; readonly restart: () => void }

/** The guide with every site but one drawn from a fixed key; runs of one step keep keys of their own. */
const holding = (guide: Program<any>, key: Key, moving: string): Held => {
  let runs = 0
  return {
    restart: () => {
      runs = 0
    },
    guide: (...args) => {
      const own = fold(key, runs++)
      return rewrite(guide(...args), (site) =>
        (site.role === "latent" || site.role === "random") && site.name !== moving
          ? edited(site, { key: fold(own, site.name ?? "") })
          : site,
      )
    },
  }
}

/** The variances of the numbers of a gradient, added up. */
const totalVariance = (gradients: readonly Float64Array[]): number => {
  const size = gradients[0]?.length ?? 0
  let total = 0
  for (let i = 0; i < size; i++) {
    const mean = gradients.reduce((sum, g) => sum + g[i]!, 0) / gradients.length
    total += gradients.reduce((sum, g) => sum + (g[i]! - mean) ** 2, 0) / (gradients.length - 1)
  }
  return total
}

const varianceOf = (
  plan: Plan,
  make: (plan: Plan) => DisposableStep,
  source: string,
  draws: number,
): number => {
  let total = 0
  for (let setting = 0; setting < settings; setting++) {
    const held = holding(plan.guide, fold(fold(plan.key, "held"), setting), source)
    const program = make({ ...plan, guide: held.guide })
    const moving = { rowsFrom: (n: number) => (source === rowsSource ? n : setting), before: held.restart }
    total += totalVariance(gradientDraws(program, draws, moving)) / settings
    program.dispose()
  }
  return total
}

/**
 * The share of the gradient's variance that each latent's draw is behind, and under batches the choice of rows ("(rows)"):
 * E[Var(gradient | all else)], summed over params, of the sum of these. All 0 where nothing varies.
 */
export const varianceShares = (
  plan: Plan,
  make: (plan: Plan) => DisposableStep,
  draws: number,
): Record<string, number> => {
  const program = make(plan)
  const sources = [...plan.sites.keys(), ...(program.batch === undefined ? [] : [rowsSource])]
  program.dispose()
  const variances = sources.map((source) => varianceOf(plan, make, source, draws))
  const total = variances.reduce((a, b) => a + b, 0)
  return Object.fromEntries(sources.map((source, i) => [source, total === 0 ? 0 : variances[i]! / total]))
}
