/**
 * Baselines of score-function sites: what is subtracted from a draw's cost so that its gradient varies less, never a
 * function of the draw itself. One draw a step: a running average of earlier steps' costs (Mnih and Gregor 2014). Several
 * draws: the mean cost of the others (leave-one-out; Kool, van Hoof and Welling 2019). A learned value can be taken off first.
 * Next: `objectives/elbo.ts`.
 */
import type { Site } from "../dsl/site.js"
import { siteError } from "../dsl/site-error.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Credit, scoreSurrogate } from "./elbo.js"

/** A surrogate to add to the ELBO (undefined where no site needs one), and the baselines after this step. */
export interface Credited {
  readonly surrogate: Tensor | undefined
  readonly state: readonly Tensor[]
}

/** What is taken off a site's costs beside a learned value. */
export type BaselineKind = "running" | "leaveOneOut" | "none"

/** How the particles of a step are laid out. */
export interface Copies {
  readonly particles: number
  /** Whether one run holds them all, as copies of rows. */
  readonly tiled: boolean
}

/**
 * The baseline of a site: as it asks, else the other particles where there are some, else the running average.
 * @throws ModelError for "leaveOneOut" with a single particle.
 */
export const baselineOf = (site: Site, particles: number): BaselineKind => {
  const asked = site.details.options.baseline
  if (asked === "leaveOneOut" && particles === 1)
    throw siteError(site, {
      code: "one-particle",
      problem: "its baseline is the mean of the other particles, but there is only one",
      fix: 'fit with particles: 2 or more, or use baseline: "running"',
    })
  if (typeof asked === "string") return asked
  return particles === 1 ? "running" : "leaveOneOut"
}

const inWords: Readonly<Record<BaselineKind, string>> = {
  running: "running average of earlier steps",
  leaveOneOut: "mean of the other particles",
  none: "none",
}

/** The baseline of a site and why it was chosen, for `explain`. */
export const baselineWhy = (site: Site, particles: number): string => {
  const asked = site.details.options.baseline
  const kind = baselineOf(site, particles)
  const learned = asked instanceof tf.Tensor ? "learned value, and what it leaves by the " : ""
  const why =
    typeof asked === "string" ? "asked for" : particles === 1 ? "one particle" : `${particles} particles`
  return `baseline: ${learned}${inWords[kind]} (${why})`
}

/** How much of the running average each step keeps. */
const kept = 0.9

const total = (parts: readonly Tensor[]): Tensor | undefined =>
  parts.length === 0 ? undefined : parts.reduce((a, b) => tf.add(a, b))

/** The average so far, 0 before the first step: state is [Σ 0.9^age · cost, Σ 0.9^age]. */
const averageOf = (state: Tensor): Tensor => {
  const [sum, weight] = tf.unstack(state) as [Tensor, Tensor]
  return tf.divNoNan(sum, weight)
}

const carriedOn = (state: Tensor, costs: readonly Tensor[]): Tensor => {
  const mean = costs.map((cost) => tf.mean(cost)).reduce((a, b) => tf.add(a, b))
  return tf.add(tf.mul(state, kept), tf.mul(tf.stack([tf.div(mean, costs.length), tf.scalar(1)]), 1 - kept))
}

/** One run's cost against the mean of the others', for each run. */
const restOfRuns = (costs: readonly Tensor[]): Tensor[] => {
  const sum = costs.reduce((a, b) => tf.add(a, b))
  return costs.map((cost) => tf.div(tf.sub(sum, cost), costs.length - 1))
}

/** Each copy's cost against the mean of the other copies' of the same row. */
const restOfCopies = (cost: Tensor, copies: number): Tensor => {
  const { shape } = cost
  const apart = tf.reshape(cost, [copies, shape[0]! / copies, ...shape.slice(1)])
  return tf.reshape(tf.div(tf.sub(tf.sum(apart, 0, true), apart), copies - 1), shape)
}

const basesOf = (
  kind: BaselineKind,
  costs: readonly Tensor[],
  { particles, tiled }: Copies,
  state?: Tensor,
): Tensor[] => {
  if (kind === "running") return costs.map(() => averageOf(state!))
  if (kind === "none") return costs.map((cost) => tf.zerosLike(cost))
  return tiled ? [restOfCopies(costs[0]!, particles)] : restOfRuns(costs)
}

/** 0, with the gradient by which a learned baseline nears what is left of its cost, row by row. */
const learning = (learned: Tensor, target: Tensor, scale: number): Tensor => {
  const miss = tf.sub(stopGradient(tf.div(target, scale)), learned)
  const loss = tf.mul(tf.sum(tf.square(miss)), -0.5 * scale)
  return tf.sub(loss, stopGradient(loss))
}

const siteSurrogate = (
  credits: readonly Credit[],
  kind: BaselineKind,
  copies: Copies,
  state: Tensor | undefined,
): { readonly surrogate: Tensor; readonly state: readonly Tensor[] } => {
  const left = credits.map(({ cost, learned, scale }) =>
    learned === undefined ? cost : tf.sub(cost, tf.mul(stopGradient(learned), scale)),
  )
  const bases = basesOf(kind, left, copies, state)
  const parts = credits.flatMap((credit, run) => {
    const score = scoreSurrogate({ ...credit, cost: left[run]! }, bases[run]!)
    const { learned, scale } = credit
    return learned === undefined
      ? [score]
      : [score, learning(learned, tf.sub(credit.cost, kind === "running" ? bases[run]! : 0), scale)]
  })
  return {
    surrogate: tf.div(total(parts)!, credits.length),
    state: state === undefined ? [] : [stopGradient(carriedOn(state, left))],
  }
}

/** A step's credits, run by run, each site with its baseline; `carried` holds the running averages of those that have one. */
export const creditSites = (
  runs: readonly (readonly Credit[])[],
  kinds: readonly BaselineKind[],
  copies: Copies,
  carried: readonly Tensor[],
): Credited => {
  let next = 0
  const made = kinds.map((kind, site) =>
    siteSurrogate(
      runs.map((credits) => credits[site]!),
      kind,
      copies,
      kind === "running" ? carried[next++] : undefined,
    ),
  )
  return { surrogate: total(made.map((part) => part.surrogate)), state: made.flatMap((part) => part.state) }
}

/** One run a step: each site against its running average. */
export const averageBaselines = (credits: readonly Credit[], carried: readonly Tensor[]): Credited =>
  creditSites(
    [credits],
    credits.map(() => "running"),
    { particles: 1, tiled: false },
    carried,
  )
