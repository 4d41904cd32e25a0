/**
 * `em`: expectation-maximization (Dempster, Laird and Rubin 1977) for models with discrete latents in one plate. The E-step
 * is exact, by summing. The M-step is in closed form where the model offers one, else some gradient steps on the expected
 * joint, taken back where the likelihood did not rise. Left out: E-steps by a guide (`variational-em.ts`).
 */
import { execute } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { edited } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { ArgumentsOf, Program, Values } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { adam } from "../engine/optimize.js"
import { type Key, toKey } from "../engine/random.js"
import { createRunner, type StepProgram, type StepRunner } from "../engine/step.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import { closedFormOf } from "./closed-form.js"
import { constrain, type FirstValues, firstValues, type Leaf, leavesOf, unconstrain } from "./leaves.js"
import {
  expectedJoint,
  logLikelihoodOf,
  responsibilitiesOf,
  type SummedJoint,
  summedJoint,
} from "./posterior-sum.js"
import { paramsFrom } from "./step-program.js"

/** Options of `em`. */
export interface EmOptions {
  /** EM iterations at the most; 200 by default. */
  readonly iterations?: number
  /** Stops when the log-likelihood rose by less than this, in nats; 1e-4 by default. */
  readonly tolerance?: number
  /** Gradient steps in an M-step without a closed form; 20 by default. */
  readonly steps?: number
  readonly learningRate?: number
  readonly seed?: number
  readonly initial?: Readonly<Record<string, Tensor>>
}

/** What `em` gives: the params, and a log-likelihood that never fell. */
export interface EmFit<V = Readonly<Record<string, Tensor>>> {
  readonly status: "converged" | "exhausted" | "failed"
  readonly reason: string
  readonly params: V
  /** log p(x) in nats after each iteration, the start first. */
  readonly history: readonly number[]
  readonly logLikelihood: number
  /** p(k | x) at the end: [values, ...rows]. */
  readonly responsibilities: Tensor
  /** "closed form" or "gradient". */
  readonly maximization: "closed form" | "gradient"
}

type Settled = Required<Omit<EmOptions, "initial">> & EmOptions

/** Every discrete latent summed out, whether or not `marginalize` was said. */
const summed =
  (program: Program<any>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) =>
      site.role === "latent" && site.details.dist?.closed.has("enumerate")
        ? edited(site, { role: "enumerated" })
        : site,
    )

type Prepared = { readonly leaves: readonly Leaf[]; readonly initial: readonly Tensor[]; readonly key: Key }

const prepare = (program: Program<any>, args: readonly any[], settled: Settled): Prepared => {
  const key = toKey(settled.seed)
  const known: FirstValues = new Map()
  const run = execute(program, args, {
    key,
    param: firstValues(known, key, settled.initial),
    enumeration: { axes: [], padding: 0 },
  })
  const drawn = [...run.entries.values()].find((entry) => entry.role === "latent")
  if (drawn !== undefined)
    throw programError(
      "cannot-sum",
      `latent '${drawn.name}' (${drawn.dist!.family}) has no finite list of values, so its E-step is not exact`,
      "use variationalEm(model, guide, …)",
    )
  const leaves = leavesOf(run, undefined)
  return { leaves, initial: leaves.map((leaf) => tf.keep(unconstrain(leaf, known.get(leaf.name)!))), key }
}

const jointAt = (
  program: Program<any>,
  args: readonly any[],
  { leaves, key }: Prepared,
  values: readonly Tensor[],
): SummedJoint =>
  summedJoint(program, args, {
    key,
    param: paramsFrom(leaves, values),
    enumeration: { axes: [], padding: 0 },
  })

/** The M-step as a step program; the responsibilities are carried as its state. */
const maximization = (
  program: Program<any>,
  args: readonly any[],
  prepared: Prepared,
  start: Tensor,
  settled: Settled,
): StepProgram => {
  const apart = takeApart(args)
  return {
    parameters: prepared.initial,
    state: [start],
    resident: apart.tensors,
    optimizer: adam(settled.learningRate),
    seed: settled.seed,
    objective: (parameters, state, resident) =>
      withChecks(false, () => ({
        loss: tf.neg(
          expectedJoint(jointAt(program, apart.rebuild(resident), prepared, parameters), state[0]!),
        ),
        state,
        outputs: [],
      })),
  }
}

type Expected = { readonly responsibilities: Tensor; readonly logLikelihood: number }

