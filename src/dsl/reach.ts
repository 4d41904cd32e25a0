/**
 * How far a summed-out site reaches: only terms inside its plates may depend on it, or its rows would not be independent and
 * the sum over one row at a time would be wrong. Learned from a run that draws what would be summed. Next: `sum-product.ts`.
 */
import { withChecks } from "../engine/checks.js"
import { dependencies, recordingTape, type Tape } from "../engine/tape.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Context, deepestPlate, type Entry, type Execution, execute } from "./execute.js"
import { rewrite } from "./handlers.js"
import { describePlates } from "./plate-frame.js"
import { isScored, score } from "./score.js"
import { edited } from "./site.js"
import { siteError } from "./site-error.js"
import type { Program } from "./types.js"

/** A program whose enumerated sites are drawn; they keep a mark that they are to be summed. */
export const drawnInstead =
  (program: Program<any>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) =>
      site.role === "enumerated"
        ? edited(site, { role: "random", options: { ...site.details.options, summed: true } })
        : site,
    )

const isSummed = (entry: Entry): boolean => entry.site.details.options.summed === true

const standsInside = (term: Entry, site: Entry): boolean =>
  site.plates.every((plate, depth) => term.plates[depth]?.name === plate.name)

const refuse = (site: Entry, term: Entry): never => {
  throw siteError(site.site, {
    code: "cannot-marginalize",
    problem: `cannot be summed out row by row: '${term.name}' (${describePlates(term.plates)}) depends on all its rows together`,
    fix: "move that site into the plate, or draw this one from a guide",
  })
}

/** Throws where a term outside a summed site's plates depends on it. `scored` gives the log-density of a site by name. */
export const checkReach = (
  run: Execution,
  tape: Tape,
  scored: (name: string) => Tensor | undefined,
): void => {
  const summed = [...run.entries.values()].filter((entry) => isSummed(entry) && entry.plates.length > 0)
  if (summed.length === 0) return
  const dependsOn = dependencies(tape, Object.fromEntries(summed.map((entry) => [entry.name, entry.value])))
  for (const term of run.entries.values()) {
    const value = scored(term.name)
    const reached = value === undefined ? [] : summed.filter((site) => dependsOn(value).has(site.name))
    for (const site of reached) if (site !== term && !standsInside(term, site)) refuse(site, term)
  }
}

/** Runs a program once with draws in place of sums: checks their reach, and gives the depth of the deepest plate. */
export const probeDepth = (program: Program<any>, args: readonly any[], context: Context): number => {
  let depth = 0
  tf.tidy(() => {
    const { result, tape } = recordingTape(() => {
      const run = execute(drawnInstead(program), args, { ...context, enumeration: { axes: [], padding: 0 } })
      const entries = [...run.entries.values()].filter((entry) => isScored(entry) || isSummed(entry))
      const scored = withChecks(
        false,
        () => new Map(entries.map((e) => [e.name, score(e, context.enumeration)] as const)),
      )
      return { run, scored }
    })
    depth = deepestPlate(result.run)
    checkReach(result.run, tape, (name) => result.scored.get(name))
  })
  return depth
}
