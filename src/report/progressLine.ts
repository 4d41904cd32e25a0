/** The text of a progress line, as a pure function of the reading. Next: `progress.ts`, which decides when to write it. */
import { formatClock, formatDuration, formatNumber } from "./format.js"
import { displayWidth, type TerminalAbility } from "./terminal.js"

/** What is known at one moment. `perSecond` is 0 while no rate is known; `elapsed` is in seconds. */
export interface Reading {
  readonly label: string
  readonly step: number
  readonly total: number
  readonly loss?: number | undefined
  readonly perSecond: number
  readonly elapsed: number
}

const widestBar = 28
const narrowestBar = 6

/**
 * The line for a live terminal, never wider than its columns: facts are dropped from the right, then the bar, then the
 * label is cut, because a line that wraps cannot be redrawn.
 *
 * @example
 * barLine({ label: "vae", step: 5, total: 10, loss: 1.5, perSecond: 2, elapsed: 3 }, plainTerminal)
 * // "vae [##############--------------]  50%  loss 1.500  2.0/s  0:03  2 s left"
 */
export const barLine = (reading: Reading, ability: TerminalAbility): string => {
  const limit = ability.columns - 1 // the last column makes some terminals wrap
  const facts = factsOf(reading)
  for (let kept = facts.length; kept >= 0; kept--) {
    const tail = [percentOf(reading), ...facts.slice(0, kept)].join("  ")
    const room = limit - displayWidth(reading.label) - displayWidth(tail) - 3 - (ability.unicode ? 0 : 2)
    if (room < narrowestBar) continue
    return `${reading.label} ${drawBar(shareOf(reading), Math.min(room, widestBar), ability)} ${tail}`
  }
  return `${reading.label} ${percentOf(reading)}`.slice(0, Math.max(0, limit))
}

/**
 * The line for a pipe or a log: plain words, no control characters.
 *
 * @example sparseLine(reading) // "vae: step 250 of 1000 (25%), loss 102.4, 251/s, 1.00 s, 3 s left"
 */
export const sparseLine = (reading: Reading): string => {
  const { label, step, total, elapsed } = reading
  const facts = [loss(reading), rate(reading), formatDuration(elapsed), remaining(reading)].filter(
    (fact) => fact !== "",
  )
  return `${label}: step ${step} of ${total} (${percentOf(reading).trim()}), ${facts.join(", ")}`
}

const shareOf = ({ step, total }: Reading): number => Math.min(1, Math.max(0, step / total))

const percentOf = (reading: Reading): string => `${Math.floor(shareOf(reading) * 100)}%`.padStart(4)

const factsOf = (reading: Reading): string[] =>
  [loss(reading), rate(reading), formatClock(reading.elapsed), remaining(reading)].filter(
    (fact) => fact !== "",
  )

const loss = (reading: Reading): string =>
  reading.loss === undefined ? "" : `loss ${formatNumber(reading.loss, lossDigits(reading.loss))}`

/** A loss keeps four significant digits and a constant number of decimals, so that the line does not jitter. */
const lossDigits = (value: number): number =>
  Math.min(4, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) + 1e-4))))

const rate = ({ perSecond }: Reading): string => {
  if (perSecond <= 0) return ""
  return perSecond < 0.95
    ? `${(1 / perSecond).toFixed(1)} s each`
    : `${perSecond.toFixed(perSecond < 9.95 ? 1 : 0)}/s`
}

const remaining = ({ step, total, perSecond }: Reading): string => {
  if (perSecond <= 0 || step >= total) return ""
  const seconds = Math.max(1, Math.round((total - step) / perSecond))
  return `${seconds < 60 ? `${seconds} s` : formatClock(seconds)} left`
}

const drawBar = (share: number, width: number, { unicode, color }: TerminalAbility): string => {
  const filled = Math.round(share * width)
  const [full, rest] = unicode ? ["━", color ? "━" : "─"] : ["#", "-"]
  const [head, tail] = [full!.repeat(filled), rest!.repeat(width - filled)]
  const bar = color ? `\u001b[36m${head}\u001b[39m\u001b[2m${tail}\u001b[22m` : head + tail
  return unicode ? bar : `[${bar}]`
}
