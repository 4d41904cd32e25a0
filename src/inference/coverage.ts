/**
 * Whether a guide covers a model, checked on their runs: the same latents, in the same plates, inside the model's supports.
 * What the types cannot see (names made at run time, untaken branches) ends here, and always as an error. Next: `plan.ts`.
 */
import type { Covers, Support } from "../distributions/support.js"
import { coversKind } from "../distributions/support-covers.js"
import type { Entry, Execution } from "../dsl/execute.js"
import { describePlates } from "../dsl/plate-frame.js"
import { siteError } from "../dsl/site-error.js"

const latents = (run: Execution): Entry[] =>
  [...run.entries.values()].filter((entry) => entry.role === "latent")

const isDiscrete = (entry: Entry): boolean => entry.dist!.support.discrete

const missing = (entry: Entry): never => {
  const discrete = isDiscrete(entry)
  throw siteError(entry.site, {
    code: "guide-misses-site",
    problem: "this latent of the model is missing from the guide",
    fix: discrete
      ? `sample("${entry.name}", …) in the guide, or sum it out: marginalize(model, "${entry.name}")`
      : `sample("${entry.name}", …) in the guide, or give its value: condition(model, { ${entry.name}: … })`,
  })
}

const stray = (entry: Entry, model: Execution): never => {
  const other = model.entries.get(entry.name)
  const names = latents(model).map((latent) => `'${latent.name}'`)
  throw siteError(entry.site, {
    code: "guide-stray-site",
    problem:
      other === undefined
        ? "this site of the guide is not a latent of the model"
        : `this site of the guide is ${other.role} in the model`,
    fix: `the model's latents are ${names.length === 0 ? "none" : names.join(", ")}; use random(…) for noise that has no density`,
  })
}

const boundsEscape = (model: Support, guide: Support): boolean =>
  model.bounds !== undefined &&
  guide.bounds !== undefined &&
  (guide.bounds[0] < model.bounds[0] || guide.bounds[1] > model.bounds[1])

const checkSupport = (model: Entry, guide: Entry): void => {
  const wanted = model.dist!.support
  const found = guide.dist!.support
  const kinds = coversKind(wanted.kind as keyof Covers, found.kind)
  if (kinds && !boundsEscape(wanted, found)) return
  throw siteError(guide.site, {
    code: "guide-support",
    problem: `the guide's ${guide.dist!.family} lives on ${found.text}, which can leave the model's support ${wanted.text}`,
    fix: "use a family with a support inside the model's, or transform the draw",
  })
}

const checkPlates = (model: Entry, guide: Entry): void => {
  const names = (entry: Entry): string => entry.plates.map((plate) => plate.name).join("/")
  if (names(model) === names(guide)) return
  throw siteError(guide.site, {
    code: "guide-plates",
    problem: `stands in ${describePlates(guide.plates)} in the guide, but in ${describePlates(model.plates)} in the model`,
    fix: "put it in the same plates in both",
  })
}

/** Throws unless every latent of the model is a latent of the guide, in the same plates, inside its support, and no other. */
export const checkCoverage = (model: Execution, guide: Execution): void => {
  for (const entry of latents(guide)) {
    const counterpart = model.entries.get(entry.name)
    if (counterpart?.role !== "latent") stray(entry, model)
    else {
      checkPlates(counterpart, entry)
      checkSupport(counterpart, entry)
    }
  }
  for (const entry of latents(model)) if (guide.entries.get(entry.name)?.role !== "latent") missing(entry)
}

/** The first latent of the model that the guide does not have, as an error; before the model is run on the guide's draws. */
export const checkNames = (modelLatents: readonly Entry[], guide: Execution): void => {
  for (const entry of modelLatents) if (!guide.entries.has(entry.name)) missing(entry)
}
