/**
 * One line that says how far a loop is: a bar, rate, time spent and left, the loss. On a live terminal the line is redrawn
 * in place, at most ten times a second; on a pipe, in CI or on a dumb terminal it is a plain line now and then, with no
 * control characters. It writes to standard error, so that `command > file` keeps results apart. It leaves out several
 * bars at once. Next: `progressLine.ts`, the text itself.
 */
import { LatentlyError } from "../engine/error.js"
import { formatDuration } from "./format.js"
import { barLine, type Reading, sparseLine } from "./progressLine.js"
import { type Environment, type TerminalAbility, type TextStream, terminalAbility } from "./terminal.js"

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
  const [start, line] = [now(), screenLine(stream, ability)]
  const [isDue, rate] = [pace(start, total, ability.live), recentRate(start)]
  let ended = false
  const end = (text: string) => {
    line.wipe()
    if (!ended && text !== "") stream.write(`${text}\n`)
    ended = true
  }
  return {
    update(step, { loss } = {}) {
      if (ended) return
      const time = now()
      const reading = { label, total, step, loss, perSecond: rate(step, time), elapsed: time - start }
      if (isDue(step, time)) line.show(reading)
    },
    log(text) {
      line.above(text)
    },
    done(text) {
      const mark = ability.live && ability.unicode ? "✓ " : ""
      end(`${mark}${label}  ${formatDuration(now() - start)}${text ? `  ${text}` : ""}`)
    },
    stop() {
      end("")
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

/** The one line on the screen; where no line can be redrawn, each reading is a line of its own and nothing is wiped. */
const screenLine = (stream: TextStream, ability: TerminalAbility) => {
  let shown = ""
  const wipe = () => {
    if (shown !== "") stream.write("\r\u001b[K")
    shown = ""
  }
  return {
    wipe,
    show(reading: Reading) {
      if (!ability.live) return stream.write(`${sparseLine(reading)}\n`)
      shown = barLine(reading, { ...ability, columns: columnsNow(stream, ability) })
      return stream.write(`\r${shown}\u001b[K`)
    },
    above(text: string) {
      const before = shown
      wipe()
      stream.write(`${text}\n${before}`)
      shown = before
    },
  }
}

/** A terminal can be resized under a running bar. */
const columnsNow = (stream: TextStream, { columns }: TerminalAbility): number =>
  stream.columns && stream.columns > 0 ? stream.columns : columns

/** When a reading is worth writing: ten times a second on a live line; else each quarter, or after some quiet seconds. */
const pace = (start: number, total: number, live: boolean): ((step: number, time: number) => boolean) => {
  let [lastTime, lastStep] = [live ? Number.NEGATIVE_INFINITY : start, 0]
  const isDue = (step: number, time: number): boolean => {
    if (live) return time - lastTime >= redrawSeconds || (step >= total && lastStep < total)
    if (step <= lastStep || step >= total) return false // the last step is told by done
    return time - lastTime >= sparseSeconds || step - lastStep >= total * sparseShare
  }
  return (step, time) => {
    const due = isDue(step, time)
    if (due) [lastTime, lastStep] = [time, step]
    return due
  }
}

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
