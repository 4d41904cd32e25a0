/**
 * A guide set free: the same families at the same sites, each with parameters of its own in every row in place of what an
 * encoder or a shared param says, started there and fitted row by row. How much higher its bound is, is the amortization
 * gap (Cremer, Li and Duvenaud 2018). Next: `gap.ts`.
 */
import type { Distribution } from "../../distributions/distribution.js"
import { bijectionTo } from "../../distributions/transforms/index.js"
import { wrapping } from "../../distributions/wrappers.js"
import { type Entry, execute } from "../../dsl/execute.js"
import { rewrite } from "../../dsl/handlers.js"
import { plateShape } from "../../dsl/plate-frame.js"
import { param } from "../../dsl/primitives.js"
import { edited, type Site } from "../../dsl/site.js"
import type { Program } from "../../dsl/types.js"
import { withChecks } from "../../engine/checks.js"
import { adam } from "../../engine/optimize.js"
import { fold } from "../../engine/random.js"
import { createRunner } from "../../engine/step.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { paramsFrom } from "../leaves.js"
import { elbo } from "../objectives/elbo.js"
import type { Objective } from "../objectives/objective.js"
import { stickingTheLanding } from "../objectives/sticking-the-landing.js"
import { type Plan, planOf } from "../plan.js"
import { stepProgram } from "../step-program.js"
import { parentsOf } from "./dependence.js"
import { type FreeFamily, freeFamilyOf } from "./free-families.js"

/** Where one latent's law stands in the guide, and how to make one like it. */
interface Freed {
  readonly name: string
  readonly family: FreeFamily
  /** Axes of the family's batch that the site counts as event. */
  readonly events: number
  /** The guide's own parameters on the unconstrained side, with a row for each row of the plates; kept. */
  readonly start: Readonly<Record<string, Tensor>>
  /** What a unit of the parameter's change is measured in: the law's own spread for a location, else 1; kept. */
  readonly unit: Readonly<Record<string, Tensor>>
}

/** The guides of a plan with their laws freed, and what could not be. */
export interface FreeGuide {
  readonly program: Program<any>
  /** Latents whose law could not be made anew, or depends on another's draw. */
  readonly bound: readonly string[]
  dispose(): void
}

const bareOf = (dist: Distribution, events = 0): { bare: Distribution; events: number } => {
  const wrapped = wrapping(dist)
  return wrapped === undefined
    ? { bare: dist, events }
    : bareOf(wrapped.inner, events + (wrapped.kind === "independent" ? wrapped.count! : 0))
}

const fullBatch = (entry: Entry, bare: Distribution, events: number): number[] => [
  ...plateShape(entry.plates),
  ...bare.batchShape.slice(bare.batchShape.length - events),
]

const freed = (entry: Entry): Freed | undefined => {
  const { bare, events } = bareOf(entry.dist!)
  const family = freeFamilyOf(bare)
  if (family === undefined) return undefined
  const batch = fullBatch(entry, bare, events)
  const start: Record<string, Tensor> = {}
  const unit: Record<string, Tensor> = {}
  for (const [name, value] of Object.entries(bare.parameters)) {
    const { support, rank } = family.parameters[name]!
    const whole = tf.broadcastTo(value, [...batch, ...value.shape.slice(value.rank - rank)])
    const inside = bijectionTo(support).inverse(whole)
    start[name] = tf.keep(tf.clone(inside))
    unit[name] = tf.keep(
      name === "loc" && bare.closed.has("variance")
        ? tf.clone(tf.broadcastTo(tf.sqrt(bare.variance), inside.shape))
        : tf.onesLike(inside),
    )
  }
  return { name: entry.name, family, events, start, unit }
}

/** A param of changes from the guide's own parameters, in units of the law's spread. */
function* freeLaw({ name, family, events, start, unit }: Freed): Generator<any, Distribution, any> {
  const parameters: Record<string, Tensor> = {}
  for (const [parameter, from] of Object.entries(start)) {
    const change: Tensor = yield* param(`free/${name}/${parameter}`, () => tf.zeros(from.shape))
    const inside = tf.add(from, tf.mul(change, unit[parameter]!))
    parameters[parameter] = bijectionTo(family.parameters[parameter]!.support).forward(inside)
  }
  return family.make(parameters).toEvent(events as 0) as Distribution
}

/** Params answered with fixed values, so that only the free ones are trained. */
const fixing =
  (program: Program<any>, values: Readonly<Record<string, Tensor>>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site: Site) => {
      const value = site.role === "param" ? values[site.name] : undefined
      return value === undefined ? site : edited(site, { value })
    })

/** The guide of a plan with its laws freed. */
export const freeGuide = (plan: Plan, fixed: Readonly<Record<string, Tensor>>): FreeGuide => {
  const { laws, bound } = scoped(() =>
    withChecks(false, () => {
      const param = paramsFrom(plan.leaves, plan.initial)
      const enumeration = { axes: [], padding: plan.padding }
      const run = execute(plan.guide, plan.args, { key: plan.key, param, enumeration })
      const found = new Map<string, Freed>()
      const left: string[] = []
      for (const entry of run.entries.values()) {
        if (entry.role !== "latent") continue
        const law = parentsOf(plan, entry.name).length === 0 ? freed(entry) : undefined
        if (law === undefined) left.push(entry.name)
        else found.set(entry.name, law)
      }
      return { laws: found, bound: left }
    }),
  )
  const program: Program<any> = function* (...args) {
    const made = new Map<string, Distribution>()
    for (const [name, law] of laws) made.set(name, yield* freeLaw(law))
    return yield* rewrite(fixing(plan.guide, fixed)(...args), (site: Site) => {
      const dist = site.role === "latent" ? made.get(site.name) : undefined
      return dist === undefined ? site : edited(site, { dist })
    })
  }
  const dispose = (): void => {
    for (const { start, unit } of laws.values()) tf.dispose([...Object.values(start), ...Object.values(unit)])
  }
  return { program, bound, dispose }
}

/** How a free guide is fitted. */
export interface FreeFitOptions {
  readonly steps: number
  readonly particles: number
}

/** Sticking the landing has no noise where the free guide is the posterior; it needs draws that carry gradients. */
const objectiveFor = (plan: Plan, particles: number): Objective =>
  [...plan.sites.values()].every((site) => site.estimator === "pathwise")
    ? stickingTheLanding({ particles })
    : elbo({ particles })

/** A plan of the same model with its free guide fitted, at the values found. The caller disposes `initial`. */
export const fitFree = (
  plan: Plan,
  free: FreeGuide,
  fixed: Readonly<Record<string, Tensor>>,
  { steps, particles }: FreeFitOptions,
): Plan => {
  const key = fold(plan.key, "free")
  const model = fixing(plan.model, fixed)
  const made = scoped(() => planOf(model, free.program, plan.args, key))
  if (made.leaves.length === 0) return made
  const rate = (step: number): number =>
    0.05 * (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps)) + 1e-4
  const program = stepProgram(made, {
    particles,
    objective: objectiveFor(made, particles),
    batch: undefined,
    optimizer: adam(rate),
    seed: 0,
  })
  const runner = createRunner(program, { compile: "auto" })
  runner.run(steps)
  const initial = runner.parameters()
  runner.dispose()
  program.dispose()
  tf.dispose([...made.initial])
  return { ...made, initial }
}
