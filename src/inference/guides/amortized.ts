/**
 * Guides with encoders derived from the model: for each latent in a plate a network from the rows that tell of it to its law.
 * Left out: what an encoder sees (`wiring.ts`) and how it is made (`encoder.ts`).
 */
import { match } from "ts-pattern"
import { sample } from "../../dsl/primitives.js"
import type { Program, Run } from "../../dsl/types.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { type AmortizedOptions, asFeatures, encoded, type InUnits, isFull, unitsOf } from "./encoder.js"
import { freeFactor } from "./factors.js"
import { bijectionOf, type DerivedGuide, insidePlates, type Latent, latentsFor } from "./latent.js"
import { type Input, type Shown, showing, type Wiring, wiringOf } from "./wiring.js"

/** What the encoders of one run have to go by. */
interface Known {
  readonly shown: Shown
  readonly units: ReadonlyMap<string, InUnits>
  /** Draws of the latents so far, on the unconstrained side, and how many plates they stand in. */
  readonly drawn: Map<string, { readonly value: Tensor; readonly plates: number }>
}

/** The rows that the run sees of what a plate holds, as features. */
const covariate = (
  latent: Latent,
  { shown, units }: Known,
  name: string,
  indices: readonly Tensor[],
): Tensor => {
  const { plate, source, axis } = shown.held.get(name)!
  const depth = latent.plates.findIndex((other) => other.name === plate)
  const seen = tf.gather(source, indices[depth] as tf.Tensor1D, axis)
  return asFeatures(units.get(name)!(seen), sizesOf(indices), depth + 1)
}

const sizesOf = (indices: readonly Tensor[]): number[] => indices.map((each) => each.size)

const observedValue = (
  { shown, units }: Known,
  name: string,
  classes: number | undefined,
  rows: number[],
): Tensor => {
  const value = shown.observed.get(name)!
  return asFeatures(
    classes === undefined ? units.get(name)!(value) : tf.oneHot(tf.cast(value, "int32"), classes),
    rows,
  )
}

/** Everything that an encoder sees, [rows …, features]. */
const featuresOf = (
  latent: Latent,
  inputs: readonly Input[],
  known: Known,
  indices: readonly Tensor[],
): Tensor => {
  const rows = sizesOf(indices)
  const parts = inputs.map((input) =>
    match(input)
      .with({ kind: "observed" }, ({ name, classes }) => observedValue(known, name, classes, rows))
      .with({ kind: "covariate" }, ({ name }) => covariate(latent, known, name, indices))
      .with({ kind: "latent" }, ({ name }) => {
        const { value, plates } = known.drawn.get(name)!
        return asFeatures(value, rows, plates)
      })
      .exhaustive(),
  )
  return parts.length === 1 ? parts[0]! : tf.concat(parts, -1)
}

const describe = (latent: Latent, inputs: readonly Input[], options: AmortizedOptions): string => {
  const { hidden = [64] } = options
  const law = latent.support.discrete
    ? ""
    : isFull(latent, options.covariance)
      ? ", full covariance"
      : ", diagonal"
  const layers = hidden.length === 0 ? "linear" : `linear + ${hidden.join("-")} hidden units`
  return `encoder of ${inputs.map((input) => input.name).join(", ")} (${layers}${law})`
}

const tells = (input: Input): boolean => input.kind === "observed"

/** One latent's site in its plates: by an encoder where data tell of it, else by params of its own. */
const siteOf = (
  latent: Latent,
  inputs: readonly Input[],
  known: Known,
  options: AmortizedOptions,
): Run<any, void> =>
  insidePlates(latent.plates, function* (indices) {
    const encodes = inputs.some(tells)
    const dist = encodes
      ? yield* encoded(latent, featuresOf(latent, inputs, known, indices), options)
      : yield* freeFactor(latent, indices)
    const note = encodes
      ? describe(latent, inputs, options)
      : "params of its own: nothing observed in its plates tells of it"
    const value: Tensor = yield* sample(latent.name, dist, { note })
    if (latent.support.discrete) return
    const inside = latent.support.kind === "real" ? value : bijectionOf(latent).inverse(value)
    known.drawn.set(latent.name, { value: inside, plates: latent.plates.length })
  })

/** Units of every numeric input that some encoder sees, each once. */
function* unitsFor(wiring: Wiring, shown: Shown): Run<any, Map<string, InUnits>> {
  const units = new Map<string, InUnits>()
  for (const input of [...wiring.values()].filter((inputs) => inputs.some(tells)).flat()) {
    if (units.has(input.name)) continue
    if (input.kind === "observed" && input.classes === undefined)
      units.set(
        input.name,
        yield* unitsOf(`input/${input.name}`, shown.observed.get(input.name)!, input.eventRank),
      )
    if (input.kind === "covariate") {
      const { source, axis } = shown.held.get(input.name)!
      units.set(input.name, yield* unitsOf(`input/${input.name}`, source, source.rank - axis - 1))
    }
  }
  return units
}

/**
 * A guide whose latents in plates have encoders, derived from the model.
 *
 * An encoder sees, row by row, what its latent influences: the observed values in its plates, the covariates of those, and the
 * continuous latents that the latent's prior is made of. Its head follows from the support: a normal carried into it (with a
 * full covariance up to 8 numbers, or as `covariance` says), logits of a Bernoulli, categorical or one-hot latent. Latents outside
 * plates have params of their own. Works for new rows, for batches, and for several particles.
 * @throws ModelError for a latent with infinitely many discrete values.
 * @example await fit(ppca, autoGuide.amortized(ppca, { hidden: [] }), [rows], { batch: 100 })
 */
export const amortized = <P extends Program<any>>(
  model: P,
  options: AmortizedOptions = {},
): DerivedGuide<P> => {
  const latents = latentsFor(model)
  let wiring: Wiring | undefined
  return function* (...args) {
    const found = latents(args)
    wiring ??= wiringOf(model, args)
    const shown: Shown = yield* showing(model(...args))
    const known: Known = { shown, units: yield* unitsFor(wiring, shown), drawn: new Map() }
    for (const latent of found) yield* siteOf(latent, wiring.get(latent.name) ?? [], known, options)
  } as DerivedGuide<P>
}
