/** Reads the comma-separated tables in `data/`. Next: `old-faithful.ts`, `iris.ts`, `digits.ts`. */
import { readFileSync } from "node:fs"
import { LatentlyError } from "../../src/engine/error.js"

/** Rows of numbers with the names of their columns. */
export interface NumberTable {
  readonly rows: number[][]
  /** The name of every column of `rows`. */
  readonly names: string[]
}

/** A table whose last column says what each row is. */
export interface LabelledTable extends NumberTable {
  readonly labels: string[]
}

const lines = (file: string): string[][] => {
  const url = new URL(`../../data/${file}`, import.meta.url)
  let text: string
  try {
    text = readFileSync(url, "utf8")
  } catch (cause) {
    throw new LatentlyError(
      "data-missing",
      `data/${file} cannot be read; it is part of the repository: git checkout data/${file}`,
      { cause },
    )
  }
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","))
}

const numbers = (cells: readonly string[], file: string, line: number, width: number): number[] => {
  const values = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)))
  if (values.length === width && values.every(Number.isFinite)) return values
  throw new LatentlyError(
    "data-damaged",
    `data/${file}, line ${line}: ${width} numbers are wanted, got "${cells.join(",")}"; restore the file with git checkout`,
  )
}

/** A table of numbers alone. */
export const readNumbers = (file: string): NumberTable => {
  const [names = [], ...body] = lines(file)
  return { names, rows: body.map((cells, at) => numbers(cells, file, at + 2, names.length)) }
}

/** A table of numbers whose last column is a label. */
export const readLabelled = (file: string): LabelledTable => {
  const [heading = [], ...body] = lines(file)
  const names = heading.slice(0, -1)
  return {
    names,
    rows: body.map((cells, at) => numbers(cells.slice(0, -1), file, at + 2, names.length)),
    labels: body.map((cells) => cells.at(-1)!),
  }
}