const expectation = (
  program: Program<any>,
  args: readonly any[],
  prepared: Prepared,
  values: readonly Tensor[],
): Expected =>
  scoped(() => {
    const joint = withChecks(false, () => jointAt(program, args, prepared, values))
    return {
      responsibilities: tf.keep(responsibilitiesOf(joint)),
      logLikelihood: logLikelihoodOf(joint).dataSync()[0]!,
    }
  })

/** Halves the step from `before` towards the runner's values until the likelihood rises; gives up after eight. */
const backtrack = (
  before: readonly Tensor[],
  runner: StepRunner,
  tryAt: (values: readonly Tensor[]) => number,
  floor: number,
): Tensor[] | undefined => {
  let target = runner.parameters()
  for (let half = 0; half < 8; half++) {
    if (tryAt(target) >= floor) return target
    const nearer = target.map((value, i) => tf.keep(tf.tidy(() => tf.div(tf.add(value, before[i]!), 2))))
    tf.dispose(target)
    target = nearer
  }
  tf.dispose(target)
  return undefined
}

type Progressed = {
  readonly values: Tensor[]
  readonly expected: Expected
  readonly history: number[]
  readonly status: EmFit["status"]
  readonly reason: string
}

const iterate = (
  program: Program<any>,
  args: readonly any[],
  prepared: Prepared,
  settled: Settled,
): Progressed => {
  const at = (values: readonly Tensor[]): Expected => expectation(program, args, prepared, values)
  let values = prepared.initial.map((value) => tf.keep(tf.clone(value)))
  let expected = at(values)
  const history = [expected.logLikelihood]
  const runner = createRunner(maximization(program, args, prepared, expected.responsibilities, settled), {
    compile: "auto",
  })
  const end = (status: EmFit["status"], reason: string): Progressed => ({
    values,
    expected,
    history,
    status,
    reason,
  })
  try {
    for (let iteration = 0; iteration < settled.iterations; iteration++) {
      const moments = runner.optimizerState()
      runner.restore({ parameters: values, moments, state: [expected.responsibilities] }, runner.step)
      tf.dispose(moments)
      if (runner.run(settled.steps).failedAt !== undefined)
        return end("failed", "the M-step's loss was not finite; the params are those before it")
      const floor = expected.logLikelihood
      const tried = backtrack(values, runner, (candidate) => likelihoodAt(at, candidate), floor)
      if (tried === undefined) return end("converged", "no step raised the log-likelihood any more")
      tf.dispose([...values, expected.responsibilities])
      values = tried
      expected = at(values)
      history.push(expected.logLikelihood)
      if (expected.logLikelihood - floor < settled.tolerance)
        return end("converged", `the log-likelihood rose by less than ${settled.tolerance}`)
    }
    return end("exhausted", `all ${settled.iterations} iterations done`)
  } finally {
    runner.dispose()
  }
}

const likelihoodAt = (at: (values: readonly Tensor[]) => Expected, values: readonly Tensor[]): number => {
  const { responsibilities, logLikelihood } = at(values)
  responsibilities.dispose()
  return logLikelihood
}

/**
 * Maximum likelihood by EM with an exact E-step.
 * @throws ModelError where a latent has no finite list of values, or latents stand in different plates.
 * @example const { params, logLikelihood } = em(gaussianMixture({ components: 2 }), [points])
 */
export const em = <P extends Program<any>>(
  model: P,
  args: ArgumentsOf<P>,
  options: EmOptions = {},
): EmFit<Values<P, "param">> => {
  const exact = closedFormOf(model)
  if (exact !== undefined) return exact(args, options) as EmFit<Values<P, "param">>
  const settled: Settled = {
    iterations: 200,
    tolerance: 1e-4,
    steps: 20,
    learningRate: 0.02,
    seed: 0,
    ...options,
  }
  const program = summed(model)
  const prepared = scoped(() => prepare(program, args, settled))
  const { values, expected, history, status, reason } = iterate(program, args, prepared, settled)
  const params = Object.fromEntries(
    prepared.leaves.map((leaf, i) => [
      leaf.name,
      tf.keep(tf.tidy(() => tf.clone(constrain(leaf, values[i]!)))),
    ]),
  )
  tf.dispose([...values, ...prepared.initial])
  return {
    status,
    reason,
    params: params as Values<P, "param">,
    history,
    logLikelihood: history[history.length - 1]!,
    responsibilities: expected.responsibilities,
    maximization: "gradient",
  }
}
