/** Every row of the table, in one list. A new family adds its row to one of these files. */
import type { Row } from "../battery/row.js"
import { classFamilies } from "./classes.js"
import { combinations } from "./combined.js"
import { countFamilies } from "./counts.js"
import { gaussians } from "./gaussians.js"
import { intervals } from "./interval.js"
import { matrices } from "./matrices.js"
import { positiveNumbers } from "./positive.js"
import { realLine } from "./real-line.js"
import { simplexes } from "./simplexes.js"

export const rows: readonly Row[] = [
  ...realLine,
  ...positiveNumbers,
  ...intervals,
  ...classFamilies,
  ...countFamilies,
  ...gaussians,
  ...simplexes,
  ...matrices,
  ...combinations,
]
