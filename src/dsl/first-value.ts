/** What a param starts at. Next: `execute.ts`. */
import { fold, type Key } from "../engine/random.js"
import { type Tensor, tensorOf, tf } from "../engine/tensor.js"
import type { Site } from "./site.js"
import { siteError } from "./site-error.js"

/** The first value of a param, as `init` gives it. */
export const firstValue = (site: Site, key: Key): Tensor => {
  const { init } = site.details
  const value = typeof init === "function" ? init(fold(key, site.name)) : init
  if (value === undefined)
    throw siteError(site, {
      code: "missing-init",
      problem: "has no first value",
      fix: 'write param("name", 0)',
    })
  if (value instanceof tf.Tensor) return value
  const tensor = tensorOf(value)
  if (tensor !== undefined) return tensor
  throw siteError(site, {
    code: "missing-init",
    problem: `its first value is ${typeof value === "object" ? "an uneven array" : typeof value}, not numbers`,
    fix: "give a number, arrays of one length, or a tensor",
  })
}
