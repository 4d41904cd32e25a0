/**
 * The sweep through WebAssembly: rows are laid out once in blocks of columns beside the parameters, and each
 * block goes through density, share and moments while it is in the cache. Left out: the instructions (`mixture-kernel.ts`).
 */
import type { KernelMemory } from "./assembly.js"
import { instantiate, memoryOf } from "./assembly.js"
import { blockRows, exponentialConstants, mixtureKernel } from "./mixture-kernel.js"
import type { MixtureLayout } from "./mixture-layout.js"
import type { MixtureSweep } from "./mixture-sweep.js"
import type { Table } from "./rows.js"

type Kernel = Record<"density" | "share" | "moments", (...addresses: number[]) => void>

/** Views into one memory, in order, each on a 16-byte boundary. */
const allocate = (sizes: readonly number[]): { memory: KernelMemory; views: Float64Array[] } => {
  const lengths = sizes.map((size) => size + (size % 2))
  const bytes = 8 * lengths.reduce((sum, length) => sum + length, 0)
  const memory = memoryOf(bytes)
  let offset = 0
  const views = lengths.map((length, at) => {
    const view = new Float64Array(memory.buffer, offset, sizes[at])
    offset += 8 * length
    return view
  })
  return { memory, views }
}

/** Rows as blocks of columns; the last block is filled up with zeros. */
const layOut = ({ data, count, dimension }: Table, blocks: Float64Array): void => {
  for (let row = 0; row < count; row++) {
    const start = Math.floor(row / blockRows) * blockRows * dimension + (row % blockRows)
    for (let column = 0; column < dimension; column++)
      blocks[start + column * blockRows] = data[row * dimension + column]!
  }
}

/** The log-likelihood of `rows` rows from their largest log-densities and the sums left beside them. */
const logLikelihood = (top: Float64Array, sum: Float64Array, rows: number): number => {
  let result = 0
  let product = 1
  for (let row = 0; row < rows; row++) {
    result += top[row]!
    product *= sum[row]!
    // one logarithm for several rows: the sums lie between 1 and the number of components
    if (product > 1e250) {
      result += Math.log(product)
      product = 1
    }
  }
  return result + Math.log(product)
}

/** A sweep through WebAssembly, or undefined where it cannot be had. */
export const simdSweep = (table: Table, layout: MixtureLayout): MixtureSweep | undefined => {
  const { components, dimension, stride } = layout
  const blockCount = Math.ceil(table.count / blockRows)
  const { memory, views } = allocate([
    ...[exponentialConstants.length, components * stride, components * stride],
    ...[components * blockRows, blockRows, blockRows, blockCount * blockRows * dimension],
  ])
  const [constants, parameters, moments, shares, top, sum, blocks] = views as [
    ...[Float64Array, Float64Array, Float64Array],
    ...[Float64Array, Float64Array, Float64Array, Float64Array],
  ]
  const kernel = instantiate<Kernel>(mixtureKernel(layout), memory)
  if (kernel === undefined) return undefined
  constants.set(exponentialConstants)
  layOut(table, blocks)

  const sweepBlock = (block: number): number => {
    const rows = Math.min(blockRows, table.count - block * blockRows)
    const bytes = 8 * (rows + (rows % 2))
    const x = blocks.byteOffset + 8 * block * blockRows * dimension
    for (let k = 0; k < components; k++)
      kernel.density(
        x,
        parameters.byteOffset + 8 * k * stride,
        shares.byteOffset + 8 * k * blockRows,
        x + bytes,
      )
    const r = shares.byteOffset
    kernel.share(
      r,
      top.byteOffset,
      sum.byteOffset,
      r + bytes,
      8 * components * blockRows,
      constants.byteOffset,
    )
    if (rows % 2 === 1) for (let k = 0; k < components; k++) shares[k * blockRows + rows] = 0
    for (let k = 0; k < components; k++) {
      const at = 8 * k * stride
      kernel.moments(x, r + 8 * k * blockRows, parameters.byteOffset + at, moments.byteOffset + at, x + bytes)
    }
    return logLikelihood(top, sum, rows)
  }
  const run = (): number => {
    moments.fill(0)
    let total = 0
    for (let block = 0; block < blockCount; block++) total += sweepBlock(block)
    return total
  }
  return { parameters, moments, run }
}
