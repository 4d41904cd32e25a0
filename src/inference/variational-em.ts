/**
 * `variationalEm`: EM with the guide as E-step (Neal and Hinton 1998). By turns: the guide's params climb the ELBO until they
 * stop gaining, then the model's params take some steps. Its joint stochastic form, both at once, is `fit`. Left out: exact
 * E-steps (`em.ts`).
 */
import { programError } from "../dsl/site-error.js"
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../dsl/types.js"
import { ensureReady } from "../engine/backend.js"
import { adam, type Optimizer } from "../engine/optimize.js"
import { toKey } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { createRunner, type StepProgram, type StepRunner } from "../engine/step.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import type { ParamsOf } from "./fit.js"
import { constrain, type Leaf } from "./leaves.js"
import { type Plan, planOf } from "./plan.js"
import { type BatchOption, batchPlan, stepProgram } from "./step-program.js"

/** What a progress callback is told after each round. */
export interface RoundProgress {
  /** Rounds done, from 1. */
  readonly round: number
  readonly rounds: number
  /** Mean ELBO of the round's M-step, in nats for all rows. */
  readonly elbo: number
  /** Steps done in all, of guide and model. */
  readonly steps: number
}

/** Options of `variationalEm`. */
export interface VariationalEmOptions {
  /** Rounds of E- and M-step at the most; 50 by default. */
  readonly rounds?: number
  /** The E-step ends when its mean loss over a stretch gains less than this, in nats; 1e-3 by default. */
  readonly tolerance?: number
  /** Guide steps in one E-step at the most; 500 by default. */
  readonly guideSteps?: number
  /** Model steps in one M-step; 20 by default. */
  readonly modelSteps?: number
  readonly optimizer?: Optimizer
  readonly learningRate?: number
  readonly particles?: number
  readonly batch?: BatchOption
  readonly seed?: number
  readonly initial?: Readonly<Record<string, Tensor>>
  readonly compile?: "auto" | boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RoundProgress) => void
}

/** What `variationalEm` gives. */
export interface VariationalEmFit<V> {
  readonly status: "converged" | "finished" | "stopped" | "diverged"
  readonly reason: string
  readonly params: V
  /** Mean ELBO of each round's M-step, in nats for all rows. */
  readonly history: readonly number[]
  readonly rounds: number
  /** Guide steps that each E-step took. */
  readonly guideSteps: readonly number[]
  readonly plan: Plan
}

type Settled = Required<
  Pick<
    VariationalEmOptions,
    "rounds" | "tolerance" | "guideSteps" | "modelSteps" | "particles" | "seed" | "compile"
  >
> &
  VariationalEmOptions

/** The same step with one side's params held: their gradient is zero, so their moments and values stay. */
const holding = (program: StepProgram, leaves: readonly Leaf[], held: "model" | "guide"): StepProgram => ({
  ...program,
  objective: (parameters, state, rows, step) =>
    program.objective(
      parameters.map((value, i) => (leaves[i]!.owner === held ? stopGradient(value) : value)),
      state,
      rows,
      step,
    ),
})

const average = (losses: Float32Array): number =>
  losses.reduce((a, b) => a + b, 0) / Math.max(1, losses.length)

/** Hands one runner's params to the other; each keeps its own moments and baselines. */
const handOver = (from: StepRunner, to: StepRunner): void => {
  const parameters = from.parameters()
  const moments = to.optimizerState()
  const state = to.state()
  to.restore({ parameters, moments, state }, Math.max(from.step, to.step))
  tf.dispose([...parameters, ...moments, ...state])
}

const stretch = 25

/** Guide steps until a stretch gains less than the tolerance; gives how many, or undefined after a bad loss. */
const expectation = (runner: StepRunner, settled: Settled): number | undefined => {
  let before = Number.POSITIVE_INFINITY
  for (let done = 0; done < settled.guideSteps; done += stretch) {
    const { losses, failedAt } = runner.run(Math.min(stretch, settled.guideSteps - done))
    if (failedAt !== undefined) return undefined
    const now = average(losses)
    if (before - now < settled.tolerance) return done + losses.length
    before = now
  }
  return settled.guideSteps
}

