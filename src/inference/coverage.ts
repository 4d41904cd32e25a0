/**
 * Whether a guide covers a model, checked on their runs: the same latents, in the same plates, inside the model's supports.
 * What the types cannot see (names made at run time, untaken branches) ends here, and always as an error. Next: `plan.ts`.
 */
import type { Covers, Support } from "../distributions/support.js"
import { coversKind } from "../distributions/support-covers.js"
import type { Entry, Execution } from "../dsl/execute.js"
import { describePlates } from "../dsl/plate-frame.js"
import type { Site } from "../dsl/site.js"
import { ModelError, siteError } from "../dsl/site-error.js"
import { type Tensor, tf } from "../engine/tensor.js"

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
        : `this site of the guide is ${other.site.details.options.summed ? "summed out" : other.role} in the model`,
    fix: `the model's latents are ${names.length === 0 ? "none" : names.join(", ")}; use random(…) for noise that has no density`,
  })
}

const ends = ({ ends, bounds }: Support): readonly [number | Tensor, number | Tensor] | undefined =>
  ends ?? bounds

/** Whether a support's bounds, of numbers or of tensors, lie outside another's for any member of the batch. */
const boundsEscape = (model: Support, guide: Support): boolean => {
  const [wanted, found] = [ends(model), ends(guide)]
  if (wanted === undefined || found === undefined) return false
  return tf.tidy(() => {
    const below = tf.any(tf.less(found[0], wanted[0]))
    const above = tf.any(tf.greater(found[1], wanted[1]))
    return tf.logicalOr(below, above).dataSync()[0] === 1
  })
}

const shownEnds = (support: Support): string => {
  const both = ends(support)
  if (!/low|high/.test(support.text) || both === undefined) return support.text
  const [low, high] = both.map((end) => (typeof end === "number" ? end : end.dataSync()[0]!))
  return support.text.replace("low", String(low)).replace("high", String(high))
}

const escapes = (model: Entry, guide: Entry): never => {
  throw siteError(guide.site, {
    code: "guide-support",
    problem: `the guide's ${guide.dist!.family} lives on ${shownEnds(guide.dist!.support)}, which can leave the model's support ${shownEnds(model.dist!.support)}`,
    fix: "use a family with a support inside the model's, or transform the draw",
  })
}

const checkSupport = (model: Entry, guide: Entry): void => {
  const wanted = model.dist!.support
  const found = guide.dist!.support
  const kinds = coversKind(wanted.kind as keyof Covers, found.kind)
  if (!kinds || boundsEscape(wanted, found)) escapes(model, guide)
}

/** Throws for data in a guide: log q has no place for them, so they would not count. */
const checkObservesNothing = (guide: Execution): void => {
  for (const entry of guide.entries.values())
    if (entry.role === "observed")
      throw siteError(entry.site, {
        code: "guide-observes",
        problem: "a guide scores no data, so this observation would not count",
        fix: "observe it in the model; a guide may use the data as its arguments",
      })
}

/** Throws for a latent whose value a handler fixed: it is not drawn, and the bound of a fixed value is no bound. */
export const checkDrawn = (sites: Iterable<Site>, whose: string): void => {
  for (const site of sites)
    if (site.details.value !== undefined)
      throw siteError(site, {
        code: "fixed-latent",
        problem: `this latent of the ${whose} is fixed by substitute, not drawn, so there is nothing to fit`,
        fix: `give its value with condition(model, { ${site.name}: … }) and leave it out of the guide`,
      })
}

/** Throws for a plate of one name and two sizes: the rows of both programs are the same rows. */
const checkPlateSizes = (model: Execution, guide: Execution): void => {
  const sizes = new Map(
    [...model.entries.values()].flatMap((e) => e.plates.map((p) => [p.name, p.size] as const)),
  )
  for (const entry of guide.entries.values())
    for (const { name, size } of entry.plates)
      if ((sizes.get(name) ?? size) !== size)
        throw siteError(entry.site, {
          code: "plate-size",
          problem: `plate '${name}' has ${size} rows in the guide and ${sizes.get(name)} in the model`,
          fix: "plates of one name are the same rows; give other rows another name",
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

/**
 * Throws unless every latent of the model is a latent of the guide, drawn, in the same plates of the same sizes, inside its
 * support, and no other; and unless the guide scores no data.
 */
export const checkCoverage = (model: Execution, guide: Execution): void => {
  checkObservesNothing(guide)
  checkDrawn(
    latents(model).map((entry) => entry.site),
    "model",
  )
  checkPlateSizes(model, guide)
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

/** What was wrong with a model's run on its guide's draws, told as the guide's fault where it drew outside the model's support. */
export const blameGuide = (error: unknown, guide: Execution): unknown => {
  if (!(error instanceof ModelError) || error.code !== "outside-support") return error
  const entry = guide.entries.get(error.site ?? "")
  if (entry?.role !== "latent" || entry.site.details.value !== undefined) return error
  const [problem] = error.message.split("\n")
  const outside = /value .* lies outside the support of .*/.exec(problem!)?.[0]
  return siteError(entry.site, {
    code: "guide-support",
    problem: `the guide's ${entry.dist!.family} lives on ${shownEnds(entry.dist!.support)}, and its ${outside ?? "draw lies outside the support"} in the model`,
    fix: "use a family with a support inside the model's, or transform the draw",
  })
}

/** The first latent of the model that the guide does not have, as an error; before the model is run on the guide's draws. */
export const checkNames = (modelLatents: readonly Entry[], guide: Execution): void => {
  for (const entry of modelLatents) if (!guide.entries.has(entry.name)) missing(entry)
}
