/**
 * Learning rates that change with the step. A schedule is a plain function of the step counter, computed in double
 * precision in JavaScript and handed to the step as data, so an eager and a compiled fit follow the same rates and any
 * function a user writes is a schedule. Next: `optimize.ts`.
 */
import { EngineError } from "./error.js"

/** The learning rate at a step; steps count from 0. */
export type Schedule = (step: number) => number

const check = (name: string, value: number, ok: boolean, expected: string): number => {
  if (!ok) throw new EngineError("learning-rate", `${name} is ${value}; it must be ${expected}`)
  return value
}

/** Throws an `EngineError` unless `value` is finite and above zero. */
export const positive = (name: string, value: number): number =>
  check(name, value, Number.isFinite(value) && value > 0, "a finite number above 0")

/** Throws an `EngineError` unless `0 <= value < 1`. */
export const fraction = (name: string, value: number): number =>
  check(name, value, value >= 0 && value < 1, "at least 0 and below 1")

const count = (name: string, value: number): number =>
  check(name, value, Number.isInteger(value) && value > 0, "a whole number of steps above 0")

/** Checks what a schedule returned for `step`: a rate of 0 is allowed (warm-up starts there), NaN or less is not. */
export const rateAt = (schedule: number | Schedule, step: number): number => {
  const rate = typeof schedule === "number" ? schedule : schedule(step)
  return check(`the learning rate at step ${step}`, rate, Number.isFinite(rate) && rate >= 0, "0 or above")
}

/** The same rate at every step. Throws an `EngineError` when it is not positive. Example: `adam(constant(1e-3))`. */
export const constant = (rate: number): Schedule => {
  positive("learningRate", rate)
  return () => rate
}

/** `rate · decay^(step / every)`. Example: `exponentialDecay(1e-2, { every: 1000, decay: 0.5 })` halves every 1,000 steps. */
export const exponentialDecay = (
  rate: number,
  { every, decay }: { readonly every: number; readonly decay: number },
): Schedule => {
  positive("learningRate", rate)
  positive("decay", decay)
  count("every", every)
  return (step) => rate * decay ** (step / every)
}

/** A straight line from `from` to `to` over `steps`, then `to`. Example: `linear(1e-2, 1e-4, 5000)`. */
export const linear = (from: number, to: number, steps: number): Schedule => {
  count("steps", steps)
  return (step) => from + (to - from) * Math.min(1, step / steps)
}

/**
 * Half a cosine from `rate` down to `floor` over `steps`, then `floor` (Loshchilov and Hutter, SGDR, 2017).
 * Example: `cosine(1e-3, 10_000)`.
 */
export const cosine = (rate: number, steps: number, floor = 0): Schedule => {
  positive("learningRate", rate)
  count("steps", steps)
  return (step) => floor + ((rate - floor) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2
}

/** A rise from `rate / steps` to the rate of `after` over `steps`, then `after`, counted from there. Example: `warmup(500, cosine(1e-3, 9500))`. */
export const warmup = (steps: number, after: number | Schedule): Schedule => {
  count("steps", steps)
  return (step) => (step < steps ? rateAt(after, 0) * ((step + 1) / steps) : rateAt(after, step - steps))
}

/**
 * Rates that hold from a step on: `piecewise([[0, 1e-3], [5000, 1e-4]])`. The first entry must start at step 0 and the
 * steps must rise, else an `EngineError`.
 */
export const piecewise = (pieces: readonly (readonly [from: number, rate: number])[]): Schedule => {
  const starts = pieces.map(([from]) => from)
  if (starts[0] !== 0 || starts.some((from, i) => i > 0 && from <= starts[i - 1]!))
    throw new EngineError("learning-rate", `piecewise starts at steps [${starts}]; they must rise from 0`)
  for (const [from, rate] of pieces) positive(`the rate from step ${from}`, rate)
  return (step) => pieces.findLast(([from]) => from <= step)![1]
}
