/**
 * `fit`: any guide to any model, by steps on the ELBO. Left out: what a step computes (`step-program.ts`), the loop
 * (`fit-loop.ts`) and what comes back (`fit-result.ts`).
 */
import type { ArgumentsOf, CheckGuide, Program, SitesOf, Values } from "../dsl/types.js"
import { ensureReady } from "../engine/backend.js"
import { adam, type Optimizer } from "../engine/optimize.js"
import { toKey } from "../engine/random.js"
import { createRunner } from "../engine/step.js"
import { scoped, type Tensor } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { culprit } from "./culprit.js"
import { loop } from "./fit-loop.js"
import { type FitOptions, type KeptSettings, refuse, type Settled, settle } from "./fit-options.js"
import { type Fit, finished, type History } from "./fit-result.js"
import { type Plan, planOf, withDrawnKl } from "./plan.js"
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

const defaultOptimizer = (settled: Settled): Optimizer =>
  adam(settled.learningRate ?? (settled.batch === undefined ? 1e-2 : 1e-3))

/** Where a fit may go on from: its plan and what its runner carried. */
export interface Continuation {
  readonly plan: Plan
  readonly carry: { parameters: readonly Tensor[]; moments: readonly Tensor[]; state: readonly Tensor[] }
  readonly step: number
  readonly history: History
  readonly settings: KeptSettings
}

/** The loop of a fit from a plan, new or going on. */
export const fitPlan = async <V>(plan: Plan, settled: Settled, from?: Continuation): Promise<Fit<V>> => {
  const optimizer = settled.optimizer ?? defaultOptimizer(settled)
  const batch = batchPlan(plan, settled.batch)
  const { particles, objective, seed } = settled
  const program = stepProgram(plan, { particles, objective, batch, optimizer, seed })
  const history: History = from
    ? {
        losses: [...from.history.losses],
        likelihood: [...from.history.likelihood],
        divergence: [...from.history.divergence],
      }
    : { losses: [], likelihood: [], divergence: [] }
  const began = performance.now()
  const runner = createRunner(program, { compile: settled.compile })
  try {
    if (from) runner.restore(from.carry, from.step)
    const ended =
      plan.leaves.length === 0
        ? await loop(runner, { ...settled, steps: 1 }, history)
        : await loop(runner, settled, history)
    const reason =
      ended.status === "diverged" ? `${ended.reason}${culprit(plan, runner, batch)}` : ended.reason
    return finished<V>(
      {
        plan,
        prepared: program.prepared,
        settled,
        runner,
        history,
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
  const plan = scoped(() => planOf(model, guide, args, toKey(settled.seed), options.initial, settled.batch))
  return fitPlan<ParamsOf<P, Q>>(settled.divergence === "drawn" ? withDrawnKl(plan) : plan, settled)
}
