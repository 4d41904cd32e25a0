/**
 * Runs a legal structure through `fit` under every objective, and holds each step's loss to the oracle's at the draws that step
 * used; where draws are smooth, the gradient to differences of the oracle. Next: the tables in `legal/`.
 */
import {
  annealed,
  doublyReparameterized,
  elbo,
  type Fit,
  fit,
  iwae,
  type Objective,
  renyi,
  reweightedWakeSleep,
  sgd,
  stickingTheLanding,
  type Tensor,
  tf,
  vimco,
} from "latently"
import { describe, expect, it } from "vitest"
import type { Plan } from "../../src/inference/plan.js"
import { type Case, type ObjectiveName, objectiveNames } from "./case.js"
import { logSumExp, sum } from "./density.js"
import { expectedParts, type Parts, particlesOf } from "./oracle.js"
import { type Run, recorded } from "./recorded.js"

const weight = 0.7
const alpha = 0.5

const made: Readonly<Record<ObjectiveName, () => Objective>> = {
  elbo: () => elbo(),
  iwae: () => iwae({ particles: 3 }),
  renyi: () => renyi({ alpha, particles: 2 }),
  stickingTheLanding: () => stickingTheLanding({ particles: 2 }),
  doublyReparameterized: () => doublyReparameterized({ particles: 3 }),
  reweightedWakeSleep: () => reweightedWakeSleep({ particles: 3 }),
  vimco: () => vimco({ particles: 3 }),
  annealed: () => annealed({ weight }),
}

const needPaths: readonly ObjectiveName[] = ["iwae", "renyi", "stickingTheLanding", "doublyReparameterized"]

const logMean = (logs: readonly number[]): number => logSumExp(logs) - Math.log(logs.length)

/** How an objective makes a bound of the log-weights of a group. */
const combine: Readonly<Record<ObjectiveName, (logWeights: readonly number[]) => number>> = {
  elbo: (logs) => sum(logs) / logs.length,
  stickingTheLanding: (logs) => sum(logs) / logs.length,
  annealed: (logs) => sum(logs) / logs.length,
  iwae: logMean,
  doublyReparameterized: logMean,
  reweightedWakeSleep: logMean,
  vimco: logMean,
  renyi: (logs) => logMean(logs.map((log) => (1 - alpha) * log)) / (1 - alpha),
}

type Step = { readonly runs: Run[]; readonly plan: Plan }

/** The objective, telling which runs each of its steps made. */
const watched = (objective: Objective, runs: Run[], steps: Step[]): Objective => ({
  ...objective,
  prepare: (plan, setting) => {
    const prepared = objective.prepare(plan, setting)
    return {
      ...prepared,
      estimate: (pass) => {
        const before = runs.length
        const estimate = prepared.estimate(pass)
        steps.push({ runs: runs.slice(before), plan: prepared.plan })
        return estimate
      },
    }
  },
})

type Outcome = { readonly fitted: Fit<any>; readonly steps: readonly Step[] }

const run = async (
  one: Case,
  objective: Objective,
  options: { steps: number; rate: number; initial?: Record<string, Tensor>; closed?: boolean },
): Promise<Outcome> => {
  const [runs, steps]: [Run[], Step[]] = [[], []]
  const fitted = await fit(
    recorded(one.model, "model", runs),
    recorded(one.guide, "guide", runs),
    [...(one.args?.() ?? [])],
    {
      steps: options.steps,
      compile: false,
      seed: 3,
      objective: watched(objective, runs, steps),
      optimizer: sgd(options.rate),
      divergence: options.closed ? "closed" : "drawn",
      ...(one.batch === undefined ? {} : { batch: one.batch }),
      ...(options.initial ? { initial: options.initial } : {}),
    },
  )
  return { fitted, steps }
}

const exactSites = (plan: Plan): string[] =>
  [...plan.sites.values()].filter((site) => site.estimator === "exact").map((site) => site.name)

/** What the oracle says of one step: objective, and mean likelihood and divergence of its particles. */
const expectedOf = (
  one: Case,
  name: ObjectiveName,
  { runs, plan }: Step,
): { objective: number; data: number; divergence: number } => {
  const drawn = particlesOf(runs, made[name]().particles)
  const parts = drawn.map((particle) => expectedParts(one, particle, exactSites(plan)))
  const batched = one.batch === undefined ? undefined : plan.plates[0]
  const scale = batched === undefined ? 1 : batched.size / drawn[0]!.rows.get(batched.name)!.length
  const beta = name === "annealed" ? weight : 1
  const value = (p: { data: number; divergence: number }): number => p.data - beta * p.divergence
  const whole = (p: Parts, of: typeof value): number => scale * sum(p.rows.map(of)) + of(p.outside)
  const average = (of: typeof value): number => sum(parts.map((p) => whole(p, of))) / parts.length
  const grouped = plan.rows !== undefined && parts[0]!.rows.length > 0
  const objective = grouped
    ? scale * sum(parts[0]!.rows.map((_, row) => combine[name](parts.map((p) => value(p.rows[row]!))))) +
      value(parts[0]!.outside)
    : combine[name](parts.map((p) => whole(p, value)))
  return { objective, data: average((p) => p.data), divergence: average((p) => p.divergence) }
}

