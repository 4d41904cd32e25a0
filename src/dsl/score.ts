/**
 * The log-density of one entry of a run: one number per row of its plates (and per value of each enumerated site it
 * depends on), masked, and not yet scaled for the rows that the run did not see. Next: `trace.ts`.
 */
import { match } from "ts-pattern"
import type { Distribution } from "../distributions/distribution.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Enumeration } from "./enumeration-axis.js"
import type { Entry } from "./execute.js"
import { plateScale, plateShape } from "./plate-frame.js"
import { blame } from "./run-errors.js"
import { showShape, siteError } from "./site-error.js"

/** What an entry's log-density is multiplied by: the plates' rows in all over rows seen, times any `scale` handler. */
export const entryScale = (entry: Entry): number => entry.site.details.scale * plateScale(entry.plates)

const factorTerm = (entry: Entry, enumeration: Enumeration): Tensor => {
  const plates = plateShape(entry.plates)
  const { shape } = entry.value
  const exact = shape.length === plates.length && shape.every((size, i) => size === plates[i])
  if (exact || enumeration.axes.length > 0) return entry.value
  throw siteError(entry.site, {
    code: "factor-shape",
    problem: `its log-weight has shape ${showShape(shape)}, but the plates' shape is ${showShape(plates)}`,
    fix: plates.length === 0 ? "sum it to a scalar" : "give one number per row of the plates",
  })
}

/** Gives a term its plates' full shape on the right, so that sums count every row. */
const overPlates = (term: Tensor, plates: readonly number[]): Tensor => {
  const tail = term.shape.slice(Math.max(0, term.rank - plates.length))
  const full = tail.length === plates.length && tail.every((size, i) => size === plates[i])
  return full ? term : tf.add(term, tf.zeros([...plates]))
}

/** Throws unless a mask's axes are those of the plates, or 1, from the right. */
const checkMask = (entry: Entry, mask: Tensor): void => {
  const plates = plateShape(entry.plates)
  const fits = mask.shape.every((size, i) => size === 1 || size === plates[plates.length - mask.rank + i])
  if (fits && mask.rank <= plates.length) return
  throw siteError(entry.site, {
    code: "mask-shape",
    problem: `its mask has shape ${showShape(mask.shape)}, but the plates' shape is ${showShape(plates)}`,
    fix: "give one flag for each row of the plates; in batches hand the flags to the plate beside the data: plate(name, { x, keep }, …) with dist.mask(keep)",
  })
}

const maskedTerm = (entry: Entry, term: Tensor): Tensor => {
  const { mask } = entry.site.details
  if (mask !== undefined) checkMask(entry, mask)
  return mask === undefined ? term : tf.where(tf.broadcastTo(mask, term.shape), term, tf.zerosLike(term))
}

const densityOf = (entry: Entry, dist: Distribution): Tensor => {
  try {
    return dist.logDensity(entry.value)
  } catch (error) {
    return blame(entry.site, error)
  }
}

/** Whether an entry of this role adds to the joint density. */
export const isScored = (entry: Entry): boolean =>
  match(entry.role)
    .with("latent", "observed", "enumerated", "factor", () => true)
    .with("param", "deterministic", "random", () => false)
    .exhaustive()

/** The log-density of a scored entry, shape [enumerated …, ...plates]. */
export const score = (entry: Entry, enumeration: Enumeration): Tensor => {
  const term = entry.dist === undefined ? factorTerm(entry, enumeration) : densityOf(entry, entry.dist)
  return maskedTerm(entry, overPlates(term, plateShape(entry.plates)))
}
