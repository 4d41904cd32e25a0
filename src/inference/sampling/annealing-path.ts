/**
 * How chains are to go from a prior to a posterior: how far from one density to the next, and by which moves. Pilot chains find
 * it out and are dropped, so that the chains that count do not depend on what they decide. Next: `annealed-importance.ts`.
 */

import { execute } from "../../dsl/execute.js"
import { programError } from "../../dsl/site-error.js"
import { philoxStream } from "../../engine/philox.js"
import { fold, type Key, uniformOf } from "../../engine/random.js"
import { ndtri } from "../../engine/special/double/normal-quantile.js"
import { scoped } from "../../engine/tensor.js"
import { meanOf, varianceOf } from "../moments.js"
import { drawsOf } from "../plan.js"
import type { PriorPlan } from "../prior.js"
import { type Moves, moveRows, type Noise } from "./row-moves.js"
import type { Standing, Tempered } from "./tempered.js"

/** A chain: where it stands, and the numbers that it draws. */
export interface Chain {
  standing: Standing
  readonly noise: Noise
}

const noiseOf = (key: Key): Noise => {
  const stream = philoxStream(key.hash, 0)
  let at = 0
  const uniform = (): number => uniformOf(stream(at++))
  return { uniform, normal: () => ndtri(uniform()) }
}

/** A chain at a draw of the prior. */
export const startOf = ({ plan }: PriorPlan, tempered: Tempered, key: Key): Chain => {
  const point = new Float64Array(tempered.space.size)
  scoped(() => {
    const context = {
      key,
      noise: tempered.noise,
      param: () => undefined as never,
      enumeration: { axes: [], padding: 0 },
    }
    const values = drawsOf(execute(plan.guide, plan.args, context))
    for (const { name, from, bijection } of tempered.space.sites)
      point.set(bijection.inverse(values.get(name)!).dataSync(), from)
  })
  return { standing: tempered.at(point, 0), noise: noiseOf(fold(key, "moves")) }
}

/** Moves a chain once under a density of the path; gives the acceptance. */
export const advance = (chain: Chain, tempered: Tempered, weight: number, moves: Moves): number => {
  const from = tempered.at(chain.standing.point, weight)
  const { standing, acceptance } = moveRows(tempered, weight, from, moves, chain.noise)
  chain.standing = standing
  return acceptance
}

/** 0 where fewer than two are left. */
const variance = (values: readonly number[]): number => (values.length < 2 ? 0 : varianceOf(values))

/** Variances of the coordinates over chains, halfway to what they were before. */
const scalesOf = (chains: readonly Chain[], before: Float64Array | undefined): Float64Array =>
  chains[0]!.standing.point.map((_, i) => {
    const now = variance(chains.map(({ standing }) => standing.point[i]!)) + 1e-12
    return before === undefined ? now : 0.5 * (now + before[i]!)
  })

/** The standard deviation of log p(x | u) over chains, of a row on average. */
const spreadOf = (chains: readonly Chain[]): number => {
  const rows = chains[0]!.standing.likelihood.length
  const variances = Array.from({ length: rows }, (_, r) =>
    variance(chains.map(({ standing }) => standing.likelihood[r]!).filter(Number.isFinite)),
  )
  return Math.sqrt(meanOf(variances))
}

/** What the pilots found at one weight of the likelihood. */
export interface Landmark {
  readonly weight: number
  readonly spread: number
  readonly moves: Moves
}

const pilots = 16
const movesOfPilots = 2
const mostLandmarks = 2000
const wantedAcceptance = 0.9

/** How much one step of the pilots may change a row's log-weight, one standard deviation. */
const stride = 0.5

/** A quarter of an orbit, and a little, forgets most of where a move began; a half would bring it to the other side. */
const orbit = 1.4

const refuseFar = (weight: number): never => {
  throw programError(
    "no-path",
    `after ${mostLandmarks} steps the way from prior to posterior had only come to weight ${weight.toPrecision(2)}`,
    "look whether the prior allows the data at all: priorPredict(model, args)",
  )
}

/** Sends pilots from prior to posterior, each step as long as the likelihood's spread allows. */
export const explore = (
  prior: PriorPlan,
  tempered: Tempered,
  { leapfrogs, key }: { readonly leapfrogs: number; readonly key: Key },
): Landmark[] => {
  const chains = Array.from({ length: pilots }, (_, i) => startOf(prior, tempered, fold(key, i)))
  let step = orbit / leapfrogs
  let variances = scalesOf(chains, undefined)
  const found: Landmark[] = []
  for (let weight = 0; ; ) {
    const spread = spreadOf(chains)
    found.push({ weight, spread, moves: { variances, step, leapfrogs } })
    if (weight === 1) return found
    if (found.length > mostLandmarks) return refuseFar(weight)
    weight = Math.min(1, weight + stride / Math.max(spread, 1e-6))
    for (let n = 0; n < movesOfPilots; n++)
      for (const chain of chains) {
        const acceptance = advance(chain, tempered, weight, { variances, step, leapfrogs })
        step = Math.min(orbit / leapfrogs, step * Math.exp((acceptance - wantedAcceptance) / 4))
      }
    variances = scalesOf(chains, variances)
  }
}

/** `count` weights that end in 1, evenly spread over what the log-weight changes on the way (Gelman and Meng 1998). */
export const spacedWeights = (landmarks: readonly Landmark[], count: number): number[] => {
  const lengths = [0]
  for (let i = 1; i < landmarks.length; i++) {
    const [a, b] = [landmarks[i - 1]!, landmarks[i]!]
    lengths.push(lengths[i - 1]! + (b.weight - a.weight) * 0.5 * (a.spread + b.spread))
  }
  const whole = lengths.at(-1)!
  return Array.from({ length: count }, (_, n) => {
    if (n === count - 1) return 1
    const wanted = (whole * (n + 1)) / count
    const i = Math.max(
      1,
      lengths.findIndex((length) => length >= wanted),
    )
    const share = (wanted - lengths[i - 1]!) / Math.max(1e-300, lengths[i]! - lengths[i - 1]!)
    return landmarks[i - 1]!.weight + share * (landmarks[i]!.weight - landmarks[i - 1]!.weight)
  })
}

/** The moves for a weight: those of the first landmark from there on, whose density is no wider. */
export const movesAt = (landmarks: readonly Landmark[], weight: number): Moves =>
  (landmarks.find((landmark) => landmark.weight >= weight) ?? landmarks.at(-1)!).moves
