/**
 * Tables as text: aligned columns with stated digits, ruled with box-drawing characters where the terminal has them,
 * plain or Markdown otherwise. The same rows and columns make the HTML table (`htmlTable.ts`). It leaves out wrapping:
 * a cell is one line.
 */
import { LatentlyError } from "../engine/error.js"
import { formatNumber } from "./format.js"
import { displayWidth, type Environment, padDisplay, type TextStream, terminalAbility } from "./terminal.js"

/** What a cell may hold; `null` and `undefined` print as a dash. */
export type Cell = string | number | boolean | null | undefined

/** One row: cells by column key. */
export type Row = { readonly [key: string]: Cell }

/** One column: which cell, its heading, and how it is written. Columns of numbers align right unless told otherwise. */
export interface Column<R extends object = Row> {
  readonly key: keyof R & string
  readonly heading: string
  /** Decimals of a number; without it, integers stay whole and others get four significant digits. */
  readonly digits?: number
  readonly align?: "left" | "right"
  /** Overrides how a cell that is present is written. */
  readonly format?: (value: NonNullable<Cell>, row: R) => string
}

/** `box`: horizontal rules of box-drawing characters. `plain`: the same in ASCII. `markdown`: a GitHub table. */
export type TableForm = "box" | "plain" | "markdown"

/** How `table` writes. Without `form`, the ability of `stream` (standard output) decides between box and plain. */
export interface TableOptions<R extends object = Row> {
  readonly form?: TableForm
  readonly stream?: TextStream
  readonly environment?: Environment
  /** Rows with the same value of this column form a block: the value is written once, a rule parts the blocks. */
  readonly groupBy?: keyof R & string
}

/** A table with every cell written out, before any form is given to it. */
export interface WrittenTable {
  readonly headings: readonly string[]
  readonly aligns: readonly ("left" | "right")[]
  readonly rows: readonly { readonly cells: readonly string[]; readonly startsGroup: boolean }[]
}

/**
 * Writes rows as a text table that ends without a newline.
 *
 * @throws LatentlyError `table-column` when there is no column, or a key that no row has.
 * @example
 * table([{ method: "exact EM", loglik: -1130.26401 }], [
 *   { key: "method", heading: "method" },
 *   { key: "loglik", heading: "log-likelihood", digits: 4 },
 * ], { form: "plain" })
 * // -------------------------
 * // method     log-likelihood
 * // -------------------------
 * // exact EM       -1130.2640
 * // -------------------------
 */
export const table = <R extends object>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  options: TableOptions<R> = {},
): string => {
  const written = writeTable(rows, columns, options.groupBy)
  const form = options.form ?? defaultForm(options)
  return form === "markdown" ? markdownTable(written) : ruledTable(written, form === "box" ? "─" : "-")
}

/** Every cell as text, shared by the terminal, Markdown and HTML forms. Throws as `table` does. */
export const writeTable = <R extends object>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  groupBy?: keyof R & string,
): WrittenTable => {
  checkColumns(rows, columns)
  return {
    headings: columns.map(({ heading }) => heading),
    aligns: columns.map((column) => column.align ?? (holdsNumbers(rows, column) ? "right" : "left")),
    rows: rows.map((row, index) => {
      const before = index > 0 ? rows[index - 1]! : undefined
      const repeats = groupBy !== undefined && before !== undefined && before[groupBy] === row[groupBy]
      const cells = columns.map((column) => (repeats && column.key === groupBy ? "" : writeCell(row, column)))
      return { cells, startsGroup: groupBy !== undefined && before !== undefined && !repeats }
    }),
  }
}

const checkColumns = <R extends object>(rows: readonly R[], columns: readonly Column<R>[]): void => {
  if (columns.length === 0)
    throw new LatentlyError("table-column", "table needs at least one column, got none")
  const strange = columns.find(({ key }) => rows.length > 0 && !rows.some((row) => key in row))
  if (strange === undefined) return
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(", ")
  throw new LatentlyError(
    "table-column",
    `table column '${strange.key}' is in no row; the rows have: ${keys}`,
  )
}

const cellOf = <R extends object>(row: R, column: Column<R>): Cell => row[column.key] as Cell

const writeCell = <R extends object>(row: R, column: Column<R>): string => {
  const value = cellOf(row, column)
  if (value === null || value === undefined) return "–"
  const text =
    column.format?.(value, row) ??
    (typeof value === "number" ? formatNumber(value, column.digits) : `${value}`)
  return text.replace(/\s+/g, " ")
}

const holdsNumbers = <R extends object>(rows: readonly R[], column: Column<R>): boolean => {
  const present = rows
    .map((row) => cellOf(row, column))
    .filter((value) => value !== null && value !== undefined)
  return present.length > 0 && present.every((value) => typeof value === "number")
}

const defaultForm = (options: { stream?: TextStream; environment?: Environment }): TableForm => {
  const { unicode } = terminalAbility(options.stream ?? process.stdout, options.environment ?? process.env)
  return unicode ? "box" : "plain"
}

const widthsOf = (written: WrittenTable): number[] =>
  written.headings.map((heading, index) =>
    Math.max(displayWidth(heading), ...written.rows.map(({ cells }) => displayWidth(cells[index]!))),
  )

const ruledTable = (written: WrittenTable, stroke: string): string => {
  const widths = widthsOf(written)
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => padDisplay(cell, widths[index]!, written.aligns[index]!))
      .join("   ")
      .trimEnd()
  const rule = stroke.repeat(widths.reduce((sum, width) => sum + width + 3, -3))
  const body = written.rows.flatMap(({ cells, startsGroup }) =>
    startsGroup ? [rule, line(cells)] : [line(cells)],
  )
  return [rule, line(written.headings), rule, ...body, rule].join("\n")
}

const markdownTable = (written: WrittenTable): string => {
  const widths = widthsOf(escapePipes(written)).map((width) => Math.max(width, 3))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => padDisplay(cell, widths[index]!, written.aligns[index]!)).join(" | ")} |`
  const rule = `| ${widths.map((width, index) => alignmentMark(width, written.aligns[index]!)).join(" | ")} |`
  const { headings, rows } = escapePipes(written)
  return [line(headings), rule, ...rows.map(({ cells }) => line(cells))].join("\n")
}

const alignmentMark = (width: number, align: "left" | "right"): string =>
  align === "right" ? `${"-".repeat(width - 1)}:` : "-".repeat(width)

const escapePipes = (written: WrittenTable): WrittenTable => {
  const withoutPipes = (text: string) => text.replaceAll("|", "\\|")
  return {
    headings: written.headings.map(withoutPipes),
    aligns: written.aligns,
    rows: written.rows.map((row) => ({ ...row, cells: row.cells.map(withoutPipes) })),
  }
}
