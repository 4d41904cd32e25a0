/**
 * Runs of a guide in which every latent takes a given one of its nodes, the same in all rows, and the order in which a sum
 * over all of them goes: groups of latents that meet in no term side by side. Next: `exact-gradient.ts`, which sums.
 */
import type { Distribution } from "../../distributions/distribution.js"
import { wrapping } from "../../distributions/wrappers.js"
import { type Context, execute } from "../../dsl/execute.js"
import { rewrite } from "../../dsl/handlers.js"
import { plateShape } from "../../dsl/plate-frame.js"
import { edited, type Site } from "../../dsl/site.js"
import type { Program } from "../../dsl/types.js"
import type { Tensor } from "../../engine/tensor.js"
import type { Plan } from "../plan.js"
import { groupsOf, parentsOf } from "./dependence.js"
import { dimensionsOf, type Nodes, nodesOf } from "./nodes.js"

/** Why there is no exact answer. */
export interface Refused {
  readonly refused: string
}

/** Thrown inside a run to say that there is no exact answer; `exactElbo` catches it. */
export class Unreachable extends Error {}

/** More runs than this are not made. */
const mostRuns = 1100

/** Which node each latent takes. */
export type Assignment = ReadonlyMap<string, number>

/** The nodes of all latents, and how many runs go through them. */
export interface Layout {
  readonly groups: readonly (readonly string[])[]
  readonly counts: ReadonlyMap<string, number>
  /** Unconstrained dimensions of a latent's group. */
  readonly together: ReadonlyMap<string, number>
  readonly runs: number
  readonly kinds: ReadonlySet<Nodes["kind"]>
}

/** The law that draws come from: a mask leaves out densities, not draws. */
export const samplingLaw = (dist: Distribution): Distribution => {
  const wrapped = wrapping(dist)
  if (wrapped === undefined) return dist
  const inner = samplingLaw(wrapped.inner)
  if (wrapped.kind === "masked" || inner === wrapped.inner) return wrapped.kind === "masked" ? inner : dist
  return wrapped.kind === "independent" ? inner.toEvent(wrapped.count!) : inner.expand(dist.batchShape)
}

const inPlates = (site: Site): Distribution =>
  samplingLaw(site.details.dist!.expand(plateShape(site.details.plates)))

/** Runs of the guide in which every latent takes a given node; remembers each latent's nodes from run to run. */
export const assigning = (plan: Plan, layout: Layout) => {
  const known = new Map<string, Nodes>()
  const find = (site: Site, assignment: Assignment): Nodes => {
    const parents = parentsOf(plan, site.name).map((parent) => assignment.get(parent))
    const label = `${site.name}|${parents.join()}`
    const before = known.get(label)
    if (before !== undefined) return before
    const nodes = nodesOf(inPlates(site), layout.together.get(site.name)!)
    if ("refused" in nodes) throw new Unreachable(`'${site.name}': ${nodes.refused}`)
    known.set(label, nodes)
    return nodes
  }
  return (assignment: Assignment, volumes: Map<string, Tensor | undefined>): Program<any> =>
    (...args) =>
      rewrite(plan.guide(...args), (site) => {
        if (site.role !== "latent") return site
        const { value, logVolume } = find(site, assignment).at(assignment.get(site.name) ?? 0)
        volumes.set(site.name, logVolume)
        return edited(site, { value })
      })
}

/** The product of numbers; 1 of none. */
export const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1)

const sizeOf = (group: readonly string[], counts: ReadonlyMap<string, number>): number =>
  product(group.map((name) => counts.get(name)!))

/** How many nodes each latent has, from one run. */
export const layoutOf = (plan: Plan, context: Context): Layout | Refused => {
  const latents = [...execute(plan.guide, plan.args, context).entries.values()].filter(
    (entry) => entry.role === "latent",
  )
  const groups = groupsOf(plan)
  const dimensions = new Map(latents.map((entry) => [entry.name, dimensionsOf(inPlates(entry.site))]))
  const together = new Map(
    groups.flatMap((group) => {
      const sum = group.reduce((total, name) => total + dimensions.get(name)!, 0)
      return group.map((name) => [name, sum] as const)
    }),
  )
  const counts = new Map<string, number>()
  const kinds = new Set<Nodes["kind"]>()
  for (const entry of latents) {
    const nodes = nodesOf(inPlates(entry.site), together.get(entry.name)!)
    if ("refused" in nodes) return { refused: `'${entry.name}': ${nodes.refused}` }
    counts.set(entry.name, nodes.count)
    kinds.add(nodes.kind)
  }
  const runs = Math.max(1, ...groups.map((group) => sizeOf(group, counts)))
  return runs > mostRuns
    ? { refused: `${runs} runs are too many` }
    : { groups, counts, together, runs, kinds }
}

/** The nodes of run `r`: each group goes through its own product of nodes, and starts again when it is through. */
export const assignmentOf = ({ groups, counts }: Layout, r: number): Map<string, number> => {
  const assignment = new Map<string, number>()
  for (const group of groups) {
    let rest = r % sizeOf(group, counts)
    for (const name of group) {
      const count = counts.get(name)!
      assignment.set(name, rest % count)
      rest = Math.floor(rest / count)
    }
  }
  return assignment
}

/** How much of a term counts in run `r`: nothing once its group is through, a share where other latents repeat it. */
export const shareOf = (behind: readonly string[], { groups, counts }: Layout, r: number): number => {
  const group = groups.find((names) => names.includes(behind[0] ?? ""))
  if (group === undefined) return r === 0 ? 1 : 0
  if (r >= sizeOf(group, counts)) return 0
  return 1 / product(group.filter((name) => !behind.includes(name)).map((name) => counts.get(name)!))
}
