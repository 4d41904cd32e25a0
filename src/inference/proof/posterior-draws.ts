/**
 * Many draws of a guide's latents for one data set, as plain numbers. Where no latent's law depends on another's draw one run
 * gives them all. Next: `calibrate.ts`.
 */
import { type Context, type Execution, execute } from "../../dsl/execute.js"
import { fold, type Key } from "../../engine/random.js"
import { scoped } from "../../engine/tensor.js"
import { drawsOf, type Plan } from "../plan.js"
import { parentsOf } from "./dependence.js"

/** A list of draws by site, each flattened. */
export type DrawLists = ReadonlyMap<string, readonly ArrayLike<number>[]>

const isIndependent = (plan: Plan): boolean =>
  [...plan.sites.keys()].every((name) => parentsOf(plan, name).length === 0)

const fromOneRun = (run: Execution, key: Key, draws: number): DrawLists =>
  new Map(
    [...run.entries.values()]
      .filter((entry) => entry.role === "latent")
      .map((entry) => {
        const all = entry.dist!.sample(fold(key, entry.name), [draws]).dataSync() as Float32Array
        const size = all.length / draws
        return [
          entry.name,
          Array.from({ length: draws }, (_, n) => all.subarray(n * size, (n + 1) * size)),
        ] as const
      }),
  )

const fromManyRuns = (run: (draw: number) => Execution, draws: number): DrawLists => {
  const lists = new Map<string, ArrayLike<number>[]>()
  for (let draw = 0; draw < draws; draw++)
    scoped(() => {
      for (const [name, value] of drawsOf(run(draw)))
        lists.set(name, [...(lists.get(name) ?? []), Float32Array.from(value.dataSync())])
    })
  return lists
}

/** Draws every latent of a plan's guide `draws` times, given arguments and params. */
export const posteriorDraws = (
  plan: Plan,
  args: readonly any[],
  { key, param }: Pick<Context, "key" | "param">,
  draws: number,
): DrawLists => {
  const run = (own: Key): Execution =>
    execute(plan.guide, args, { key: own, param, enumeration: { axes: [], padding: 0 } })
  return isIndependent(plan)
    ? scoped(() => fromOneRun(run(key), key, draws))
    : fromManyRuns((draw) => run(fold(key, draw)), draws)
}
