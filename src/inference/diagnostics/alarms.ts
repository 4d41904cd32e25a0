/**
 * What in a fit's figures is cause for alarm, and what to do about it. Thresholds are the literature's, named where they
 * stand, or standard errors. Next: `diagnose.ts`, which gathers the figures.
 */
import { meanOf, varianceOf } from "../moments.js"
import type { Units } from "./active-units.js"
import type { Diagnosis } from "./diagnose.js"

/** One alarm: a code for programs, what is wrong and what to do about it for people. */
export interface Alarm {
  readonly code: "diverged" | "collapse" | "weights" | "unfinished"
  readonly text: string
  readonly advice: string
}

/** What alarms are raised from. */
export type Figures = Omit<Diagnosis, "alarms" | "toString"> & {
  readonly losses: readonly number[] | undefined
}

/**
 * The k-hat from which `draws` importance weights are not to be trusted: min(1 - 1 / log₁₀ draws, 0.7), Vehtari and others
 * (2024).
 */
export const kHatLimit = (draws: number): number => Math.min(1 - 1 / Math.log10(draws), 0.7)

const diverged = ({ status, reason }: Figures): Alarm[] =>
  status === "diverged"
    ? [
        {
          code: "diverged",
          text: `the fit diverged: ${reason}`,
          advice: "lower learningRate, or start elsewhere with initial",
        },
      ]
    : []

/** Nats a unit that a guide may be from the prior and still be called collapsed: a scale of 0.7 for 1 costs as much. */
const collapsedBelow = 0.1

const isCollapsed = ({ active, units }: Units, divergence: number): boolean =>
  active === 0 && divergence / units < collapsedBelow

const collapse = ({ activeUnits, divergence }: Figures): Alarm[] =>
  Object.entries(activeUnits).flatMap(([site, units]) => {
    const each = (divergence[site] ?? 0) / units.rows
    return isCollapsed(units, each)
      ? [
          {
            code: "collapse" as const,
            text: `the posterior of '${site}' has collapsed onto its prior: 0 of ${units.units} units active, KL ${each.toFixed(3)} nats a row`,
            advice: "objective: annealed({ warmup }) or free bits, or a decoder that can do less without it",
          },
        ]
      : []
  })

/** One row in twenty may pass the limit: by chance as many do where the true shape is 0.4. */
const chanceShare = 0.05

const weights = ({ kHats, draws }: Figures): Alarm[] => {
  const limit = kHatLimit(draws)
  const bad = kHats.filter((kHat) => kHat > limit).length
  if (bad === 0 || bad <= chanceShare * kHats.length) return []
  const where = kHats.length === 1 ? "" : ` in ${bad} of ${kHats.length} rows`
  return [
    {
      code: "weights",
      text: `the guide's tails are too light${where}: importance weights have k-hat ${Math.max(...kHats).toFixed(2)}, trusted up to ${limit.toFixed(2)} at ${draws} draws`,
      advice:
        "the ELBO holds, importance estimates do not: train longer or use a richer guide (autoGuide.fullRank, .flow, a wider encoder); gap() says which would help",
    },
  ]
}

interface Window {
  readonly mean: number
  readonly variance: number
}

const windowOf = (losses: readonly number[], from: number, to: number): Window => {
  const part = losses.slice(Math.floor(from * losses.length), Math.floor(to * losses.length))
  return { mean: meanOf(part), variance: varianceOf(part) / part.length }
}

/** Fewer steps than this have no last tenth to speak of. */
const fewestSteps = 200

/** A fall that noise does not make (standard errors), and one that matters (nats, or a share of the loss). */
const least = { errors: 4.5, nats: 0.5, share: 1e-3 }

/** Whether the loss fell from the first half of the last tenth of the steps to the second. */
const unfinished = ({ status, losses }: Figures): Alarm[] => {
  if (status !== "finished" || losses === undefined || losses.length < fewestSteps) return []
  const early = windowOf(losses, 0.9, 0.95)
  const late = windowOf(losses, 0.95, 1)
  const fell = early.mean - late.mean
  const noise = least.errors * Math.sqrt(early.variance + late.variance)
  return fell > Math.max(noise, least.nats, least.share * Math.abs(late.mean))
    ? [
        {
          code: "unfinished",
          text: `the loss still fell over the last tenth of the steps, by ${fell.toPrecision(2)} nats`,
          advice: `go on: await fitted.continue(${losses.length})`,
        },
      ]
    : []
}

/** Every alarm that the figures raise. */
export const alarmsOf = (figures: Figures): Alarm[] => [
  ...diverged(figures),
  ...collapse(figures),
  ...weights(figures),
  ...unfinished(figures),
]
