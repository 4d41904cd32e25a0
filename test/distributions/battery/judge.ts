/**
 * Golden values: reading them, and judging an answer right (within the rounding that a plain float32 formula commits),
 * strict (within 16 units in the last place) or wrong. The makers are `test/golden/*.py`. Next: `../golden.test.ts` and
 * `test/golden/score.ts`, which count.
 */
import { existsSync, readFileSync } from "node:fs"
import { DistributionError } from "../../../src/engine/error.js"
import { type Tensor, tf } from "../../../src/engine/tensor.js"
import type { Parameters, Row } from "./row.js"

/** Numbers as JSON holds them: infinities as text. */
type Stored = number | "inf" | "-inf" | "nan" | readonly Stored[]

/** One golden value: parameters and value are float32 numbers, the answers are exact. */
export interface Golden {
  readonly kind: "ordinary" | "boundary" | "extreme" | "outside"
  readonly parameters: Parameters
  readonly value: Parameters[string]
  readonly logProb: number
  /** The rounding error of a plain float32 formula. */
  readonly tolerance: number
  /** Derivatives of the log-density by parameter, and by the value under the name `value`. */
  readonly gradients: Readonly<Record<string, { readonly exact: Stored; readonly tolerance: Stored }>>
}

/** What an answer is worth. */
export type Verdict = "strict" | "right" | "wrong"

const fileOf = (row: Row): URL => new URL(`../../golden/distributions-${row.name}.json`, import.meta.url)

const revive = (stored: Stored): any =>
  stored === "inf" ? Infinity : stored === "-inf" ? -Infinity : stored === "nan" ? Number.NaN : stored

/** The golden values of a row; empty where it says why it has none. */
export const goldenOf = (row: Row): readonly Golden[] => {
  if (row.noGolden !== undefined && !existsSync(fileOf(row))) return []
  return JSON.parse(readFileSync(fileOf(row), "utf8"), (_, value) => revive(value)).values
}

const smallest = 2 ** -126
const largest = 3.4028235677973366e38

/** The distance of neighbouring float32 numbers at `x`. */
const unitInLastPlace = (x: number): number =>
  2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), smallest))) - 23)

const overflowed = (got: number, exact: number): boolean =>
  Math.abs(exact) >= largest * (1 - 1e-6) && got === Math.sign(exact) * Infinity

/** Judges one number. Float32 overflow to the right infinity and underflow to zero are right. */
export const judge = (got: number, exact: number, tolerance: number): Verdict => {
  if (got === exact || overflowed(got, exact)) return "strict"
  if (!Number.isFinite(exact) || !Number.isFinite(got)) return "wrong"
  const miss = Math.abs(got - exact)
  if (miss <= 16 * unitInLastPlace(exact) || (miss < 2 * smallest && Math.abs(exact) < 2 * smallest))
    return "strict"
  return miss <= tolerance ? "right" : "wrong"
}

/** The log-probability of a golden value as the library gives it; "refused" where it throws a named error. */
export const answer = (row: Row, { parameters, value }: Golden): number | "refused" => {
  try {
    return tf.tidy(() => row.make(parameters).logProb(tf.tensor(value)).dataSync()[0]!)
  } catch (error) {
    if (error instanceof DistributionError) return "refused"
    throw error
  }
}

/** The verdict on one golden log-probability; outside the support a refusal is as good as -Infinity. */
export const judgeLogProb = (golden: Golden, got: number | "refused"): Verdict => {
  if (got === "refused") return golden.kind === "outside" ? "strict" : "wrong"
  return judge(got, golden.logProb, golden.tolerance)
}

/** The derivatives of a golden value as the library gives them, in the order of `golden.gradients`. */
export const derivatives = (row: Row, golden: Golden): readonly Float32Array[] => {
  const names = Object.keys(golden.gradients)
  const inputs = names.map((name) => tf.tensor(name === "value" ? golden.value : golden.parameters[name]!))
  const density = (...tensors: Tensor[]): Tensor => {
    const given = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]))
    const { value = tf.tensor(golden.value), ...parameters } = given
    return tf.sum(row.make({ ...golden.parameters, ...parameters }).logProb(value))
  }
  return tf.tidy(() =>
    tf
      .grads(density as never)(inputs)
      .map((gradient) => gradient.dataSync().slice() as Float32Array),
  )
}

const flat = (stored: Stored): number[] => (Array.isArray(stored) ? stored.flatMap(flat) : [stored as number])

/** The verdict on one block of derivatives: the worst of its numbers. */
export const judgeGradient = (golden: Golden, name: string, got: ArrayLike<number>): Verdict => {
  const { exact, tolerance } = golden.gradients[name]!
  const [want, slack] = [flat(exact), flat(tolerance)]
  const verdicts = want.map((x, i) => judge(got[i]!, x, slack[i]!))
  return verdicts.includes("wrong") ? "wrong" : verdicts.includes("right") ? "right" : "strict"
}
