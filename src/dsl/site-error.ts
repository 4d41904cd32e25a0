/** The error of a program: what is wrong, at which site, in which plates, in which line of the user's file, and the fix. */
import { LatentlyError } from "../engine/error.js"
import { describeLocation, type Location } from "../engine/source-location.js"
import type { Shape } from "../engine/tensor.js"
import { describePlates } from "./plate-frame.js"
import type { Site } from "./site.js"

/** A program, a guide or their arguments are wrong; thrown before the first step. `site` is the site's name, if one is at fault. */
export class ModelError extends LatentlyError {
  override readonly name = "ModelError"
  readonly site: string | undefined
  constructor(code: string, message: string, site?: string, options?: ErrorOptions) {
    super(code, message, options)
    this.site = site
  }
}

/** What to say of a site at fault. */
export interface Complaint {
  readonly code: string
  readonly problem: string
  readonly fix: string
  readonly cause?: unknown
}

/** A shape as errors print it. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`

const place = (location: Location | undefined): string => {
  const text = location && describeLocation(location)
  return text ? `\n  at ${text}` : ""
}

/** The error for one site: its name, plates, problem, place in the user's file, and fix. */
export const siteError = (site: Site, { code, problem, fix, cause }: Complaint): ModelError => {
  const { name, plates, location } = site.details
  const where = plates.length === 0 ? "" : ` (${describePlates(plates)})`
  return new ModelError(
    code,
    `site '${name ?? "(unnamed)"}'${where}: ${problem}${place(location)}\n  fix: ${fix}`,
    name,
    cause === undefined ? undefined : { cause },
  )
}

/** The error for a whole program. */
export const programError = (
  code: string,
  problem: string,
  fix: string,
  location?: Location,
  cause?: unknown,
): ModelError =>
  new ModelError(
    code,
    `${problem}${place(location)}\n  fix: ${fix}`,
    undefined,
    cause === undefined ? undefined : { cause },
  )
