/**
 * How far a summed-out site reaches: only terms inside its plates may depend on it, or its rows would not be independent and
 * the sum over one row at a time would be wrong. Learned from a run that draws what would be summed. Next: `sum-product.ts`.
 */
import { withChecks } from "../engine/checks.js"
import { dependencies, recordingTape, type Tape } from "../engine/tape.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { type Elimination, planElimination } from "./elimination.js"
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

/** The summed sites that each scored term of a probing run depends on directly. */
const factorsOf = (run: Execution, tape: Tape, scored: Scored): Map<string, ReadonlySet<string>> => {
  const summed = [...run.entries.values()].filter(isSummed)
  const dependsOn = dependencies(
    tape,
    Object.fromEntries(summed.map((entry) => [entry.name, entry.value])),
    true,
  )
  return new Map([...scored].map(([name, value]) => [name, dependsOn(value)]))
}

/** The log-densities of a probing run by site name. */
export type Scored = ReadonlyMap<string, Tensor>

/**
 * How the summed sites of a probing run are to be summed; undefined where there are none.
 * @throws ModelError where a term outside a site's plates depends on it.
 */
export const eliminationOf = (run: Execution, tape: Tape, scored: Scored): Elimination | undefined => {
  const summed = [...run.entries.values()].filter(isSummed)
  if (summed.length === 0) return undefined
  const factors = factorsOf(run, tape, scored)
  for (const [name, held] of factors)
    for (const site of summed) {
      const term = run.entries.get(name)
      if (term !== undefined && term !== site && held.has(site.name) && !standsInside(term, site))
        refuse(site, term)
    }
  return planElimination(
    summed.map((site) => site.name),
    factors,
    deepestPlate(run),
    Math.max(...[...run.entries.values()].map((entry) => entry.dist?.eventShape.length ?? 0)),
  )
}

/** Runs a program once with draws in place of sums, and plans the sums. */
export const probe = (
  program: Program<any>,
  args: readonly any[],
  context: Context,
): Elimination | undefined => {
  let elimination: Elimination | undefined
  tf.tidy(() => {
    const { result, tape } = recordingTape(() => {
      const run = execute(drawnInstead(program), args, { ...context, enumeration: { axes: [], padding: 0 } })
      const entries = [...run.entries.values()].filter((entry) => isScored(entry) || isSummed(entry))
      const scored: Scored = withChecks(
        false,
        () => new Map(entries.map((e) => [e.name, score(e, context.enumeration)] as const)),
      )
      return { run, scored }
    })
    elimination = eliminationOf(result.run, tape, result.scored)
  })
  return elimination
}
