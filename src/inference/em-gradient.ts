/**
 * EM by gradients: an exact E-step by summing, then some gradient steps on the expected joint, taken back where the
 * likelihood did not rise (generalized EM). Left out: closed forms (`closed-form.ts`). Next: `posterior-sum.ts`.
 */
import { type Execution, execute } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import { probe } from "../dsl/reach.js"
import { edited } from "../dsl/site.js"
import { programError } from "../dsl/site-error.js"
import type { Program } from "../dsl/types.js"
import { withChecks } from "../engine/checks.js"
import { adam } from "../engine/optimize.js"
import { type Key, toKey } from "../engine/random.js"
import { createRunner, type StepProgram, type StepRunner } from "../engine/step.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"
import type { EmFit, EmOptions } from "./em.js"
import { type FirstValues, firstValues, type Leaf, leavesOf, paramsFrom, unconstrain } from "./leaves.js"
import {
  expectedJoint,
  logLikelihoodOf,
  responsibilitiesOf,
  type SummedJoint,
  summedJoint,
} from "./posterior-sum.js"

/** Options with their defaults. */
export type SettledEm = Required<Omit<EmOptions, "initial">> & EmOptions

/** Every discrete latent summed out, whether or not `marginalize` was said. */
export const summed =
  (program: Program<any>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) =>
      site.role === "latent" && site.details.dist?.closed.has("enumerate")
        ? edited(site, { role: "enumerated" })
        : site,
    )

/** What EM by gradients starts from. */
export type Prepared = {
  readonly leaves: readonly Leaf[]
  readonly initial: readonly Tensor[]
  readonly key: Key
  readonly padding: number
  /** How many plates the summed latents stand in. */
  readonly depth: number
}

const depthOf = (run: Execution): number =>
  [...run.entries.values()].find((entry) => entry.role === "enumerated")?.plates.length ?? 0

/** One checked run: the params' first values, and how deep the plates are. */
export const prepare = (program: Program<any>, args: readonly any[], settled: SettledEm): Prepared => {
  const key = toKey(settled.seed)
  const known: FirstValues = new Map()
  const context = {
    key,
    param: firstValues(known, key, settled.initial),
    enumeration: { axes: [], padding: 0 },
  }
  const padding = probe(program, args, context)?.depth ?? 0
  const run = execute(program, args, { ...context, enumeration: { axes: [], padding } })
  const drawn = [...run.entries.values()].find((entry) => entry.role === "latent")
  if (drawn !== undefined)
    throw programError(
      "cannot-sum",
      `latent '${drawn.name}' (${drawn.dist!.family}) has no finite list of values, so its E-step is not exact`,
      "use variationalEm(model, guide, …)",
    )
  const leaves = leavesOf(run, undefined)
  return {
    leaves,
    initial: leaves.map((leaf) => tf.keep(unconstrain(leaf, known.get(leaf.name)!))),
    key,
    padding,
    depth: depthOf(run),
  }
}

const jointAt = (
  program: Program<any>,
  args: readonly any[],
  { leaves, key, padding }: Prepared,
  values: readonly Tensor[],
): SummedJoint =>
  summedJoint(program, args, {
    key,
    param: paramsFrom(leaves, values),
    enumeration: { axes: [], padding },
  })

/** The M-step as a step program; the responsibilities are carried as its state. */
const maximization = (
  program: Program<any>,
  args: readonly any[],
  prepared: Prepared,
  start: Tensor,
  settled: SettledEm,
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

/** Where the iterations ended; the caller owns the tensors. */
export type Progressed = {
  readonly values: Tensor[]
  readonly expected: Expected
  readonly history: number[]
  readonly status: EmFit["status"]
  readonly reason: string
}

/** EM until the likelihood stops rising. */
export const iterate = (
  program: Program<any>,
  args: readonly any[],
  prepared: Prepared,
  settled: SettledEm,
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