const agree = (found: number, wanted: number): void =>
  expect(Math.abs(found - wanted), `${found} and the oracle's ${wanted}`).toBeLessThan(
    1e-4 * (1 + Math.abs(wanted)),
  )

const checkValues = async (one: Case, name: ObjectiveName): Promise<void> => {
  const { fitted, steps } = await run(one, made[name](), { steps: 2, rate: 1e-30 })
  expect(fitted.losses.length).toBe(steps.length)
  for (const [i, step] of steps.entries()) {
    const { objective, data, divergence } = expectedOf(one, name, step)
    agree(-fitted.losses[i]!, objective)
    agree(fitted.likelihood[i]!, data)
    agree(fitted.divergence[i]!, divergence)
  }
  fitted.dispose()
}

/** Alternating signs, so that no direction is special and none is missed. */
const moved = (
  params: Readonly<Record<string, readonly number[]>>,
  shapes: Readonly<Record<string, number[]>>,
  by: number,
) =>
  Object.fromEntries(
    Object.entries(params).map(([name, values]) => [
      name,
      tf.tensor(
        values.map((v, i) => v + by * (i % 2 === 0 ? 1 : -0.5)),
        shapes[name]!,
      ),
    ]),
  )

/** The gradient along one direction, against central differences of the oracle at the same random numbers. */
const checkGradient = async (one: Case, name: "elbo" | "iwae"): Promise<void> => {
  const at = async (by: number | undefined, from?: Outcome) => {
    const params = from && numbersOf(from.steps[0]!, from.fitted)
    const initial = params && by !== undefined ? moved(params.values, params.shapes, by) : undefined
    return run(one, made[name](), { steps: 1, rate: 1, ...(initial ? { initial } : {}) })
  }
  const start = await at(undefined)
  if (start.fitted.plan.leaves.length === 0) return
  const before = numbersOf(start.steps[0]!, start.fitted).values
  const slope = sum(
    Object.entries(before).flatMap(([param, values]) =>
      [...(start.fitted.params as Record<string, Tensor>)[param]!.dataSync()].map(
        (after, i) => (after - values[i]!) * (i % 2 === 0 ? 1 : -0.5),
      ),
    ),
  )
  const h = 2e-2
  const [up, down] = [await at(h, start), await at(-h, start)]
  const difference =
    (expectedOf(one, name, up.steps[0]!).objective - expectedOf(one, name, down.steps[0]!).objective) /
    (2 * h)
  expect(Math.abs(slope - difference), `slope ${slope}, differences ${difference}`).toBeLessThan(
    4e-3 * (1 + Math.abs(difference)),
  )
}

/** The params as the first step's programs saw them. */
const numbersOf = ({ runs, plan }: Step, _: Fit<any>) => {
  const values: Record<string, readonly number[]> = {}
  const shapes: Record<string, number[]> = {}
  for (const { name } of plan.leaves) {
    const answer = runs.map((r) => r.answers.get(name)).find((found) => found !== undefined)!
    values[name] = answer.numbers
    shapes[name] = [...answer.shape]
  }
  return { values, shapes }
}

/** The code by which an objective must refuse a structure; undefined where it must run. */
const refusal = (one: Case, name: ObjectiveName): string | undefined =>
  one.refused?.[name] ??
  (one.draws === "discrete" && needPaths.includes(name) ? "objective-estimator" : undefined)

const checkRefused = async (one: Case, name: ObjectiveName, code: string): Promise<void> => {
  const error = await run(one, made[name](), { steps: 1, rate: 1 }).then(
    () => undefined,
    (thrown: unknown) => thrown as { code?: string; message: string },
  )
  expect(error?.code).toBe(code)
  expect(error?.message).toContain("\n  fix: ")
}

const checkClosed = async (one: Case): Promise<void> => {
  const { fitted, steps } = await run(one, elbo(), { steps: 2, rate: 1e-30, closed: true })
  for (const [i, step] of steps.entries()) {
    const { data } = expectedOf(one, "elbo", step)
    const divergence = one.kl!(particlesOf(step.runs, 1)[0]!.draw)
    agree(-fitted.losses[i]!, data - divergence)
    agree(fitted.divergence[i]!, divergence)
  }
}

/** Whether the oracle's slope is the estimator's; of iwae where a plate gives its rows weights of their own. */
const hasSlope = (one: Case, name: ObjectiveName): name is "elbo" | "iwae" =>
  (one.draws ?? "smooth") === "smooth" && (name === "elbo" || (name === "iwae" && one.args !== undefined))

/** One test for each case. */
export const legalStructures = (title: string, cases: readonly Case[]): void => {
  describe(title, () => {
    it.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
      for (const name of objectiveNames) {
        const code = refusal(one, name)
        try {
          if (code === undefined) await checkValues(one, name)
          else await checkRefused(one, name, code)
          if (code === undefined && hasSlope(one, name)) await checkGradient(one, name)
        } catch (error) {
          throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
        }
      }
      if (one.kl !== undefined) await checkClosed(one)
    })
  })
}
