/**
 * Programs held to the sites of their first run. A plan is learned from one run: which costs answer for which draw, which
 * divergence is closed. A site that comes, goes or changes later would be scored by a plan that does not know it, and its
 * gradient would be wrong without a word; so it is an error. Next: `step-program.ts`, which holds a fit's programs to it.
 */
import type { Entry, Execution } from "../dsl/execute.js"
import { rewrite } from "../dsl/handlers.js"
import type { PlateFrame } from "../dsl/plate-frame.js"
import type { Site } from "../dsl/site.js"
import { programError, siteError } from "../dsl/site-error.js"
import type { Program } from "../dsl/types.js"

/** The sites of a run: by name, what stands there, in words. */
export type Sites = ReadonlyMap<string, string>

const inWords = (family: string | undefined, plates: readonly PlateFrame[]): string => {
  const where = plates.map(({ name, size }) => `${name}[${size}]`).join(", ")
  return `${family ?? "a value"} in ${where === "" ? "no plate" : where}`
}

/** The sites of a finished run. */
export const sitesOf = (run: Execution): Sites =>
  new Map(
    [...run.entries.values()].map((e: Entry) => [e.name, inWords(e.site.details.dist?.family, e.plates)]),
  )

const fix =
  "let every run yield the same sites: draw what both branches need and choose with tf.where, or mask(program, flags) what does not count"

const check = (site: Site, name: string, first: Sites): void => {
  const { dist, plates, hidden } = site.details
  if (hidden) return
  const before = first.get(name)
  const now = inWords(dist?.family, plates)
  if (before === now) return
  throw siteError(site, {
    code: "changing-sites",
    problem:
      before === undefined
        ? "was not there in the first run"
        : `is ${now} now, and was ${before} in the first run`,
    fix,
  })
}

const checkAll = (seen: ReadonlySet<string>, first: Sites): void => {
  const missing = [...first.keys()].filter((name) => !seen.has(name))
  if (missing.length === 0) return
  throw programError(
    "changing-sites",
    `${missing.map((name) => `site '${name}'`).join(", ")} of the first run ${missing.length === 1 ? "was" : "were"} not reached in a later one`,
    fix,
  )
}

/**
 * The same program; a run with other sites than `first` throws.
 * @throws ModelError `changing-sites`, naming the site, what it is and what it was.
 */
export const steady = (program: Program<any>, first: Sites): Program<any> =>
  function* (...args) {
    const seen = new Set<string>()
    let unnamed = 0
    const result: unknown = yield* rewrite(program(...args), (site) => {
      if (site.role === "plate") return site
      const name = site.details.name ?? `$${unnamed++}`
      seen.add(name)
      check(site, name, first)
      return site
    })
    checkAll(seen, first)
    return result
  }
