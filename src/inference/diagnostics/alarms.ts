/**
 * What in a fit's figures is cause for alarm, each with what to do about it. A threshold here is set so that a good fit
 * raises none. Next: `diagnose.ts`, which gathers the figures.
 */
import type { Units } from "./active-units.js"
import type { Diagnosis } from "./diagnose.js"

/** One alarm: a code for programs, a sentence for people. */
export interface Alarm {
  readonly code: "diverged" | "collapse" | "weights" | "unfinished"
  readonly text: string
}

/** What alarms are raised from. */
export type Figures = Omit<Diagnosis, "alarms" | "toString"> & {
  readonly losses: readonly number[] | undefined
  readonly rows: number
}

const kHatLimit = 0.7

/** Weights so even that their tail's shape does not matter. */
const evenShare = 0.9

const diverged = ({ status, reason }: Figures): Alarm[] =>
  status === "diverged"
    ? [{ code: "diverged", text: `the fit diverged: ${reason}; lower learningRate, or clip gradients` }]
    : []

/** No tenth of the units active, and next to no information in them. */
const isCollapsed = ({ active, units }: Units, divergence: number, rows: number): boolean =>
  active < 0.1 * units && divergence / (rows * units) < 0.05

const collapse = ({ activeUnits, divergence, rows }: Figures): Alarm[] =>
  Object.entries(activeUnits).flatMap(([site, units]) =>
    isCollapsed(units, divergence[site] ?? 0, rows)
      ? [
          {
            code: "collapse" as const,
            text: `the posterior of '${site}' has collapsed onto its prior: ${units.active} of ${units.units} units active, ${((divergence[site] ?? 0) / rows).toPrecision(2)} nats a row; warm the divergence up (annealed), keep free bits, or weaken the decoder`,
          },
        ]
      : [],
  )

const heavy = (kHat: number, share: number): boolean => kHat > kHatLimit && share < evenShare

const weights = ({ kHats, effectiveDraws, draws }: Figures): Alarm[] => {
  const groups = kHats.length
  const bad = kHats.filter((kHat, group) => heavy(kHat, effectiveDraws[group]! / draws)).length
  if (bad === 0 || bad < 0.05 * groups || (groups > 20 && bad < 3)) return []
  const where = groups === 1 ? "" : ` in ${bad} of ${groups} rows`
  return [
    {
      code: "weights",
      text: `importance weights are heavy-tailed${where} (worst k-hat ${Math.max(...kHats).toFixed(2)} > ${kHatLimit}): the guide is too narrow, or of another shape than the posterior; use a richer guide (autoGuide.fullRank, flow), and do not trust importance estimates`,
    },
  ]
}

const windowOf = (losses: readonly number[], from: number, to: number): { mean: number; error: number } => {
  const part = losses.slice(Math.floor(from * losses.length), Math.floor(to * losses.length))
  const mean = part.reduce((a, b) => a + b, 0) / part.length
  const variance = part.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / Math.max(1, part.length - 1)
  return { mean, error: Math.sqrt(variance / part.length) }
}

/** The loss still fell over the last tenth of the steps: by 6 standard errors, half a nat and a thousandth of its size. */
const unfinished = ({ status, losses }: Figures): Alarm[] => {
  if (status !== "finished" || losses === undefined || losses.length < 100) return []
  const early = windowOf(losses, 0.8, 0.9)
  const late = windowOf(losses, 0.9, 1)
  const fell = early.mean - late.mean
  const least = Math.max(6 * Math.hypot(early.error, late.error), 0.5, 1e-3 * Math.abs(late.mean))
  return fell > least
    ? [
        {
          code: "unfinished",
          text: `the loss still fell by ${fell.toPrecision(2)} nats over the last tenth of the steps; go on with fitted.continue(steps)`,
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
