/**
 * Whether a site's shapes fit: its distribution against the plates, its data against both. Nothing is ever stretched in
 * silence. Next: `execute.ts`, which asks.
 */
import type { Distribution } from "../distributions/distribution.js"
import { checksEnabled } from "../engine/checks.js"
import { type Shape, type Tensor, tf } from "../engine/tensor.js"
import type { Enumeration } from "./enumeration-axis.js"
import { plateShape } from "./plate-frame.js"
import type { Site } from "./site.js"
import { showShape, siteError } from "./site-error.js"

const equalShapes = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])

/** Sizes fit the plates from the right, a size of 1 standing for a plate it does not vary over. */
const fitsFromRight = (batch: Shape, plates: Shape): boolean =>
  plates.every((size, i) => {
    const own = batch[batch.length - plates.length + i]
    return own === undefined || own === size || own === 1
  })

const batchFits = (batch: Shape, plates: Shape, enumerated: boolean): boolean => {
  if (enumerated) return fitsFromRight(batch, plates)
  const some = plates.some((size, i) => size === batch[i])
  return batch.length === plates.length && some && fitsFromRight(batch, plates)
}

const batchFix = (batch: Shape, plates: Shape): string => {
  if (plates.length === 0)
    return `call .toEvent(${batch.length}) to make those axes one value, or put the site in plate("rows", ${batch[0]}, …)`
  if (batch.length === plates.length + 1 && equalShapes(batch.slice(0, -1), plates))
    return "call .toEvent(1) on the distribution"
  if (batch.length < plates.length)
    return "insert axes of size 1 with tf.expandDims so that each plate has its axis"
  return "make the parameters' leading axes the plates' sizes, and call .toEvent(n) for axes that belong to one value"
}

/** Throws unless the distribution's batch shape is absent or the plates' sizes. */
export const checkBatchShape = (site: Site, dist: Distribution, enumeration: Enumeration): void => {
  const plates = plateShape(site.details.plates)
  if (batchFits(dist.batchShape, plates, enumeration.axes.length > 0)) return
  throw siteError(site, {
    code: "plate-shape",
    problem: `${dist.family} has batch shape ${showShape(dist.batchShape)}, but the plates' shape is ${showShape(plates)}`,
    fix: batchFix(dist.batchShape, plates),
  })
}

const valueFix = (value: Shape, wanted: Shape): string => {
  if (value.length === wanted.length + 1 && value.at(-1) === 1)
    return "drop the last axis of size 1: tf.squeeze(value, [-1])"
  if (value.length + 1 === wanted.length)
    return "the distribution may need .toEvent, or the value an axis more"
  return "reshape the value, or call .toEvent(n) so that the distribution's event is one row of it"
}

const checkShape = (site: Site, dist: Distribution, value: Tensor, whose: string): void => {
  const wanted = [...plateShape(site.details.plates), ...dist.eventShape]
  if (equalShapes(value.shape, wanted)) return
  throw siteError(site, {
    code: "value-shape",
    problem: `${whose} has shape ${showShape(value.shape)}, but ${dist.family} here makes values of shape ${showShape(wanted)}`,
    fix: valueFix(value.shape, wanted),
  })
}

const firstOutside = (dist: Distribution, value: Tensor): string => {
  const inside = tf.tidy(() => dist.support.contains(value).dataSync())
  const at = inside.indexOf(0)
  const size = value.size / Math.max(1, inside.length)
  const shown = [...value.dataSync().slice(at * size, (at + 1) * size)].slice(0, 6)
  return `${size > 1 ? `[${shown.join(", ")}${size > 6 ? ", …" : ""}]` : shown[0]} (row ${at})`
}

const checkContents = (site: Site, dist: Distribution, value: Tensor): void => {
  const numbers = tf.cast(value, "float32")
  if (tf.tidy(() => tf.any(tf.isNaN(numbers)).dataSync()[0]))
    throw siteError(site, {
      code: "nan-data",
      problem: "its value holds NaN",
      fix: "drop or impute the rows, or leave them out with mask(program, flags) over filled-in values",
    })
  if (tf.tidy(() => tf.all(dist.support.contains(value)).dataSync()[0])) return
  throw siteError(site, {
    code: "outside-support",
    problem: `its value ${firstOutside(dist, value)} lies outside the support of ${dist.family}, ${dist.support.text}`,
    fix: "check the data, or choose a family whose support holds it",
  })
}

/** The value of an observed site, its shape checked always and its contents while checks are on. */
export const checkObserved = (site: Site, dist: Distribution): Tensor => {
  const value = site.details.value
  if (value === undefined)
    throw siteError(site, {
      code: "missing-value",
      problem: "was given no value",
      fix: 'write observe("x", dist, value)',
    })
  checkShape(site, dist, value, "its value")
  if (checksEnabled()) checkContents(site, dist, value)
  return value
}

/** The log-weight of a factor: -∞ rules a run out, but NaN and +∞ are no weights. */
export const checkFactor = (site: Site): Tensor => {
  const value = site.details.value!
  if (!checksEnabled()) return value
  const wrong = [...value.dataSync()].find(
    (weight) => Number.isNaN(weight) || weight === Number.POSITIVE_INFINITY,
  )
  if (wrong === undefined) return value
  throw siteError(site, {
    code: "bad-factor",
    problem: `its log-weight is ${wrong}`,
    fix: "a log-weight is a number or -Infinity; look at what it was computed from",
  })
}

/** A named value; one that `intervene` set in place of a draw must be a value that could have been drawn, or a scalar for all rows. */
export const checkSet = (site: Site): Tensor => {
  const { value, dist } = site.details
  if (dist === undefined) return value!
  if (value!.rank > 0) checkShape(site, dist, value!, "the value set for it")
  if (checksEnabled()) checkContents(site, dist, value!)
  return value!
}

/** A value given for a latent: by a guide, by `substitute`, or by `logJoint`. */
export const checkReplayed = (
  site: Site,
  dist: Distribution,
  value: Tensor,
  enumeration: Enumeration,
): void => {
  if (enumeration.axes.length === 0) checkShape(site, dist, value, "the value given for it")
  if (checksEnabled() && enumeration.axes.length === 0) checkContents(site, dist, value)
}
