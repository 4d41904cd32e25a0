/**
 * What a draw answers for: the terms that depend on it, directly or through latents drawn given it. A discrete draw leaves no trace on
 * the tape of the parameters it was drawn with, so the way through it is found by its density. Next: `plan.ts`.
 */
import { guideTerm } from "./structure.js"

/** The terms that a latent's draw can move. `dependsOn` gives the latents that a term depends on directly. */
export const downstreamOf = (
  name: string,
  latents: readonly string[],
  terms: Iterable<string>,
  dependsOn: (term: string) => ReadonlySet<string>,
): Set<string> => {
  const moved = new Set([name])
  for (const latent of moved)
    for (const other of latents) if (dependsOn(guideTerm(other)).has(latent)) moved.add(other)
  return new Set([...terms].filter((term) => [...dependsOn(term)].some((latent) => moved.has(latent))))
}
