/** What a run says when the program itself throws, or made a site and forgot to yield it. Next: `execute.ts`. */
import { LatentlyError, RecordingError } from "../engine/error.js"
import type { Site } from "./site.js"
import { ModelError, programError, siteError } from "./site-error.js"

/** Throws what a program threw, saying after which site; what says a site already passes, and what is for whoever records. */
export const explainThrow = (error: unknown, last: Site | undefined): never => {
  if (error instanceof ModelError || error instanceof RecordingError || !(error instanceof Error)) throw error
  const after = last === undefined ? "before its first site" : `after site '${last.name}'`
  const disposed = /reading 'backend'|disposed/.test(error.message)
  if (disposed)
    throw programError(
      "disposed-tensor",
      `the program failed ${after}: a tensor it uses has been disposed`,
      "keep what programs use for as long as they run: tf.keep(tensor), and no dispose() inside a program",
      error,
      error,
    )
  const forgotten = /Site|must be a Tensor/.test(error.message)
    ? "if the value came from sample, observe or param, was it yielded? const z = yield* sample(…)"
    : "the message is from the operation that failed; look at the shapes it was given"
  throw programError(
    "program-failed",
    `the program failed ${after}: ${error.message}`,
    forgotten,
    error,
    error,
  )
}

/** Throws for a site that was made and never yielded. */
export const checkForgotten = (forgotten: readonly Site[]): void => {
  const [site] = forgotten
  if (site !== undefined && site.role !== "plate")
    throw siteError(site, {
      code: "forgotten-yield",
      problem: "was made but never yielded, so it is not part of the program",
      fix: `write yield* ${site.role === "observed" ? "observe" : site.role === "param" ? "param" : "sample"}("${site.details.name ?? "name"}", …)`,
    })
}

/** Throws an error of the engine or of a distribution again, as the error of the site it befell. */
export const blame = (site: Site, error: unknown): never => {
  if (error instanceof ModelError || !(error instanceof LatentlyError)) throw error
  throw siteError(site, {
    code: error.code,
    problem: error.message,
    fix: "see the parameters passed at this line",
    cause: error,
  })
}
