/**
 * The structure of a pair of programs, read off the tape of their probing run: which terms depend on which draws, where a
 * divergence has a closed form, and where an exact sum over one row at a time would be wrong. Next: `plan.ts`.
 */
import { hasKl } from "../distributions/kl.js"
import type { Entry, Execution } from "../dsl/execute.js"
import { describePlates } from "../dsl/plate-frame.js"
import { isScored, score } from "../dsl/score.js"
import { siteError } from "../dsl/site-error.js"
import { dependencies, type Tape } from "../engine/tape.js"
import type { Tensor } from "../engine/tensor.js"
import type { Pair } from "./plan.js"

/** What depends on what in a pair of runs. */
export interface Structure {
  readonly pair: Pair
  /** The guide's draws and the noises that a term depends on, as far as the tape tells: a discrete draw leaves no trace of its law. */
  readonly dependsOn: (term: string) => ReadonlySet<string>
  /** For each latent and each noise what its law depends on. */
  readonly drawnGiven: ReadonlyMap<string, ReadonlySet<string>>
  /** The draws, those of summed sites included, that a site's prior depends on. */
  readonly priorDependsOn: (name: string) => ReadonlySet<string>
}

const union = (sets: readonly ReadonlySet<string>[]): Set<string> => new Set(sets.flatMap((set) => [...set]))

const isSummed = (entry: Entry): boolean => entry.site.details.options.summed === true

/** A guide's latent draws by name. */
export const drawsOf = (guide: Execution): Map<string, Tensor> =>
  new Map([...guide.entries.values()].filter((e) => e.role === "latent").map((e) => [e.name, e.value]))

/** Noise of both runs, the guide's with a mark before its name. */
const noisesOf = ({ guide, model }: Pair): Map<string, Entry> => {
  const random = ([, entry]: readonly [string, Entry]): boolean => entry.role === "random" && !isSummed(entry)
  return new Map([
    ...[...model.entries].filter(random),
    ...[...guide.entries].filter(random).map(([name, entry]) => [guideTerm(name), entry] as const),
  ])
}

/** Reads the structure off the tape. */
export const structureOf = (pair: Pair, tape: Tape, scored: ReadonlyMap<string, Tensor>): Structure => {
  const draws = Object.fromEntries(drawsOf(pair.guide))
  const summed = [...pair.model.entries.values()].filter(isSummed).map((e) => [e.name, e.value] as const)
  const noises = noisesOf(pair)
  const values = Object.fromEntries([...noises].map(([name, entry]) => [name, entry.value]))
  const sources = dependencies(tape, { ...draws, ...values })
  const allSources = dependencies(tape, { ...draws, ...Object.fromEntries(summed) })
  return {
    pair,
    dependsOn: (term) => sources(scored.get(term)!),
    drawnGiven: new Map([
      ...Object.keys(draws).map((name) => [name, sources(scored.get(guideTerm(name))!)] as const),
      ...[...noises].map(
        ([name, { dist }]) => [name, union(Object.values(dist!.parameters).map(sources))] as const,
      ),
    ]),
    priorDependsOn: (name) =>
      union(Object.values(pair.model.entries.get(name)!.dist!.parameters).map(allSources)),
  }
}

/** Names of terms: the model's by site, the guide's with a mark before it. */
export const guideTerm = (name: string): string => `q:${name}`

/** Every log-density of a pair of runs, by the name of its term. */
export const scoredTerms = ({ guide, model, enumeration }: Pair): Map<string, Tensor> => {
  const scored = new Map<string, Tensor>()
  for (const entry of model.entries.values())
    if (isScored(entry) || entry.dist) scored.set(entry.name, score(entry, enumeration))
  for (const entry of guide.entries.values())
    if (isScored(entry)) scored.set(guideTerm(entry.name), score(entry, enumeration))
  return scored
}

/** The site that a term belongs to. */
export const termEntry = (pair: Pair, name: string): Entry | undefined =>
  name.startsWith(guideTerm(""))
    ? pair.guide.entries.get(name.slice(guideTerm("").length))
    : pair.model.entries.get(name)

/** The model's terms alone. */
export const onlyModel = (scored: ReadonlyMap<string, Tensor>): Map<string, Tensor> =>
  new Map([...scored].filter(([name]) => !name.startsWith(guideTerm(""))))

/** Whether KL(guide ‖ model) at a site may stand for its two terms: a prior that varies with the site itself, or with one that is summed out, has none. */
export const klIsExact = (entry: Entry, structure: Structure): boolean => {
  const { entries } = structure.pair.model
  const prior = entries.get(entry.name)!
  const same = prior.site.details.scale === entry.site.details.scale
  const unmasked = prior.site.details.mask === undefined && entry.site.details.mask === undefined
  const above = [...structure.priorDependsOn(entry.name)]
  return (
    same &&
    unmasked &&
    hasKl(entry.dist!, prior.dist!) &&
    !above.some((name) => name === entry.name || isSummed(entries.get(name)!))
  )
}

const takesGradient = (name: string, pair: Pair): boolean =>
  pair.guide.entries.get(name)?.dist?.gradient !== "score"

/**
 * Throws for noise whose draws are not differentiable and whose law depends on a param, or on a latent drawn differentiably: the
 * gradient would stop at the draw without a word.
 */
export const checkNoise = (pair: Pair, tape: Tape, params: ReadonlyMap<string, Tensor>): void => {
  const draws = [...drawsOf(pair.guide)].filter(([name]) => takesGradient(name, pair))
  const sources = dependencies(tape, { ...Object.fromEntries(draws), ...Object.fromEntries(params) })
  for (const entry of [...pair.model.entries.values(), ...pair.guide.entries.values()]) {
    if (entry.role !== "random" || isSummed(entry) || entry.dist!.gradient !== "score") continue
    const [source] = union(Object.values(entry.dist!.parameters).map(sources))
    if (source === undefined) continue
    throw siteError(entry.site, {
      code: "no-pathwise",
      problem: `${entry.dist!.family} noise is not differentiable, and its law depends on '${source}', which would get no gradient`,
      fix: `make it a latent: sample("${entry.name}", …) in model and guide, or marginalize it`,
    })
  }
}

const standsInside = (term: Entry, site: Entry): boolean =>
  site.plates.every((plate, depth) => term.plates[depth]?.name === plate.name)

/** Throws where a term outside the plates of an exactly summed site depends on it: its rows cannot be summed over one by one. */
export const checkExactSum = (site: Entry, { pair, dependsOn }: Structure, terms: Iterable<string>): void => {
  for (const name of terms) {
    const term = termEntry(pair, name)
    if (term === undefined || standsInside(term, site) || !dependsOn(name).has(site.name)) continue
    throw siteError(site.site, {
      code: "cannot-enumerate",
      problem: `cannot be summed over exactly, row by row: '${term.name}' (${describePlates(term.plates)}) depends on all its rows together`,
      fix: 'say { gradient: "score" } at the site in the guide, or move the other site into its plates',
    })
  }
}
