/**
 * Which site a loss that is not finite came from: the step is taken once more, and the programs are run at its params with every
 * check on. Only after a failure, so its cost does not matter. Next: `fit-loop.ts`.
 */
import type { Entry } from "../dsl/execute.js"
import { isScored, score } from "../dsl/score.js"
import { withChecks } from "../engine/checks.js"
import { fold } from "../engine/random.js"
import type { StepRunner } from "../engine/step.js"
import { scoped, type Tensor, tf } from "../engine/tensor.js"
import { contextOf } from "./elbo.js"
import { paramsFrom } from "./leaves.js"
import { type Pair, type Plan, runPair } from "./plan.js"
import type { BatchPlan } from "./step-program.js"

const finite = (value: Tensor): boolean => tf.tidy(() => tf.all(tf.isFinite(value)).dataSync()[0] === 1)

const badScore = (pair: Pair): string | undefined => {
  const entries: [string, Entry][] = [
    ...[...pair.guide.entries.values()].map((entry): [string, Entry] => ["guide", entry]),
    ...[...pair.model.entries.values()].map((entry): [string, Entry] => ["model", entry]),
  ]
  for (const [whose, entry] of entries) {
    if (!finite(tf.cast(entry.value, "float32")))
      return `the value of the ${whose}'s site '${entry.name}' is not finite`
    if (isScored(entry) && !finite(score(entry, pair.enumeration)))
      return `the log-density of the ${whose}'s site '${entry.name}' (${entry.dist?.family ?? entry.role}) is not finite`
  }
  return undefined
}

/** Params and counter of the step whose loss was bad; the runner stands afterwards where it stood. */
const failing = (runner: StepRunner): { parameters: Tensor[]; step: number } => {
  const before = { parameters: runner.parameters(), moments: runner.optimizerState(), state: runner.state() }
  const { step } = runner
  runner.run(1)
  const found = { parameters: runner.parameters(), step: runner.step }
  runner.restore(before, step)
  tf.dispose([...before.parameters, ...before.moments, ...before.state])
  return found
}

const inspect = (
  plan: Plan,
  parameters: readonly Tensor[],
  step: number,
  batch: BatchPlan | undefined,
): string | undefined => {
  const bad = plan.leaves.find((_, i) => !finite(parameters[i]!))
  if (bad !== undefined) return `param '${bad.name}' is not finite`
  const key = { hash: fold(plan.key, "draws").hash, step }
  const batches = batch && new Map([[batch.plate, tf.range(0, batch.size, 1, "int32")]])
  const context = contextOf(plan, {
    key,
    param: paramsFrom(plan.leaves, parameters),
    ...(batches ? { batches } : {}),
  })
  try {
    return withChecks(true, () => badScore(runPair(plan.model, plan.guide, plan.args, context)))
  } catch (error) {
    return (error as Error).message
  }
}

/** What was not finite in the step after the last good one, in words; empty where it cannot be seen any more. */
export const culprit = (plan: Plan, runner: StepRunner, batch: BatchPlan | undefined): string => {
  const { parameters, step } = failing(runner)
  const found = scoped(() => inspect(plan, parameters, step, batch))
  tf.dispose(parameters)
  return found === undefined ? "" : `\n${found}`
}
