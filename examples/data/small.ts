/** The small data sets that come with the repository; `data/README.md` says where they are from. Next: `mnist.ts`. */
import type { LabelledTable, NumberTable } from "./table.js"
import { readLabelled, readNumbers } from "./table.js"

/** 272 eruptions of the Old Faithful geyser: length and waiting time to the next, in minutes. */
export const oldFaithful = (): NumberTable => readNumbers("old-faithful.csv")

/** 150 irises: lengths and widths of sepals and petals in cm, labelled with the species. */
export const iris = (): LabelledTable => readLabelled("iris.csv")

/** A table of digits: labels 0 to 9. */
export interface DigitTable extends NumberTable {
  readonly labels: number[]
}

/** 1797 handwritten digits of 8 by 8 pixels, 0 to 16, row after row of the picture. */
export const digits = (): DigitTable => {
  const { labels, ...table } = readLabelled("digits.csv")
  return { ...table, labels: labels.map(Number) }
}
