/**
 * Whether a learned baseline is trained by itself: its squared error must reach no param of the model's or the guide's densities,
 * or it would be traded against the bound without a word. Read off the tape of the probing run. Next: `baseline.ts`.
 */
import { siteError } from "../dsl/site-error.js"
import { dependencies, type Tape } from "../engine/tape.js"
import { type Tensor, tf } from "../engine/tensor.js"
import type { Pair } from "./plan.js"
import { drawsOf } from "./structure.js"

type Named = ReadonlyMap<string, Tensor>

/** Throws for a baseline that shares a param with a density, or was computed from a draw that carries a gradient. */
export const checkBaselines = (pair: Pair, tape: Tape, params: Named, scored: Named): void => {
  const latents = [...pair.guide.entries.values()].filter((entry) => entry.role === "latent")
  const learned = latents.filter(({ site }) => site.details.options.baseline instanceof tf.Tensor)
  if (learned.length === 0) return
  const names = Object.fromEntries(params)
  const reach = dependencies(tape, { ...names, ...Object.fromEntries(drawsOf(pair.guide)) }, true)
  const ofDensities = dependencies(tape, names)
  const used = new Set([...scored.values()].flatMap((term) => [...ofDensities(term)]))
  const differentiable = new Set(latents.filter((e) => e.dist!.gradient !== "score").map((e) => e.name))
  for (const { site } of learned) {
    const shared = [...reach(site.details.options.baseline as Tensor)].find(
      (name) => used.has(name) || differentiable.has(name),
    )
    if (shared === undefined) continue
    throw siteError(site, {
      code: "baseline-shares",
      problem: `its learned baseline depends on '${shared}', which its squared error would train beside the bound`,
      fix: "give the baseline a network of its own, and what it reads of others as stopGradient(…)",
    })
  }
}
