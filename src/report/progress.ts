/**
 * One line that says how far a loop is: a bar, rate, time spent and left, the loss. On a live terminal the line is redrawn
 * in place, at most ten times a second; on a pipe, in CI or on a dumb terminal it is a plain line now and then, with no
 * control characters. It writes to standard error, so that `command > file` keeps results apart. It leaves out several
 * bars at once. Next: `progressLine.ts`, the text itself.
 */
import { LatentlyError } from "../engine/error.js"
import { formatDuration } from "./format.js"
import { barLine, type Reading, sparseLine } from "./progressLine.js"
import { type Environment, type TextStream, terminalAbility } from "./terminal.js"

/** What to show and where. `now` gives seconds; it and the stream are arguments so that a test can hold the clock. */
export interface ProgressOptions {
  readonly label: string
  /** Number of steps, an integer ≥ 1. */
  readonly total: number
  readonly stream?: TextStream
  readonly environment?: Environment
  readonly now?: () => number
}

/** A running progress line. */
export interface Progress {
  /** Says that `step` steps are done, and the loss there; cheap enough to call every step. */
  update(step: number, reading?: { readonly loss?: number }): void
  /** Prints a line of its own without breaking the bar. */
  log(text: string): void
  /** Ends with a last line that stays: the label, the time taken and `text`. */
  done(text?: string): void
  /** Ends without a last line: wipes the bar. Safe to call in `finally`, also after `done`. */
  stop(): void
}

const redrawSeconds = 0.1
const sparseSeconds = 15
const sparseShare = 0.25
const rateWindowSeconds = 8

/**
 * Starts a progress line.
 *
 * @throws LatentlyError `progress-total` when `total` is not an integer ≥ 1.
 * @example
 * const bar = progress({ label: "vae", total: 1000 })
 * for (let step = 1; step <= 1000; step++) bar.update(step, { loss: 102.4 })
 * bar.done("test ELBO -101.9")
 */
export const progress = (options: ProgressOptions): Progress => {
  const { total } = options
  const label = options.label.replace(/\s+/g, " ")
  checkTotal(label, total)
  const stream = options.stream ?? process.stderr
  const ability = terminalAbility(stream, options.environment ?? process.env)
  const now = options.now ?? (() => performance.now() / 1000)
  const start = now()
  const rate = recentRate(start)
  let [drawnAt, drawnStep, ended, line] = [ability.live ? Number.NEGATIVE_INFINITY : start, 0, false, ""]

  const wipe = () => {
    if (line !== "") stream.write("\r\u001b[K")
  }
  const draw = (reading: Reading, time: number) => {
    ;[drawnAt, drawnStep] = [time, reading.step]
    line = ability.live ? barLine(reading, { ...ability, columns: widthNow(stream, ability.columns) }) : ""
    stream.write(ability.live ? `\r${line}\u001b[K` : `${sparseLine(reading)}\n`)
  }
  const isDue = (step: number, time: number): boolean => {
    if (ability.live) return time - drawnAt >= redrawSeconds || (step >= total && drawnStep < total)
    if (step <= drawnStep || step >= total) return false // the last step is told by done
    return time - drawnAt >= sparseSeconds || step - drawnStep >= total * sparseShare
  }

  return {
    update(step, { loss } = {}) {
      if (ended) return
      const time = now()
      const perSecond = rate(step, time)
      if (isDue(step, time)) draw({ label, total, step, loss, perSecond, elapsed: time - start }, time)
    },
    log(text) {
      wipe()
      stream.write(`${text}\n`)
      if (line !== "" && !ended) stream.write(line)
    },
    done(text) {
      if (ended) return
      wipe()
      ;[ended, line] = [true, ""]
      const mark = ability.live && ability.unicode ? "✓ " : ""
      stream.write(`${mark}${label}  ${formatDuration(now() - start)}${text ? `  ${text}` : ""}\n`)
    },
    stop() {
      wipe()
      ;[ended, line] = [true, ""]
    },
  }
}

const checkTotal = (label: string, total: number): void => {
  if (Number.isInteger(total) && total >= 1) return
  throw new LatentlyError(
    "progress-total",
    `progress '${label}' needs a total number of steps, an integer of at least 1, got ${total}`,
  )
}

/** A terminal can be resized under a running bar. */
const widthNow = (stream: TextStream, before: number): number =>
  stream.columns && stream.columns > 0 ? stream.columns : before

/**
 * Steps per second over the last seconds only: the first step compiles, and would weigh on an average from the start.
 */
const recentRate = (start: number): ((step: number, time: number) => number) => {
  const marks: { step: number; time: number }[] = [{ step: 0, time: start }]
  return (step, time) => {
    const last = marks[marks.length - 1]!
    if (time - last.time >= redrawSeconds) marks.push({ step, time })
    while (marks.length > 2 && time - marks[0]!.time > rateWindowSeconds) marks.shift()
    const first = marks[0]!
    return time > first.time && step > first.step ? (step - first.step) / (time - first.time) : 0
  }
}
