/**
 * `nuts`: the no-U-turn sampler over a model's continuous latents, finite discrete ones summed out: the referee that says
 * what the posterior is where no closed form does. Left out: a dense mass, and posteriors of many modes.
 */

import type { Site } from "../../dsl/site.js"
import { programError } from "../../dsl/site-error.js"
import type { ArgumentsOf, Program } from "../../dsl/types.js"
import { philoxStream } from "../../engine/philox.js"
import { fold, uniformOf } from "../../engine/random.js"
import { ndtri } from "../../engine/special/double/normal-quantile.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { type FirstValues, firstValues } from "../leaves.js"
import { answersFrom, keyOf, type Params } from "../query.js"
import { dualAveraging, runningVariance, windowEnds } from "./adaptation.js"
import { effectiveSampleSize, rHat } from "./convergence.js"
import { type LatentSpace, latentSpace } from "./latent-space.js"
import { type Density, densityOf, type PointDensity } from "./point-density.js"
import { type Dynamics, leapfrog, type Transition, transition } from "./trajectory.js"

/** Options of `nuts`. */
export interface NutsOptions {
  /** Draws kept of each chain; 1000 by default. */
  readonly draws?: number
  /** Steps before them, which are not kept; as many as draws by default. */
  readonly warmup?: number
  /** Chains, one after the other; 2 by default. */
  readonly chains?: number
  readonly seed?: number
  /** The acceptance that the step size is adapted to; 0.8 by default, more where transitions diverge. */
  readonly acceptance?: number
  /** A trajectory is doubled at most this often; 10 by default. */
  readonly maxDepth?: number
  /** Params of the model: a fit's, or one's own; their first values by default. */
  readonly params?: Params
}

/** Draws of a posterior, and whether to believe them. */
export interface Posterior {
  /** [chains · draws, ...shape] by site, chain after chain. The caller disposes them. */
  readonly draws: Readonly<Record<string, Tensor>>
  /** Split R-hat of each number of each site, unconstrained: above 1.01 the chains do not agree yet. */
  readonly rHat: Readonly<Record<string, Float64Array>>
  /** The effective number of draws behind each number's mean. */
  readonly effectiveDraws: Readonly<Record<string, Float64Array>>
  /** Transitions, warm-up left out, whose energy error made them stop: the posterior has places that were not reached. */
  readonly divergences: number
  /** The step size of each chain. */
  readonly stepSizes: readonly number[]
  /** Gradients computed in all. */
  readonly leapfrogs: number
  toString(): string
}

type Noise = { readonly uniform: () => number; readonly normal: () => number }

const noiseOf = (seed: number | undefined, chain: number): Noise => {
  const stream = philoxStream(fold(fold(keyOf(seed), "nuts"), chain).hash, 0)
  let at = 0
  const uniform = (): number => uniformOf(stream(at++))
  return { uniform, normal: () => ndtri(uniform()) }
}

type Chain = {
  readonly points: readonly Float64Array[]
  readonly step: number
  readonly divergences: number
  readonly leapfrogs: number
}

/** A start of finite density: uniform between -2 and 2 on the unconstrained side, as Stan's. */
const startOf = (
  size: number,
  target: Density,
  { uniform }: Noise,
): { position: Float64Array; density: PointDensity } => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const position = Float64Array.from({ length: size }, () => 4 * uniform() - 2)
    const density = target.at(position)
    if (Number.isFinite(density.value) && density.gradient.every(Number.isFinite))
      return { position, density }
  }
  throw programError(
    "no-start",
    "no point of finite log-density and gradient was found in 100 tries",
    "check the model with logJoint at a value you know to be possible",
  )
}

/** A step size at which one leapfrog step changes the density by about a factor of two (Hoffman and Gelman, algorithm 4). */
const firstStep = (
  dynamics: Omit<Dynamics, "step">,
  start: ReturnType<typeof startOf>,
  noise: Noise,
): number => {
  const momentum = dynamics.variances.map((variance) => noise.normal() / Math.sqrt(variance))
  const kinetic = (p: Float64Array): number =>
    p.reduce((sum, value, i) => sum + 0.5 * value * value * dynamics.variances[i]!, 0)
  const before = start.density.value - kinetic(momentum)
  const gain = (step: number): number => {
    const moved = leapfrog({ ...start, momentum }, { ...dynamics, step }, step)
    const after = moved.density.value - kinetic(moved.momentum) - before
    return Number.isNaN(after) ? Number.NEGATIVE_INFINITY : after
  }
  let step = 0.1
  const growing = gain(step) > Math.log(0.8)
  for (let i = 0; i < 40 && gain(step) > Math.log(0.8) === growing; i++) step *= growing ? 2 : 0.5
  return step
}

