/**
 * The sweep in plain loops over typed arrays: what runs where WebAssembly cannot be had and for very many columns, and
 * the reference that `mixture-simd.ts` is tested against. Next: `mixture-step.ts`.
 */
import type { MixtureLayout } from "./mixture-layout.js"
import type { MixtureSweep } from "./mixture-sweep.js"
import type { Table } from "./rows.js"

/** |whitener (x - mean)|^2; leaves x - mean in `centred`. */
export const squaredDistance = (
  { data, dimension }: Table,
  row: number,
  { first, second }: MixtureLayout,
  parameters: Float64Array,
  start: number,
  centred: Float64Array,
): number => {
  for (let j = 0; j < dimension; j++) centred[j] = data[row * dimension + j]! - parameters[start + 1 + j]!
  let sum = 0
  let whitened = 0
  for (let at = 0; at < second.length; at++) {
    const j = second[at]!
    whitened += parameters[start + 1 + dimension + at]! * centred[j]!
    if (first[at] === j) {
      sum += whitened * whitened
      whitened = 0
    }
  }
  return sum
}

const addMoments = (
  { first, second, dimension }: MixtureLayout,
  centred: Float64Array,
  share: number,
  moments: Float64Array,
  start: number,
): void => {
  moments[start]! += share
  for (let j = 0; j < dimension; j++) moments[start + 1 + j]! += share * centred[j]!
  for (let at = 0; at < first.length; at++)
    moments[start + 1 + dimension + at]! += share * centred[first[at]!]! * centred[second[at]!]!
}

/** Turns log-densities into shares in place; their log-sum-exp. */
export const normalizeLogs = (logs: Float64Array): number => {
  let top = -Infinity
  for (const value of logs) top = Math.max(top, value)
  let sum = 0
  for (let k = 0; k < logs.length; k++) {
    logs[k] = Math.exp(logs[k]! - top)
    sum += logs[k]!
  }
  for (let k = 0; k < logs.length; k++) logs[k]! /= sum
  return top + Math.log(sum)
}

/** A sweep in plain loops. */
export const plainSweep = (table: Table, layout: MixtureLayout): MixtureSweep => {
  const { components, dimension, stride } = layout
  const parameters = new Float64Array(components * stride)
  const moments = new Float64Array(components * stride)
  const centred = Array.from({ length: components }, () => new Float64Array(dimension))
  const shares = new Float64Array(components)
  const sweepRow = (row: number): number => {
    for (let k = 0; k < components; k++)
      shares[k] =
        parameters[k * stride]! - squaredDistance(table, row, layout, parameters, k * stride, centred[k]!)
    const logDensity = normalizeLogs(shares)
    for (let k = 0; k < components; k++)
      if (shares[k]! > 0) addMoments(layout, centred[k]!, shares[k]!, moments, k * stride)
    return logDensity
  }
  const run = (): number => {
    moments.fill(0)
    let total = 0
    for (let row = 0; row < table.count; row++) total += sweepRow(row)
    return total
  }
  return { parameters, moments, run }
}
