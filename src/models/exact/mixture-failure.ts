/**
 * What a mixture's failed start says: which component emptied or collapsed, onto which rows, and what to do.
 * Next: `gaussian-mixture.ts`.
 */
import type { MixtureRun } from "./mixture-em.js"
import { normalizeLogs, squaredDistance } from "./mixture-plain.js"
import type { MixtureFamily } from "./mixture-step.js"
import { pack } from "./mixture-step.js"
import type { Standardized } from "./standardize.js"

/** What became of one start. */
export interface StartRecord {
  readonly status: "converged" | "exhausted" | "collapsed" | "empty"
  readonly iterations: number
  /** The last log-likelihood, or undefined where the start broke down before there was one. */
  readonly logLikelihood: number | undefined
  /** Why it broke down. */
  readonly reason?: string
}

/** A fit whose starts all broke down; the component and reason are the first start's. */
export interface MixtureFailure<Status extends "collapsed" | "empty" = "collapsed" | "empty"> {
  readonly status: Status
  /** The component, the first being 0. */
  readonly component: number
  /** For example "component 2 (the first is 0) has collapsed onto 1 row (17): its covariance is singular; ...". */
  readonly reason: string
  /** The rows it held, if it collapsed. */
  readonly rows: readonly number[]
  /** The log-likelihood at each iteration until then. */
  readonly history: readonly number[]
  readonly starts: readonly StartRecord[]
}

/** The rows that a component holds: those it explains better than all others together, at the last state that could be evaluated. */
const heldRows = (
  run: MixtureRun,
  labels: Int32Array | undefined,
  z: Standardized,
  family: MixtureFamily,
) => {
  const { components, stride } = family.layout
  const rows = [...Array(z.count).keys()]
  const parameters = new Float64Array(components * stride)
  if (run.history.length === 0 || pack(run.state, family, parameters) !== undefined)
    return rows.filter((row) => labels?.[row] === run.component)
  const centred = new Float64Array(z.dimension)
  const shares = new Float64Array(components)
  return rows.filter((row) => {
    for (let k = 0; k < components; k++) {
      const start = k * stride
      shares[k] = parameters[start]! - squaredDistance(z, row, family.layout, parameters, start, centred)
    }
    normalizeLogs(shares)
    return shares[run.component]! > 0.5
  })
}

const listed = (rows: readonly number[]): string =>
  `${rows.length} row${rows.length === 1 ? "" : "s"}${
    rows.length === 0 ? "" : ` (${rows.slice(0, 5).join(", ")}${rows.length > 5 ? ", ..." : ""})`
  }`

const collapse = (component: number, rows: readonly number[], { covariance }: MixtureFamily): string =>
  covariance === "tied"
    ? "the covariance that all components share has collapsed: within each component the rows are alike or lie in a " +
      "flat, so it is singular; ask for fewer components, or set a floor"
    : `component ${component} (the first is 0) has collapsed onto ${listed(rows)}: its covariance is singular; ` +
      "ask for fewer components, a simpler covariance, or set a floor"

/** The failure of a run in words, or undefined for one that succeeded. */
export const describeFailure = (
  run: MixtureRun,
  labels: Int32Array | undefined,
  z: Standardized,
  family: MixtureFamily,
): Omit<MixtureFailure, "starts"> | undefined => {
  const { status, component, history } = run
  if (status === "converged" || status === "exhausted") return undefined
  if (status === "empty") {
    const reason = `component ${component} (the first is 0) is empty: no row belongs to it; ask for fewer components or start it nearer to the rows`
    return { status, component, reason, rows: [], history }
  }
  const rows = heldRows(run, labels, z, family)
  return { status, component, reason: collapse(component, rows, family), rows, history }
}
