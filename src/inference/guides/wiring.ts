/**
 * What an encoder of a latent should see, read off one run of the model: the observed values that the latent influences in its
 * own plates, the covariates of those, and the continuous latents that its prior is made of. Next: `encoder.ts`.
 */
import { type Entry, type Execution, execute } from "../../dsl/execute.js"
import { firstValue } from "../../dsl/first-value.js"
import { rewrite } from "../../dsl/handlers.js"
import { drawnInstead } from "../../dsl/reach.js"
import { score } from "../../dsl/score.js"
import { edited } from "../../dsl/site.js"
import type { Program, Run } from "../../dsl/types.js"
import { withChecks } from "../../engine/checks.js"
import { toKey } from "../../engine/random.js"
import { dependencies, recordingTape, type Tape } from "../../engine/tape.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"

/** Rows that a plate holds: one tensor of them, and which axis is the plate's. */
export interface Held {
  readonly plate: string
  readonly source: Tensor
  readonly axis: number
}

/** A part of a latent's input. */
export type Input =
  | {
      readonly kind: "observed"
      readonly name: string
      /** Of a categorical value, which is seen as one-hot. */
      readonly classes: number | undefined
      readonly eventRank: number
    }
  | { readonly kind: "covariate"; readonly name: string }
  | { readonly kind: "latent"; readonly name: string }

/** The inputs of each latent's encoder, by name; empty where nothing in its plates tells of it. */
export type Wiring = ReadonlyMap<string, readonly Input[]>

/** What one run of a model shows of its data: observed values by site, and what its plates hold, by plate and field. */
export interface Shown {
  readonly observed: Map<string, Tensor>
  readonly held: Map<string, Held>
}

const fieldsOf = (rows: Tensor | Readonly<Record<string, Tensor>>): [string, Tensor][] =>
  rows instanceof tf.Tensor ? [["rows", rows]] : Object.entries(rows)

/**
 * Runs a model inside a guide for the data it shows, on the very rows that the guide sees: its latents are drawn and forgotten,
 * its params answered, nothing of it is recorded.
 */
export function* showing(run: Run<any, unknown>): Run<any, Shown> {
  const shown: Shown = { observed: new Map(), held: new Map() }
  yield* rewrite(run, (site) => {
    const { options, value } = site.details
    if (site.role === "plate") {
      for (const [field, source] of options.rows === undefined ? [] : fieldsOf(options.rows))
        shown.held.set(`${site.name}.${field}`, { plate: site.name, source, axis: options.axis ?? 0 })
      return site
    }
    if (site.role === "observed" && value !== undefined) shown.observed.set(site.name, value)
    const role = site.role === "latent" || site.role === "enumerated" ? "random" : site.role
    return edited(site, { role, hidden: true })
  })
  return shown
}

type Learned = {
  readonly run: Execution
  readonly held: Shown["held"]
  readonly terms: ReadonlyMap<string, Tensor>
}

const learn = (model: Program<any>, args: readonly any[]): { result: Learned; tape: Tape } => {
  const key = toKey(0)
  const held: Shown["held"] = new Map()
  const watched: Program<any> = (...given) =>
    rewrite(drawnInstead(model)(...given), (site) => {
      const { rows, axis } = site.details.options
      if (site.role === "plate" && rows !== undefined)
        for (const [field, source] of fieldsOf(rows))
          held.set(`${site.name}.${field}`, { plate: site.name, source, axis: axis ?? 0 })
      return site
    })
  const enumeration = { axes: [], padding: 0 }
  return recordingTape(() => {
    const run = execute(watched, args, { key, param: (site) => firstValue(site, key), enumeration })
    const observed = [...run.entries.values()].filter((entry) => entry.role === "observed")
    return { run, held, terms: new Map(observed.map((entry) => [entry.name, score(entry, enumeration)])) }
  })
}

const inside = (outer: Entry, inner: Entry): boolean =>
  outer.plates.every((plate, depth) => inner.plates[depth]?.name === plate.name)

const parametersOf = (entry: Entry): Tensor[] => Object.values(entry.dist!.parameters)

const classesOf = ({ dist }: Entry): number | undefined =>
  dist!.support.kind === "boundedInteger" && dist!.closed.has("enumerate")
    ? dist!.enumerate().shape[0]
    : undefined

const observedInput = (entry: Entry): Input => ({
  kind: "observed",
  name: entry.name,
  classes: classesOf(entry),
  eventRank: entry.dist!.eventShape.length,
})

/** The wiring of one learned run. */
const wired = ({ result, tape }: ReturnType<typeof learn>): Wiring => {
  const { run, held, terms } = result
  const entries = [...run.entries.values()]
  const latents = entries.filter((entry) => entry.role === "latent")
  const observed = entries.filter((entry) => entry.role === "observed")
  const values = Object.fromEntries(latents.map((entry) => [entry.name, entry.value]))
  const reaches = dependencies(tape, values)
  const madeOf = dependencies(tape, values, true)
  const drawnFrom = dependencies(
    tape,
    Object.fromEntries([...held].map(([name, { source }]) => [name, source])),
  )
  const inputsOf = (latent: Entry): Input[] => {
    const below = observed.filter(
      (entry) => inside(latent, entry) && reaches(terms.get(entry.name)!).has(latent.name),
    )
    const told = new Set(below.map((entry) => entry.value.id))
    const covariates = new Set(
      [latent, ...below].flatMap(parametersOf).flatMap((tensor) => [...drawnFrom(tensor)]),
    )
    const parents = new Set(parametersOf(latent).flatMap((tensor) => [...madeOf(tensor)]))
    const continuous = (name: string): boolean => !run.entries.get(name)!.dist!.support.discrete
    const standing = (name: string): boolean => inside(run.entries.get(name)!, latent)
    return [
      ...below.map(observedInput),
      ...[...covariates]
        .filter(
          (name) =>
            !told.has(held.get(name)!.source.id) &&
            latent.plates.some((p) => p.name === held.get(name)!.plate),
        )
        .map((name) => ({ kind: "covariate", name }) as const),
      ...[...parents]
        .filter((name) => name !== latent.name && continuous(name) && standing(name))
        .map((name) => ({ kind: "latent", name }) as const),
    ]
  }
  return new Map(latents.map((latent) => [latent.name, latent.plates.length === 0 ? [] : inputsOf(latent)]))
}

/** Learns what each latent's encoder should see from one run of the model on all rows. */
export const wiringOf = (model: Program<any>, args: readonly any[]): Wiring =>
  scoped(() => withChecks(false, () => wired(learn(model, args))))
