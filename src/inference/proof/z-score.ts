/**
 * z-scores of means: how many standard errors an estimate lies from what it should be, with few draws allowed for. Plain
 * numbers. Next: `check-gradient.ts`, which judges by them.
 */
import { ndtri } from "../../engine/special/double/normal-quantile.js"

/** A mean and the standard error of it. */
export interface Mean {
  readonly mean: number
  readonly standardError: number
}

/** The mean of numbers and its standard error; NaN for fewer than two. */
export const meanOf = (values: ArrayLike<number>): Mean => {
  const count = values.length
  let mean = 0
  for (let i = 0; i < count; i++) mean += values[i]! / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) }
}

/**
 * The normal deviate that is as rare as a Student t of `degrees` degrees of freedom: Wallace's (1959) second formula, within
 * 1 % from 5 degrees up, so that 20 draws are judged as sternly as 20,000.
 */
export const normalDeviate = (t: number, degrees: number): number => {
  const size = Math.sqrt(degrees * Math.log1p((t * t) / degrees)) * ((8 * degrees + 1) / (8 * degrees + 3))
  return t < 0 ? -size : size
}

/** The largest |z| that passes among `count` scores: 4.5, more where their number makes that common (1 in 1,000 in all). */
export const largestAllowed = (count: number): number => Math.max(4.5, -ndtri(5e-4 / Math.max(1, count)))
