/** Guides with some sites drawn jointly and the others on their own. Next: `amortized.ts`. */
import { programError } from "../../dsl/site-error.js"
import type { Latents, Program } from "../../dsl/types.js"
import { independently, meanFieldFactor } from "./factors.js"
import { fullRankLaw } from "./gaussian.js"
import { groupOf, jointly } from "./joint.js"
import { type DerivedGuide, type Latent, latentsFor } from "./latent.js"

/** Names of sites to be drawn together, a list for each group. */
export type Groups<P> = readonly (readonly (keyof Latents<P> & string)[])[]

const checkNames = (groups: readonly (readonly string[])[], latents: readonly Latent[]): void => {
  const named = groups.flat()
  const unknown = named.filter((name) => !latents.some((latent) => latent.name === name))
  const twice = named.filter((name, i) => named.indexOf(name) !== i)
  if (unknown.length > 0 || twice.length > 0)
    throw programError(
      "unknown-site",
      unknown.length > 0
        ? `structured names ${unknown.map((name) => `'${name}'`).join(", ")}, but the model has no such latent`
        : `structured names '${twice[0]}' twice`,
      `the model's latents are ${latents.map((latent) => `'${latent.name}'`).join(", ")}; each may stand in one group`,
    )
}

/**
 * A guide in which the sites of each group have a normal law with a full covariance on the unconstrained side, and all others
 * independent normals. Sites of a group that stand in the same plates are joint row by row.
 * @throws ModelError for a name that is no latent of the model, or stands twice; for a discrete latent.
 * @example autoGuide.structured(schools, [["mu", "tau"]])
 */
export const structured = <P extends Program<any>>(model: P, groups: Groups<P>): DerivedGuide<P> => {
  const known = latentsFor(model)
  return function* (...args) {
    const latents = known(args)
    checkNames(groups as readonly (readonly string[])[], latents)
    const groupWith = (name: string): number =>
      groups.findIndex((group) => (group as readonly string[]).includes(name))
    for (const latent of latents) {
      const at = groupWith(latent.name)
      if (at < 0) {
        yield* independently(latent, meanFieldFactor)
        continue
      }
      const members = latents.filter((other) => groupWith(other.name) === at)
      if (members[0] === latent) yield* jointly(groupOf(`auto/joint${at}`, members), fullRankLaw)
    }
  } as DerivedGuide<P>
}