type Ended = Pick<VariationalEmFit<unknown>, "status" | "reason">

const tell = (settled: Settled, history: readonly number[], taken: readonly number[]): void =>
  settled.onProgress?.({
    round: history.length,
    rounds: settled.rounds,
    elbo: history.at(-1)!,
    steps: taken.reduce((sum, steps) => sum + steps + settled.modelSteps, 0),
  })

const rounds = async (
  e: StepRunner,
  m: StepRunner,
  settled: Settled,
  history: number[],
  taken: number[],
): Promise<Ended> => {
  for (let round = 0; round < settled.rounds; round++) {
    if (settled.signal?.aborted) return { status: "stopped", reason: "aborted by its signal" }
    const steps = expectation(e, settled)
    if (steps === undefined)
      return { status: "diverged", reason: `round ${round}: the E-step's loss was not finite` }
    taken.push(steps)
    handOver(e, m)
    const { losses, failedAt } = m.run(settled.modelSteps)
    if (failedAt !== undefined)
      return { status: "diverged", reason: `round ${round}: the M-step's loss was not finite` }
    history.push(-average(losses))
    tell(settled, history, taken)
    handOver(m, e)
    const gained = history.length < 2 ? Number.POSITIVE_INFINITY : history[round]! - history[round - 1]!
    if (Math.abs(gained) < settled.tolerance)
      return { status: "converged", reason: `a round changed the ELBO by less than ${settled.tolerance}` }
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return { status: "finished", reason: `all ${settled.rounds} rounds done` }
}

const checkSides = (leaves: readonly Leaf[]): void => {
  const shared = leaves.find((leaf) => leaf.owner === "both")
  if (shared !== undefined)
    throw programError(
      "shared-param",
      `param '${shared.name}' is shared by model and guide, so neither step can hold it`,
      "use fit, which moves both at once",
    )
}

/**
 * Maximum likelihood of a model's params with a guide for its latents, by alternating steps.
 * @throws ModelError before the first step, as `fit` does.
 * @example const { params, history } = await variationalEm(mixture, responsibilities, [points])
 */
export const variationalEm = async <P extends Program<any>, Q extends Program<any>>(
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
  args: ArgumentsOf<P>,
  options: VariationalEmOptions = {},
): Promise<VariationalEmFit<ParamsOf<P, Q>>> => {
  const settled: Settled = {
    rounds: 50,
    tolerance: 1e-3,
    guideSteps: 500,
    modelSteps: 20,
    particles: 1,
    seed: 0,
    compile: "auto",
    ...options,
  }
  await ensureReady()
  const plan = scoped(() => planOf(model, guide, args, toKey(settled.seed), settled.initial, settled.batch))
  checkSides(plan.leaves)
  const optimizer = settled.optimizer ?? adam(settled.learningRate ?? 0.02)
  const program = stepProgram(plan, {
    particles: settled.particles,
    batch: batchPlan(plan, settled.batch),
    optimizer,
    seed: settled.seed,
  })
  const e = createRunner(holding(program, plan.leaves, "model"), { compile: settled.compile })
  const m = createRunner(holding(program, plan.leaves, "guide"), { compile: settled.compile })
  const history: number[] = []
  const taken: number[] = []
  try {
    const ended = await rounds(e, m, settled, history, taken)
    const leaves = m.parameters()
    const params = Object.fromEntries(
      plan.leaves.map((leaf, i) => [
        leaf.name,
        tf.keep(tf.tidy(() => tf.clone(constrain(leaf, leaves[i]!)))),
      ]),
    )
    tf.dispose([...leaves, ...plan.initial])
    return {
      ...ended,
      params: params as ParamsOf<P, Q>,
      history,
      rounds: history.length,
      guideSteps: taken,
      plan,
    }
  } finally {
    e.dispose()
    m.dispose()
    program.dispose()
  }
}