const runChain = (dimensions: number, target: Density, options: NutsOptions, chain: number): Chain => {
  const { draws = 1000, warmup = draws, acceptance = 0.8, maxDepth = 10 } = options
  const noise = noiseOf(options.seed, chain)
  let here = startOf(dimensions, target, noise)
  let variances = new Float64Array(dimensions).fill(1)
  const fixed = { densityAt: target.at, uniform: noise.uniform, maxDepth }
  const restart = (): ReturnType<typeof dualAveraging> =>
    dualAveraging(firstStep({ ...fixed, variances }, here, noise), acceptance)
  let size = restart()
  let learned = runningVariance(dimensions)
  const move = (step: number): Transition => {
    const momentum = variances.map((variance) => noise.normal() / Math.sqrt(variance))
    const made = transition({ ...here, momentum }, { ...fixed, variances, step })
    here = made
    return made
  }
  const ends = windowEnds(warmup)
  const first = Math.round(Math.min(75, 0.15 * warmup))
  let leapfrogs = 0
  for (let i = 1; i <= warmup; i++) {
    const made = move(size.current)
    leapfrogs += made.leapfrogs
    size.learn(made.acceptance)
    if (i > first) learned.add(made.position)
    if (!ends.includes(i)) continue
    variances = learned.variances() as Float64Array<ArrayBuffer>
    learned = runningVariance(dimensions)
    size = restart()
  }
  const kept = Array.from({ length: draws }, () => move(size.settled))
  return {
    points: kept.map(({ position }) => position),
    step: size.settled,
    divergences: kept.filter(({ diverged }) => diverged).length,
    leapfrogs: leapfrogs + kept.reduce((sum, made) => sum + made.leapfrogs, 0),
  }
}

const drawsOf = (space: LatentSpace, chains: readonly Chain[]): Record<string, Tensor> => {
  const points = chains.flatMap((chain) => chain.points)
  return Object.fromEntries(
    space.sites.map((site) => {
      const values = scoped(() => {
        const numbers = new Float32Array(points.length * site.size)
        points.forEach((point, i) => {
          numbers.set(point.subarray(site.from, site.from + site.size), i * site.size)
        })
        return tf.keep(site.bijection.forward(tf.tensor(numbers, [points.length, ...site.inside])))
      })
      return [site.name, values]
    }),
  )
}

const bySite = (
  space: LatentSpace,
  chains: readonly Chain[],
  judge: (columns: readonly Float64Array[]) => number,
): Record<string, Float64Array> =>
  Object.fromEntries(
    space.sites.map((site) => [
      site.name,
      Float64Array.from({ length: site.size }, (_, i) =>
        judge(chains.map(({ points }) => Float64Array.from(points, (point) => point[site.from + i]!))),
      ),
    ]),
  )

/**
 * Draws from p(z | x) by the no-U-turn sampler, with a diagonal mass and a step size that it adapts while warming up.
 *
 * Discrete latents with a finite list of values are summed out. Densities are computed in float32, whose rounding is felt
 * where log p(x, z) is above 10⁵ in size.
 * @throws ModelError for a discrete latent that cannot be summed out, and where no start of finite density is found.
 * @example const { draws, rHat } = nuts(eightSchools, [y, sigma], { draws: 1000, seed: 1 })
 */
export const nuts = <P extends Program<any>>(
  model: P,
  args: ArgumentsOf<P>,
  options: NutsOptions = {},
): Posterior => {
  const key = fold(keyOf(options.seed), "nuts")
  const known: FirstValues = new Map()
  const first = firstValues(known, fold(key, "init"))
  const param = options.params ? answersFrom(options.params) : (site: Site) => tf.keep(first(site))
  try {
    return sampled(latentSpace(model, args, { key, param }), options)
  } finally {
    tf.dispose([...known.values()])
  }
}

const sampled = (space: LatentSpace, options: NutsOptions): Posterior => {
  if (space.size === 0)
    throw programError(
      "nothing-to-sample",
      "the model has no continuous latent",
      "sum the others out: marginalize(model, name)",
    )
  const target = densityOf(space)
  const chains = Array.from({ length: options.chains ?? 2 }, (_, chain) =>
    runChain(space.size, target, options, chain),
  )
  target.dispose()
  const posterior = {
    draws: drawsOf(space, chains),
    rHat: bySite(space, chains, rHat),
    effectiveDraws: bySite(space, chains, effectiveSampleSize),
    divergences: chains.reduce((sum, chain) => sum + chain.divergences, 0),
    stepSizes: chains.map(({ step }) => step),
    leapfrogs: chains.reduce((sum, chain) => sum + chain.leapfrogs, 0),
  }
  return { ...posterior, toString: () => printed(posterior) }
}

const printed = (posterior: Omit<Posterior, "toString">): string => {
  const worst = (
    record: Readonly<Record<string, Float64Array>>,
    pick: (...values: number[]) => number,
  ): number => pick(...Object.values(record).flatMap((numbers) => [...numbers]))
  return [
    `R-hat at most ${worst(posterior.rHat, Math.max).toFixed(3)}, effective draws at least ${worst(posterior.effectiveDraws, Math.min).toFixed(0)}`,
    `${posterior.divergences} divergent transitions, step sizes ${posterior.stepSizes.map((step) => step.toPrecision(2)).join(", ")}, ${posterior.leapfrogs} gradients`,
  ].join("\n")
}
