/**
 * What a draw answers for: the terms that depend on it, directly or through latents and noise drawn given it. A discrete draw leaves no
 * trace on the tape of the parameters it was drawn with, so the way through it is found by its law. Next: `plan.ts`.
 */
import type { Structure } from "./structure.js"

/** The terms that a latent's draw can move. */
export const downstreamOf = (
  name: string,
  terms: Iterable<string>,
  { dependsOn, drawnGiven }: Pick<Structure, "dependsOn" | "drawnGiven">,
): Set<string> => {
  const moved = new Set([name])
  for (const draw of moved) for (const [other, given] of drawnGiven) if (given.has(draw)) moved.add(other)
  return new Set([...terms].filter((term) => [...dependsOn(term)].some((draw) => moved.has(draw))))
}
