/**
 * Rows of numbers as the exact models take them: read, checked and packed in double precision. What a fit cannot mean
 * anything on (no rows, a hole, ragged rows) is refused here by row and column. Left out: centring and scaling
 * (`standardize.ts`). Next: `gaussian-mixture.ts`, `ppca.ts`.
 */
import { LatentlyError } from "../../engine/error.js"

/** Rows in one array, row after row: `data[row * dimension + column]`. */
export interface PackedRows {
  readonly data: Float64Array | Float32Array
  readonly count: number
  readonly dimension: number
}

/** What a caller may give as data: packed rows, an array for each row, or plain numbers for one-dimensional data. */
export type Rows = PackedRows | readonly (readonly number[])[] | readonly number[]

/** Checked rows in double precision. */
export interface Table {
  readonly data: Float64Array
  readonly count: number
  readonly dimension: number
}

const refuse = (code: string, text: string): never => {
  throw new LatentlyError(code, text)
}

const isPacked = (rows: Rows): rows is PackedRows =>
  rows !== null && typeof rows === "object" && "data" in rows

/** A number as it is; text and null would turn into numbers without a word. */
const readNumber = (value: unknown, row: number, column: number, who: string): number =>
  typeof value === "number"
    ? value
    : refuse(
        "rows-not-finite",
        `${who}: row ${row}, column ${column} is ${JSON.stringify(value)}, not a number`,
      )

const packArrays = (rows: readonly (readonly number[])[] | readonly number[], who: string): Table => {
  const nested = (typeof rows[0] === "number" ? rows.map((value) => [value]) : rows) as readonly number[][]
  const dimension = nested[0]?.length ?? 0
  const data = new Float64Array(nested.length * dimension)
  nested.forEach((row, at) => {
    const width = row?.length
    if (width !== dimension)
      refuse(
        "rows-ragged",
        `${who}: row ${at} has ${width ?? "no"} numbers where row 0 has ${dimension}; every row needs the same columns`,
      )
    for (let column = 0; column < dimension; column++)
      data[at * dimension + column] = readNumber(row[column], at, column, who)
  })
  return { data, count: nested.length, dimension }
}

const unpack = ({ data, count, dimension }: PackedRows, who: string): Table => {
  if (!Number.isInteger(count) || !Number.isInteger(dimension) || count * dimension !== data.length)
    refuse(
      "rows-size",
      `${who}: ${data.length} numbers are not ${count} rows of ${dimension} columns; count times dimension must be data.length`,
    )
  return { data: Float64Array.from(data), count, dimension }
}

const refuseHoles = ({ data, dimension }: Table, who: string): void => {
  const at = data.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const place = `row ${Math.floor(at / dimension)}, column ${at % dimension}`
  refuse(
    "rows-not-finite",
    `${who}: ${place} is ${data[at]}, not a finite number; drop such rows or fill them in`,
  )
}

/**
 * The rows, checked and packed; `who` opens the text of an error.
 *
 * @throws LatentlyError `rows-empty`, `rows-ragged`, `rows-size`, `rows-not-finite`
 * @example readRows([[1, 2], [3, 4]], "fitPpca") // { data: Float64Array [1, 2, 3, 4], count: 2, dimension: 2 }
 */
export const readRows = (rows: Rows, who: string): Table => {
  if (!isPacked(rows) && !Array.isArray(rows))
    refuse(
      "rows-type",
      `${who}: rows must be an array of rows or { data, count, dimension }, got ${typeof rows}`,
    )
  const table = isPacked(rows) ? unpack(rows, who) : packArrays(rows, who)
  if (table.count === 0) refuse("rows-empty", `${who}: there are no rows; give at least one`)
  if (table.dimension === 0) refuse("rows-empty", `${who}: the rows have no columns; give at least one`)
  refuseHoles(table, who)
  return table
}

/** Checks that other rows have as many columns as the fitted ones; the rows, packed. */
export const readRowsOf = (rows: Rows, dimension: number, who: string): Table => {
  const table = readRows(rows, who)
  if (table.dimension !== dimension)
    refuse("rows-columns", `${who}: the rows have ${table.dimension} columns, the model has ${dimension}`)
  return table
}
