/**
 * The plan of a sum: which summed sites each term holds, and which axis each site gets. Sites that never meet in a term or in a
 * factor left by an earlier sum share an axis, so a chain of any length needs two, and its cost grows with its length. Learned
 * from a probing run (`reach.ts`); followed by `sum-product.ts`.
 */
import { ModelError } from "./site-error.js"

/** How the summed sites of a program are laid out and summed. */
export interface Elimination {
  /** Depth of the deepest plate. */
  readonly depth: number
  /** The axis of each summed site, counted from 0. */
  readonly axes: ReadonlyMap<string, number>
  /** The summed sites each scored term depends on directly. */
  readonly factors: ReadonlyMap<string, ReadonlySet<string>>
}

/** TensorFlow.js's tensors have at most this many axes. */
const mostAxes = 6

type Sets = readonly ReadonlySet<string>[]

const unionOf = (sets: Sets): Set<string> => new Set(sets.flatMap((set) => [...set]))

/** Every pair of sites that stand in one factor while the last is summed first, as neighbours of each site. */
const neighbours = (sites: readonly string[], factors: Sets): Map<string, Set<string>> => {
  const beside = new Map(sites.map((site) => [site, new Set<string>()]))
  let left = factors
  for (const site of [...sites].reverse()) {
    const clique = unionOf(left.filter((factor) => factor.has(site)))
    for (const one of clique) for (const other of clique) if (one !== other) beside.get(one)?.add(other)
    clique.delete(site)
    left = [...left.filter((factor) => !factor.has(site)), clique]
  }
  return beside
}

/** The smallest axis that no neighbour has, site by site. */
const coloured = (
  sites: readonly string[],
  beside: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, number> => {
  const axes = new Map<string, number>()
  for (const site of sites) {
    const taken = new Set([...beside.get(site)!].map((other) => axes.get(other)))
    let axis = 0
    while (taken.has(axis)) axis++
    axes.set(site, axis)
  }
  return axes
}

/**
 * Lays out the sum over `sites` (in the order of the program) from the sites that each term holds.
 * @throws ModelError where so many sites meet at once that TensorFlow.js has no axes for them.
 */
export const planElimination = (
  sites: readonly string[],
  factors: ReadonlyMap<string, ReadonlySet<string>>,
  depth: number,
  eventRank: number,
): Elimination => {
  const axes = coloured(sites, neighbours(sites, [...factors.values()]))
  const width =
    Math.max(0, ...[...axes.values()].map((axis) => axis + 1)) * Math.max(1, depth) + depth + eventRank
  if (width <= mostAxes || sites.length < 2) return { depth, axes, factors }
  throw new ModelError(
    "too-many-axes",
    `summing ${sites.map((site) => `'${site}'`).join(", ")} out together needs tensors of ${width} axes; TensorFlow.js has ${mostAxes}\n` +
      "  fix: draw some of them from a guide, or write several as one categorical",
  )
}
