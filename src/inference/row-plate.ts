/**
 * Whether a program's latents fall apart into rows: where every latent stands in one outermost plate and nothing outside
 * depends on them, p(x, z) / q(z) is a product over rows, and each row can have particles and weights of its own. Learned
 * from the probing run of `plan.ts`. Next: `objectives/particles.ts`, which uses it.
 */
import type { Entry } from "../dsl/execute.js"
import { dependencies, type Tape } from "../engine/tape.js"
import type { Tensor } from "../engine/tensor.js"
import type { Pair } from "./plan.js"

/** The plate whose rows are weighed one by one. */
export interface RowPlate {
  readonly plate: string
  /** A site of noise that depends on a latent: copies of a row cannot share it, so particles need runs of their own. */
  readonly noise: string | undefined
}

const outerPlate = (entry: Entry): string | undefined => entry.plates[0]?.name

const entriesOf = (pair: Pair): Entry[] => [...pair.model.entries.values(), ...pair.guide.entries.values()]

const commonPlate = (latents: readonly Entry[]): string | undefined => {
  const [name, ...others] = new Set(latents.map(outerPlate))
  return others.length === 0 ? name : undefined
}

const isSummed = (entry: Entry): boolean => entry.site.details.options.summed === true

/**
 * The row plate of a pair of runs; undefined where there is none. `scored` gives log-densities by term name, the guide's by
 * the name that `nameOf` makes of it.
 */
export const rowPlateOf = (
  pair: Pair,
  tape: Tape,
  scored: ReadonlyMap<string, Tensor>,
  guideName: (name: string) => string,
): RowPlate | undefined => {
  const latents = [...pair.guide.entries.values()].filter((entry) => entry.role === "latent")
  const plate = commonPlate(latents)
  if (plate === undefined) return undefined
  const dependsOn = dependencies(tape, Object.fromEntries(latents.map((entry) => [entry.name, entry.value])))
  const reaches = (value: Tensor | undefined): boolean => value !== undefined && dependsOn(value).size > 0
  // of the law, not only of the value: a discrete draw leaves no trace of it on the tape
  const lawReaches = (entry: Entry): boolean =>
    reaches(entry.value) || Object.values(entry.dist!.parameters).some(reaches)
  const outside = (entry: Entry): boolean => outerPlate(entry) !== plate
  const tied =
    [...pair.model.entries.values()].some(
      (e) => outside(e) && (isSummed(e) || reaches(scored.get(e.name))),
    ) || [...pair.guide.entries.values()].some((e) => outside(e) && reaches(scored.get(guideName(e.name))))
  if (tied) return undefined
  const noise = entriesOf(pair).find(
    (e) => e.role === "random" && !isSummed(e) && !e.site.details.options.independent && lawReaches(e),
  )
  return { plate, noise: noise?.name }
}
