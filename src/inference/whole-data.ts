/**
 * A look at all the data before the first step where the checked run sees only the first rows of it. What lies outside a
 * support in a later row shows at the step that reaches it (`culprit.ts`). Next: `plan.ts`.
 */
import { programError, showShape } from "../dsl/site-error.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { takeApart } from "./arguments.js"

const firstNaN = (data: Tensor): number => data.dataSync().findIndex((value: number) => Number.isNaN(value))

/**
 * Checks the tensors among a program's arguments.
 * @throws ModelError `nan-data` with the tensor's shape and the row.
 */
export const checkWholeData = (args: readonly any[]): void => {
  for (const data of takeApart(args).tensors) {
    if (data.dtype !== "float32" || !tf.tidy(() => tf.any(tf.isNaN(data)).dataSync()[0])) continue
    const row = Math.floor(firstNaN(data) / (data.size / (data.shape[0] ?? 1)))
    throw programError(
      "nan-data",
      `the data ${showShape(data.shape)} hold NaN, first in row ${row}`,
      "drop or impute the rows, or leave them out with mask(program, flags) over filled-in values",
    )
  }
}
