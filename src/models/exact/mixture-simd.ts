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

/** Everything the kernel works on, in one memory. */
const layMemory = ({ count, dimension }: Table, { components, stride }: MixtureLayout) => {
  const blockCount = Math.ceil(count / blockRows)
  const { memory, views } = allocate([
    ...[exponentialConstants.length, components * stride, components * stride],
    ...[components * blockRows, blockRows, blockRows, blockCount * blockRows * dimension],
  ])
  const [constants, parameters, moments, shares, top, sum, blocks] = views as [
    ...[Float64Array, Float64Array, Float64Array],
    ...[Float64Array, Float64Array, Float64Array, Float64Array],
  ]
  constants.set(exponentialConstants)
  return { memory, blockCount, constants, parameters, moments, shares, top, sum, blocks }
}

/** Runs one block of rows through the kernel; its log-likelihood. */
const sweepBlock = (
  kernel: Kernel,
  { constants, parameters, moments, shares, top, sum, blocks }: ReturnType<typeof layMemory>,
  { components, dimension, stride }: MixtureLayout,
  block: number,
  rows: number,
): number => {
  const x = blocks.byteOffset + 8 * block * blockRows * dimension
  const r = shares.byteOffset
  const end = 8 * (rows + (rows % 2))
  const parametersOf = (k: number) => parameters.byteOffset + 8 * k * stride
  const sharesOf = (k: number) => r + 8 * k * blockRows
  for (let k = 0; k < components; k++) kernel.density(x, parametersOf(k), sharesOf(k), x + end)
  const allShares = 8 * components * blockRows
  kernel.share(r, top.byteOffset, sum.byteOffset, r + end, allShares, constants.byteOffset)
  // an odd last row went through with a row of zeros at its side, which belongs to nobody
  if (rows % 2 === 1) for (let k = 0; k < components; k++) shares[k * blockRows + rows] = 0
  for (let k = 0; k < components; k++)
    kernel.moments(x, sharesOf(k), parametersOf(k), moments.byteOffset + 8 * k * stride, x + end)
  return logLikelihood(top, sum, rows)
}

/** A sweep through WebAssembly, or undefined where it cannot be had. */
export const simdSweep = (table: Table, layout: MixtureLayout): MixtureSweep | undefined => {
  const held = layMemory(table, layout)
  const kernel = instantiate<Kernel>(mixtureKernel(layout), held.memory)
  if (kernel === undefined) return undefined
  layOut(table, held.blocks)
  const run = (): number => {
    held.moments.fill(0)
    let total = 0
    for (let block = 0; block < held.blockCount; block++) {
      const rows = Math.min(blockRows, table.count - block * blockRows)
      total += sweepBlock(kernel, held, layout, block, rows)
    }
    return total
  }
  return { parameters: held.parameters, moments: held.moments, run }
}
