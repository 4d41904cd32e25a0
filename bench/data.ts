/**
 * Made data, the same bytes for every side: binary rows of low rank (an ELBO has something to learn), linear rows, mixtures.
 * Written once a run into a temporary folder. Next: `rows.ts`, which says what each row of the bench needs.
 */
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { DataFile } from "./task.js"

/** Seeded uniforms and standard normals (mulberry32, Box-Muller). */
const source = (seed: number) => {
  let state = seed >>> 0
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return { uniform, normal }
}

type Numbers = Float32Array | Float64Array | Int32Array
type Made = { readonly values: Numbers; readonly shape: readonly number[] }

const binaryRows = (count: number, width: number): Made => {
  const { uniform, normal } = source(1)
  const rank = 8
  const weights = Float64Array.from({ length: rank * width }, normal)
  const values = new Float32Array(count * width)
  for (let row = 0; row < count; row++) {
    const latent = Float64Array.from({ length: rank }, normal)
    for (let j = 0; j < width; j++) {
      let logit = -1.5
      for (let k = 0; k < rank; k++) logit += latent[k]! * weights[k * width + j]!
      values[row * width + j] = uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0
    }
  }
  return { values, shape: [count, width] }
}

const linearRows = (count: number, width: number, rank: number): Made => {
  const { normal } = source(2)
  const weights = Float64Array.from({ length: rank * width }, normal)
  const mean = Float64Array.from({ length: width }, normal)
  const values = new Float32Array(count * width)
  for (let row = 0; row < count; row++) {
    const latent = Float64Array.from({ length: rank }, normal)
    for (let j = 0; j < width; j++) {
      let value = mean[j]! + 0.3 * normal()
      for (let k = 0; k < rank; k++) value += latent[k]! * weights[k * width + j]!
      values[row * width + j] = value
    }
  }
  return { values, shape: [count, width] }
}

/** Points of k Gaussians whose means lie about 5 apart and whose covariances differ. */
const mixturePoints = (count: number, d: number, k: number): Made => {
  const { uniform, normal } = source(3)
  const means = Float64Array.from({ length: k * d }, () => 5 * normal())
  const factors = Float64Array.from({ length: k * d * d }, (_, i) => {
    const within = i % (d * d)
    return 0.5 * normal() + (within % (d + 1) === 0 ? 1 : 0)
  })
  const values = new Float64Array(count * d)
  for (let row = 0; row < count; row++) {
    const label = Math.floor(uniform() * k)
    const noise = Float64Array.from({ length: d }, normal)
    for (let j = 0; j < d; j++) {
      let value = means[label * d + j]!
      for (let l = 0; l < d; l++) value += factors[(label * d + j) * d + l]! * noise[l]!
      values[row * d + j] = value
    }
  }
  return { values, shape: [count, d] }
}

const filled = (count: number, draw: () => number, shape = [count]): Made => ({
  values: Float32Array.from({ length: count }, draw),
  shape,
})

/** Gamma(2, 1) draws, kept off 0. */
const positives = (count: number, seed: number): Made => {
  const { uniform } = source(seed)
  return filled(count, () => 0.1 - Math.log((1 - uniform()) * (1 - uniform())))
}

const normals = (count: number, seed: number, shape = [count]): Made =>
  filled(count, source(seed).normal, shape)

const labels = (count: number, classes: number): Made => {
  const { uniform } = source(6)
  return { values: Int32Array.from({ length: count }, () => Math.floor(uniform() * classes)), shape: [count] }
}

const makers = { binaryRows, linearRows, mixturePoints, positives, normals, labels }

/** A kind of data and the numbers that say which. */
export type Recipe = {
  [K in keyof typeof makers]: readonly [kind: K, ...args: Parameters<(typeof makers)[K]>]
}[keyof typeof makers]

const typeName = (values: Numbers): DataFile["dtype"] =>
  values instanceof Float32Array ? "float32" : values instanceof Float64Array ? "float64" : "int32"

const known = new Map<string, DataFile>()

/** Writes the data of a recipe into `folder`, unless this run has written it already. Mixtures are float64. */
export const dataFile = (folder: string, [kind, ...args]: Recipe, as?: "float32"): DataFile => {
  const name = [kind, ...args, as ?? ""].flat().join("-")
  const path = join(folder, name)
  const before = known.get(path)
  if (before !== undefined && existsSync(path)) return before
  const { values, shape } = (makers[kind] as (...args: readonly unknown[]) => Made)(...args)
  const numbers = as === "float32" ? Float32Array.from(values) : values
  writeFileSync(path, numbers)
  const file = { path, shape, dtype: typeName(numbers) }
  known.set(path, file)
  return file
}
