/**
 * `fit`: any guide to any model, by steps on the ELBO. Left out: what a step computes (`step-program.ts`), the loop
 * (`fit-loop.ts`) and what comes back (`fit-result.ts`).
 */
import type { ArgumentsOf, CheckGuide, Program, SitesOf, Values } from "../dsl/types.js"
import { ensureReady } from "../engine/backend.js"
import { fold, type Key, toKey } from "../engine/random.js"
import { createRunner, type StepRunner } from "../engine/step.js"
import { scoped, type Tensor } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { checkDrawn } from "./coverage.js"
import { culprit } from "./culprit.js"
import { loop } from "./fit-loop.js"
import {
  checkInitial,
  type FitOptions,
  type KeptSettings,
  refuse,
  type Settled,
  settle,
} from "./fit-options.js"
import { type Fit, finished, type History } from "./fit-result.js"
import { findRate, tunedOptimizer } from "./learning-rate.js"
import { type Plan, planOf, withDrawnKl } from "./plan.js"
import { bestOf, type Chosen } from "./restarts.js"
import { batchPlan, stepProgram } from "./step-program.js"
import { checkWholeData } from "./whole-data.js"

const checkPrograms = (model: unknown, guide: unknown, args: unknown): void => {
  for (const [what, program] of [
    ["model", model],
    ["guide", guide],
  ] as const)
    if (typeof program !== "function")
      refuse(`the ${what}`, typeof program, "call fit(model, guide, [data], options)")
  takeApart(args as readonly any[])
}

/** Where a fit may go on from: its plan and what its runner carried. */
export interface Continuation {
  readonly plan: Plan
  readonly carry: { parameters: readonly Tensor[]; moments: readonly Tensor[]; state: readonly Tensor[] }
  readonly step: number
  readonly history: History
  readonly settings: KeptSettings
}

const copyOf = (history: History | undefined): History => ({
  losses: [...(history?.losses ?? [])],
  likelihood: [...(history?.likelihood ?? [])],
  divergence: [...(history?.divergence ?? [])],
})

/** First values of a restart, unconstrained; the caller disposes them. */
export type StartOf = (restart: number) => readonly Tensor[]

/** Runs the steps from where the runner stands, or all restarts from their starts. */
const runSteps = async (
  runner: StepRunner,
  settled: Settled,
  from: Continuation | undefined,
  startOf: StartOf | undefined,
): Promise<Chosen> => {
  if (startOf && from === undefined && settled.restarts > 1) return bestOf(runner, settled, startOf)
  const history = copyOf(from?.history)
  return { ended: await loop(runner, settled, history), history, losses: [] }
}

/** The loop of a fit from a plan, new or going on. */
export const fitPlan = async <V>(
  plan: Plan,
  asked: Settled,
  from?: Continuation,
  startOf?: StartOf,
): Promise<Fit<V>> => {
  const { optimizer, set } = tunedOptimizer(asked)
  const batch = batchPlan(plan, asked.batch)
  const { particles, objective, seed } = asked
  const program = stepProgram(plan, { particles, objective, batch, optimizer, seed })
  const began = performance.now()
  const runner = createRunner(program, { compile: asked.compile })
  try {
    if (from) runner.restore(from.carry, from.step)
    const foundRate = set && findRate(runner, asked.steps, set).rate
    const settled: Settled = foundRate === undefined ? asked : { ...asked, learningRate: foundRate }
    const { ended, history, losses } =
      plan.leaves.length === 0
        ? await runSteps(runner, { ...settled, steps: 1 }, from, undefined)
        : await runSteps(runner, settled, from, startOf)
    const reason =
      ended.status === "diverged" ? `${ended.reason}${culprit(plan, runner, batch)}` : ended.reason
    return finished<V>(
      {
        plan,
        prepared: program.prepared,
        settled,
        runner,
        history,
        restarts: losses,
        foundRate,
        seconds: (performance.now() - began) / 1e3,
        status: ended.status,
        reason,
      },
      (more, continuation) =>
        fitPlan<V>(
          plan,
          { ...settled, steps: more, ...(settled.signal?.aborted ? { signal: undefined as never } : {}) },
          continuation,
        ),
    )
  } finally {
    runner.dispose()
    program.dispose()
  }
}

/** Params by name, of the model and of the guide. */
export type ParamsOf<P, Q> = Values<P, "param"> & Values<Q, "param">

/**
 * Fits a guide to a model: maximises the ELBO over the params of both.
 *
 * Every row of `args` that stands in a plate is seen once an epoch under `batch`. The same seed on the same backend gives
 * the same params, bit for bit.
 * @returns a `Fit` by its `status`: "finished" (all steps), "converged" (tolerance reached), "stopped" (aborted),
 * "diverged" (a loss that is not finite; params of the last good step).
 * @throws ModelError before the first step for anything a programmer must fix.
 * @example const { params } = await fit(ppca, encoder, [table], { steps: 2000, batch: 100 })
 */
export const fit = async <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: FitOptions = {},
): Promise<Fit<ParamsOf<P, Q>>> => {
  checkPrograms(model, guide, args)
  await ensureReady()
  const settled = settle(options)
  if (settled.batch !== undefined) checkWholeData(args)
  const key = toKey(settled.seed)
  const planAt = (from: Key): Plan =>
    scoped(() => planOf(model, guide, args, from, options.initial, settled.batch))
  const plan = planAt(key)
  checkDrawn(
    [...plan.sites.values()].map(({ site }) => site),
    "guide",
  )
  checkInitial(
    options.initial,
    plan.leaves.map((leaf) => leaf.name),
  )
  const used = settled.divergence === "drawn" ? withDrawnKl(plan) : plan
  const startOf: StartOf = (restart) => planAt(fold(key, `restart ${restart}`)).initial
  return fitPlan<ParamsOf<P, Q>>(used, settled, undefined, startOf)
}
