/** The shipped tables as the models' tests read them. */
import { readFileSync } from "node:fs"
import { tf } from "latently"

const numbersOf = (file: string, columns: readonly string[]): number[][] => {
  const text = readFileSync(new URL(`../../data/${file}`, import.meta.url), "utf8")
  const [heading, ...lines] = text.trim().split("\n")
  const names = heading!.trim().split(",")
  const places = columns.map((column) => names.indexOf(column))
  if (places.includes(-1)) throw new Error(`${file} has columns ${names}, not ${columns}`)
  return lines.map((line) => {
    const cells = line.trim().split(",")
    return places.map((place) => Number(cells[place]))
  })
}

/** Old Faithful: eruption and waiting time in minutes, 272 rows. */
export const faithful = numbersOf("old-faithful.csv", ["eruptions", "waiting"])

/** Old Faithful's waiting times alone. */
export const waiting = faithful.map((row) => [row[1]!])

/** Iris: four lengths in centimetres, 150 flowers. */
export const iris = numbersOf("iris.csv", ["sepal_length", "sepal_width", "petal_length", "petal_width"])

/** Rows as a tensor [N, D]. */
export const tensorOf = (rows: readonly (readonly number[])[]): tf.Tensor2D => tf.tensor2d(rows as number[][])
