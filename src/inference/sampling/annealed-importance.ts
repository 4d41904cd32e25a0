/**
 * `annealedImportance`: log p(x) by annealed importance sampling (Neal 2001): chains that start in the prior and are moved
 * along a path of densities to the posterior, each with an importance weight. It needs no guide. Left out: discrete latents
 * without a finite list of values; finite ones are summed out. Next: `annealing-path.ts`, the way there.
 */

import { programError } from "../../dsl/site-error.js"
import type { ArgumentsOf, Program } from "../../dsl/types.js"
import { fold, type Key } from "../../engine/random.js"
import { type Importance, importanceOf } from "../importance.js"
import { type PriorPlan, withPrior } from "../prior.js"
import { keyOf, type Params } from "../query.js"
import {
  advance,
  type Chain,
  explore,
  type Landmark,
  movesAt,
  spacedWeights,
  startOf,
} from "./annealing-path.js"
import type { Moves } from "./row-moves.js"
import { type Tempered, temperedOf } from "./tempered.js"

/** Options of `annealedImportance`. */
export interface AnnealedImportanceOptions {
  /**
   * How many densities there are after the prior, the last of them the posterior; 100 by default. They are spaced by pilot
   * chains, so that each changes the log-weight as much. Or the weights of the likelihood, rising from above 0 to 1.
   */
  readonly temperatures?: number | readonly number[]
  /** Independent chains, a weight each; 32 by default. */
  readonly chains?: number
  /** Gradient steps of the move at each density; 5 by default. */
  readonly leapfrogs?: number
  readonly seed?: number
  /** Params of the model: a fit's, or one's own; their first values by default. */
  readonly params?: Params
}

/** An annealed estimate of the evidence. */
export interface AnnealedImportance extends Importance {
  /** The mean acceptance of the moves: below a half, ask for more temperatures. */
  readonly acceptance: number
  /** The weights of the likelihood on the way. */
  readonly temperatures: readonly number[]
}

const refuse = (option: string, value: unknown, fix: string): never => {
  throw programError("bad-option", `annealedImportance was given ${option}: ${String(value)}`, fix)
}

const isPath = (weights: readonly number[]): boolean =>
  weights.at(-1) === 1 && weights.every((weight, i) => weight > (weights[i - 1] ?? 0))

/** The weights of the likelihood on the way, and the moves at each. */
const pathOf = (
  temperatures: number | readonly number[],
  landmarks: readonly Landmark[],
): readonly { readonly weight: number; readonly moves: Moves }[] => {
  const weights = typeof temperatures === "number" ? spacedWeights(landmarks, temperatures) : temperatures
  return weights.map((weight) => ({ weight, moves: movesAt(landmarks, weight) }))
}

const checkTemperatures = (temperatures: number | readonly number[]): number | readonly number[] => {
  if (typeof temperatures === "number") return natural("temperatures", temperatures)
  return isPath(temperatures)
    ? temperatures
    : refuse("temperatures", `[${temperatures.join(", ")}]`, "give rising weights above 0 that end in 1")
}

const natural = (option: string, value: number): number =>
  Number.isInteger(value) && value >= 1 ? value : refuse(option, value, "give a whole number above 0")

/** One chain's log-weight of each row, and its mean acceptance. */
const runChain = (
  chain: Chain,
  tempered: Tempered,
  path: ReturnType<typeof pathOf>,
): { readonly weights: Float64Array; readonly acceptance: number } => {
  const weights = new Float64Array(tempered.rows)
  let accepted = 0
  path.forEach(({ weight, moves }, t) => {
    const gained = weight - (path[t - 1]?.weight ?? 0)
    chain.standing.likelihood.forEach((value, r) => {
      weights[r]! += gained * value
    })
    if (t < path.length - 1) accepted += advance(chain, tempered, weight, moves)
  })
  return { weights, acceptance: path.length === 1 ? 1 : accepted / (path.length - 1) }
}

const checkContinuous = ({ space }: Tempered): void => {
  if (space.size === 0)
    throw programError(
      "nothing-to-sample",
      "the model has no continuous latent, so its evidence needs no chains",
      "sum the others out: trace(marginalize(model, name), args).logJoint is log p(x)",
    )
}

type Asked = {
  readonly temperatures: number | readonly number[]
  readonly chains: number
  readonly leapfrogs: number
}

const annealed = (prior: PriorPlan, key: Key, asked: Asked): AnnealedImportance => {
  const tempered = temperedOf(prior, key)
  try {
    checkContinuous(tempered)
    const landmarks = explore(prior, tempered, { leapfrogs: asked.leapfrogs, key: fold(key, "pilots") })
    const path = pathOf(asked.temperatures, landmarks)
    const runs = Array.from({ length: asked.chains }, (_, i) =>
      runChain(startOf(prior, tempered, fold(fold(key, "chains"), i)), tempered, path),
    )
    const groups = Array.from({ length: tempered.rows }, (_, r) =>
      Float64Array.from(runs, ({ weights }) => weights[r]!),
    )
    return {
      ...importanceOf({ groups, outside: tempered.outside() }),
      acceptance: runs.reduce((sum, { acceptance }) => sum + acceptance, 0) / asked.chains,
      temperatures: path.map(({ weight }) => weight),
    }
  } finally {
    tempered.dispose()
  }
}

/**
 * Estimates log p(x) of a model by annealed importance sampling: chains start in the prior, and between steps of the weight
 * β_t of the likelihood each makes a Hamiltonian move under p(z) p(x | z)^β_t; w = Π_t p(x | z_t)^(β_{t+1} - β_t), and E[w] =
 * p(x). Its logarithm is in expectation below log p(x), and rises with the number of temperatures.
 *
 * Finite discrete latents are summed out. Where the latents fall apart into rows, every row has weights of its own.
 * @throws ModelError for a discrete latent without a finite list of values, and where no latent is continuous.
 * @example const { logEvidence, standardError } = annealedImportance(model, [data], { temperatures: 200, chains: 32 })
 */
export const annealedImportance = <P extends Program<any>>(
  model: P,
  args: ArgumentsOf<P>,
  options: AnnealedImportanceOptions = {},
): AnnealedImportance => {
  const key = fold(keyOf(options.seed), "annealed")
  const asked = {
    temperatures: checkTemperatures(options.temperatures ?? 100),
    chains: natural("chains", options.chains ?? 32),
    leapfrogs: natural("leapfrogs", options.leapfrogs ?? 5),
  }
  return withPrior(model, args, { params: options.params, key }, (prior) => annealed(prior, key, asked))
}
