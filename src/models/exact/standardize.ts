/**
 * Centring and scaling of columns, so that an offset of a million or a column in micrometres costs no digits: a fit runs
 * on z = (x - location) / scale and its answer is carried back exactly. Next: `gaussian-mixture.ts`.
 */
import { LatentlyError } from "../../engine/error.js"
import type { Table } from "./rows.js"

/** Rows in standard coordinates (row-major) and the way back to data units. */
export interface Standardized extends Table {
  readonly location: Float64Array
  readonly scale: Float64Array
  /** For each column, the variance in standard coordinates that rounding of the data alone can make. */
  readonly noise: Float64Array
  /** Columns that do not vary beyond rounding. */
  readonly constant: readonly number[]
}

/** The mean of every column, corrected by the mean of what is left over. */
export const columnMeans = ({ data, count, dimension }: Table): Float64Array => {
  const means = new Float64Array(dimension)
  for (let at = 0; at < data.length; at++) means[at % dimension]! += data[at]! / count
  const rest = new Float64Array(dimension)
  for (let at = 0; at < data.length; at++)
    rest[at % dimension]! += (data[at]! - means[at % dimension]!) / count
  return means.map((mean, column) => mean + rest[column]!)
}

/** The root mean square of every column about its location, safe from overflow, and its largest magnitude. */
const columnSpreads = ({ data, count, dimension }: Table, location: Float64Array) => {
  const largest = new Float64Array(dimension)
  const reach = new Float64Array(dimension)
  for (let at = 0; at < data.length; at++) {
    const column = at % dimension
    largest[column] = Math.max(largest[column]!, Math.abs(data[at]!))
    reach[column] = Math.max(reach[column]!, Math.abs(data[at]! - location[column]!))
  }
  const squares = new Float64Array(dimension)
  for (let at = 0; at < data.length; at++) {
    const column = at % dimension
    if (reach[column]! > 0) squares[column]! += ((data[at]! - location[column]!) / reach[column]!) ** 2
  }
  return { largest, spread: reach.map((value, column) => value * Math.sqrt(squares[column]! / count)) }
}

const refuseMagnitude = (spread: number, column: number, who: string): void => {
  if (spread === 0 || (spread < 1e150 && spread > 1e-150)) return
  throw new LatentlyError(
    "rows-magnitude",
    `${who}: column ${column} spreads over ${spread}, whose square a double cannot hold; change its unit`,
  )
}

/**
 * The rows about their means in units of their standard deviations (divisor N); with `common`, one unit, the root mean
 * square of those, for all columns. A column that does not vary is listed in `constant` and has the unit 1 unless `common`.
 *
 * @throws LatentlyError `rows-magnitude` where a variance overflows or underflows
 */
export const standardize = (table: Table, who: string, common = false): Standardized => {
  const { data, count, dimension } = table
  const location = columnMeans(table)
  const { largest, spread } = columnSpreads(table, location)
  for (const [column, value] of spread.entries()) refuseMagnitude(value, column, who)
  const constant = [...spread.keys()].filter(
    (column) => spread[column]! <= 4 * Number.EPSILON * largest[column]!,
  )
  const shared = Math.hypot(...spread) / Math.sqrt(dimension)
  const scale = spread.map((value, column) => (common ? shared || 1 : constant.includes(column) ? 1 : value))
  const z = new Float64Array(count * dimension)
  for (let at = 0; at < z.length; at++)
    z[at] = (data[at]! - location[at % dimension]!) / scale[at % dimension]!
  const noise = scale.map((unit, column) => (8 * Number.EPSILON * (1 + largest[column]! / unit)) ** 2)
  return { data: z, count, dimension, location, scale, noise, constant }
}
