/**
 * One transition of the no-U-turn sampler: a Hamiltonian trajectory doubled until it turns back, a point of it drawn by its
 * weight (Hoffman and Gelman 2014; multinomial sampling and the criterion on summed momenta, Betancourt 2017). Plain
 * numbers around one gradient function. Next: `nuts.ts`, the chain.
 */
import type { PointDensity } from "./point-density.js"

/** Where a trajectory stands: position, momentum, and the log-density and gradient there. */
export interface Phase {
  readonly position: Float64Array
  readonly momentum: Float64Array
  readonly density: PointDensity
}

/** What a transition needs: the target, the scales (inverse mass) and the step. */
export interface Dynamics {
  readonly densityAt: (position: Float64Array) => PointDensity
  /** Variances of the coordinates: the inverse of the mass. */
  readonly variances: Float64Array
  readonly step: number
  /** Uniform numbers between 0 and 1. */
  readonly uniform: () => number
  readonly maxDepth: number
}

/** What a transition did. */
export interface Transition {
  readonly position: Float64Array
  readonly density: PointDensity
  /** Mean acceptance over the trajectory: what the step size is adapted to. */
  readonly acceptance: number
  readonly diverged: boolean
  readonly leapfrogs: number
}

/** An energy that grew by more than this is a divergence. */
const mostEnergyError = 1000

const energy = ({ momentum, density }: Phase, variances: Float64Array): number =>
  momentum.reduce((sum, p, i) => sum + 0.5 * p * p * variances[i]!, 0) - density.value

/** One leapfrog step, forwards or backwards in time. */
export const leapfrog = (phase: Phase, { densityAt, variances }: Dynamics, step: number): Phase => {
  const half = phase.momentum.map((p, i) => p + 0.5 * step * phase.density.gradient[i]!)
  const position = phase.position.map((q, i) => q + step * variances[i]! * half[i]!)
  const density = densityAt(position)
  return { position, momentum: half.map((p, i) => p + 0.5 * step * density.gradient[i]!), density }
}

/** A stretch of a trajectory: its ends, the sum of its momenta, the point drawn from it, and its weight. */
interface Tree {
  readonly left: Phase
  readonly right: Phase
  readonly momenta: Float64Array
  readonly chosen: Phase
  readonly logWeight: number
  readonly acceptance: number
  readonly leapfrogs: number
  readonly turned: boolean
  readonly diverged: boolean
}

const logAdd = (a: number, b: number): number => {
  const top = Math.max(a, b)
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top))
}

const dot = (a: Float64Array, b: Float64Array, variances: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]! * variances[i]!, 0)

const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!)

/** Whether a stretch no longer moves along with the sum of its momenta at either end. */
const turns = (left: Phase, right: Phase, momenta: Float64Array, variances: Float64Array): boolean =>
  dot(momenta, left.momentum, variances) <= 0 || dot(momenta, right.momentum, variances) <= 0

const leaf = (from: Phase, dynamics: Dynamics, direction: number, start: number): Tree => {
  const phase = leapfrog(from, dynamics, direction * dynamics.step)
  const error = energy(phase, dynamics.variances) - start
  const known = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
  return {
    left: phase,
    right: phase,
    momenta: phase.momentum,
    chosen: phase,
    logWeight: -known,
    acceptance: Math.min(1, Math.exp(-known)),
    leapfrogs: 1,
    turned: false,
    diverged: known > mostEnergyError,
  }
}

/** Two stretches side by side as one. `preferNew` draws from the second with its weight over the first's, not over both. */
const joined = (old: Tree, fresh: Tree, direction: number, dynamics: Dynamics, preferNew: boolean): Tree => {
  const { variances, uniform } = dynamics
  const [first, second] = direction > 0 ? [old, fresh] : [fresh, old]
  const logWeight = logAdd(old.logWeight, fresh.logWeight)
  const over = preferNew ? old.logWeight : logWeight
  const chosen = Math.log(uniform()) < fresh.logWeight - over ? fresh.chosen : old.chosen
  const momenta = plus(old.momenta, fresh.momenta)
  const across =
    turns(first.left, second.left, plus(first.momenta, second.left.momentum), variances) ||
    turns(first.right, second.right, plus(second.momenta, first.right.momentum), variances)
  return {
    left: first.left,
    right: second.right,
    momenta,
    chosen,
    logWeight,
    acceptance: old.acceptance + fresh.acceptance,
    leapfrogs: old.leapfrogs + fresh.leapfrogs,
    turned: fresh.turned || across || turns(first.left, second.right, momenta, variances),
    diverged: fresh.diverged,
  }
}

const grown = (from: Phase, dynamics: Dynamics, direction: number, depth: number, start: number): Tree => {
  if (depth === 0) return leaf(from, dynamics, direction, start)
  const inner = grown(from, dynamics, direction, depth - 1, start)
  if (inner.turned || inner.diverged) return inner
  const edge = direction > 0 ? inner.right : inner.left
  return joined(inner, grown(edge, dynamics, direction, depth - 1, start), direction, dynamics, false)
}

/** One transition from a phase with a fresh momentum. */
export const transition = (start: Phase, dynamics: Dynamics): Transition => {
  const at = energy(start, dynamics.variances)
  let tree: Tree = {
    left: start,
    right: start,
    momenta: start.momentum,
    chosen: start,
    logWeight: 0,
    acceptance: 0,
    leapfrogs: 0,
    turned: false,
    diverged: false,
  }
  for (let depth = 0; depth < dynamics.maxDepth && !tree.turned && !tree.diverged; depth++) {
    const direction = dynamics.uniform() < 0.5 ? -1 : 1
    const fresh = grown(direction > 0 ? tree.right : tree.left, dynamics, direction, depth, at)
    if (fresh.turned || fresh.diverged) {
      const { acceptance, leapfrogs } = tree
      tree = {
        ...tree,
        acceptance: acceptance + fresh.acceptance,
        leapfrogs: leapfrogs + fresh.leapfrogs,
        turned: true,
        diverged: fresh.diverged,
      }
    } else tree = joined(tree, fresh, direction, dynamics, true)
  }
  const { chosen, acceptance, leapfrogs, diverged } = tree
  return {
    position: chosen.position,
    density: chosen.density,
    acceptance: acceptance / Math.max(1, leapfrogs),
    diverged,
    leapfrogs,
  }
}
