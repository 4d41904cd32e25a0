/**
 * The covariance of many columns in double precision: blocks of rows are turned into columns, and four columns meet two
 * at a time in a WebAssembly kernel (two rows an instruction), so that each number loaded serves several products; plain
 * loops do the same where there is no WebAssembly. Next: `ppca.ts`; the instructions are in `assembly.ts`.
 */
import type { Code } from "./assembly.js"
import {
  accumulate,
  add,
  advance,
  assemble,
  get,
  instantiate,
  load,
  memoryOf,
  multiply,
  repeatUntilEqual,
  set,
  zero,
} from "./assembly.js"
import type { Table } from "./rows.js"

const blockRows = 128
const columnBytes = 8 * blockRows

/** Adds to `sums` at byte address `out` the products of four columns at `a` with two at `b`; `end` is the end of column `a`. */
type AddTile = (a: number, b: number, out: number, end: number) => void

/** The tile kernel; `rowBytes` parts the rows of sums. */
const tileCode = (rowBytes: number): Uint8Array<ArrayBuffer> => {
  const [a, b, out, end] = [0, 1, 2, 3]
  const sum = (i: number, j: number) => 4 + 2 * i + j
  const right = (j: number) => 12 + j
  const rows = [0, 1, 2, 3]
  const columns = [0, 1]
  const each = (use: (i: number, j: number) => Code): Code =>
    rows.flatMap((i) => columns.flatMap((j) => use(i, j)))
  const body = [
    ...each((i, j) => set(sum(i, j), zero)),
    ...repeatUntilEqual(
      a,
      end,
      columns.flatMap((j) => set(right(j), load(b, j * columnBytes))),
      rows.flatMap((i) => [
        ...set(14, load(a, i * columnBytes)),
        ...columns.flatMap((j) => set(sum(i, j), add(get(sum(i, j)), multiply(get(14), get(right(j)))))),
      ]),
      advance(a, 16),
      advance(b, 16),
    ),
    ...each((i, j) => accumulate(out, i * rowBytes + 8 * j, sum(i, j))),
  ]
  return assemble([{ name: "tile", addresses: 4, moreAddresses: 0, vectors: 11, body }])
}

const plainTile =
  (memory: Float64Array, rowBytes: number): AddTile =>
  (a, b, out) => {
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 2; j++) {
        let sum = 0
        for (let row = 0; row < blockRows; row++)
          sum += memory[a / 8 + i * blockRows + row]! * memory[b / 8 + j * blockRows + row]!
        memory[(out + i * rowBytes) / 8 + j]! += sum
      }
  }

/** Rows `from` to `to` as columns of `blockRows`, filled up with zeros. */
const columnsOf = ({ data, dimension }: Table, from: number, to: number, block: Float64Array): void => {
  if (to - from < blockRows) block.fill(0)
  for (let row = from; row < to; row++)
    for (let j = 0; j < dimension; j++) block[j * blockRows + row - from] = data[row * dimension + j]!
}

/** The covariance (divisor N) of rows whose columns have mean 0, row-major D by D. */
export const centredCovariance = (table: Table): Float64Array => {
  const { count, dimension: d } = table
  const width = 4 * Math.ceil(d / 4)
  const memory = memoryOf(8 * width * (blockRows + width))
  const block = new Float64Array(memory.buffer, 0, width * blockRows)
  const sums = new Float64Array(memory.buffer, block.byteLength, width * width)
  const compiled = instantiate<{ tile: AddTile }>(tileCode(8 * width), memory)
  const addTile = compiled?.tile ?? plainTile(new Float64Array(memory.buffer), 8 * width)
  for (let from = 0; from < count; from += blockRows) {
    columnsOf(table, from, Math.min(count, from + blockRows), block)
    for (let i = 0; i < width; i += 4)
      for (let j = 0; j < i + 4; j += 2) {
        const a = i * columnBytes
        addTile(a, j * columnBytes, sums.byteOffset + 8 * (i * width + j), a + columnBytes)
      }
  }
  return Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d]
    return sums[Math.max(i, j) * width + Math.min(i, j)]! / count
  })
}
