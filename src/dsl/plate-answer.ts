/** What answers a plate: its frame, once its name and size agree with the rest of the run. Next: `execute.ts`. */
import { type Tensor, tf } from "../engine/tensor.js"
import type { Context } from "./execute.js"
import type { PlateFrame } from "./plate-frame.js"
import type { Site } from "./site.js"
import { siteError } from "./site-error.js"

const checkPlate = (site: Site, size: number, seen: Map<string, number>): void => {
  const before = seen.get(site.name)
  seen.set(site.name, size)
  if (site.details.plates.some((plate) => plate.name === site.name))
    throw siteError(site, {
      code: "plate-in-itself",
      problem: "this plate stands inside another of the same name",
      fix: "give the inner plate a name of its own",
    })
  if (before !== undefined && before !== size)
    throw siteError(site, {
      code: "plate-size",
      problem: `this plate has ${size} rows here and had ${before} before`,
      fix: "plates of one name are the same rows; give other rows another name",
    })
}

/** The first rows of an outermost plate that has more than `most`. */
const firstRows = (site: Site, size: number, most = size): Tensor | undefined =>
  most < size && site.details.plates.length === 0 ? tf.range(0, most, 1, "int32") : undefined

/** The rows a plate sees: all, or the batch given for it. Throws for a batch larger than the plate. */
export const frameOf = (
  site: Site,
  { batches, repeats: copies, atMost }: Pick<Context, "batches" | "repeats" | "atMost">,
  seen: Map<string, number>,
): PlateFrame => {
  const size = site.details.options.size!
  checkPlate(site, size, seen)
  const indices = batches?.get(site.name) ?? firstRows(site, size, atMost?.(site.name))
  if (indices !== undefined && indices.size > size)
    throw siteError(site, {
      code: "batch-too-large",
      problem: `a batch of ${indices.size} rows was asked of a plate of ${size}`,
      fix: `use a batch of at most ${size}`,
    })
  const repeats = copies?.get(site.name) ?? 1
  if (repeats === 1) return { name: site.name, size, count: indices?.size ?? size, indices, repeats }
  const rows = indices ?? tf.range(0, size, 1, "int32")
  const tiled = tf.tile(rows as tf.Tensor1D, [repeats])
  return { name: site.name, size, count: tiled.size, indices: tiled, repeats }
}

/** Noise that belongs to no density is the same for every particle of a row: the first copy's, repeated. */
export const sameForCopies = (site: Site, value: Tensor): Tensor => {
  const [plate] = site.details.plates
  if (plate === undefined || plate.repeats === 1 || site.details.options.independent) return value
  const first = tf.slice(value, 0, plate.count / plate.repeats)
  return tf.tile(first, [plate.repeats, ...value.shape.slice(1).map(() => 1)])
}
