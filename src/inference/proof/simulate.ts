/**
 * Data sets drawn from a model together with the latents behind them, and arguments that hold those data in place of the
 * ones given. Next: `calibrate.ts`.
 */
import { type Context, type Entry, type Execution, execute } from "../../dsl/execute.js"
import { rewrite } from "../../dsl/handlers.js"
import { edited } from "../../dsl/site.js"
import { programError, siteError } from "../../dsl/site-error.js"
import type { Program } from "../../dsl/types.js"
import type { Key } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { takeApart } from "../arguments.js"

/** Puts simulated data, by site name, in the place of a program's arguments. */
export type DataMap = (simulated: Readonly<Record<string, Tensor>>) => readonly any[]

/** A latent as the prior drew it. */
export interface Truth {
  readonly values: Float32Array
  /** Rows of the outermost plate around it, 1 without one. */
  readonly rows: number
}

/** One draw of everything. */
export interface Simulation {
  readonly truth: ReadonlyMap<string, Truth>
  /** Arguments with the data drawn given them. */
  readonly args: readonly any[]
  dispose(): void
}

/** The program with its data forgotten: observed and summed-out sites are drawn. */
const forgotten =
  (program: Program<any>): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) =>
      site.role === "observed" || site.role === "enumerated"
        ? edited(site, {
            role: "random",
            value: undefined,
            options: { ...site.details.options, independent: true },
          })
        : site,
    )

const entriesWith = (run: Execution, role: Entry["role"]): Entry[] =>
  [...run.entries.values()].filter((entry) => entry.role === role)

/** Which argument each observed site's value is: the very tensor, or an error that asks for a map. */
const placesOf = (observed: readonly Entry[], tensors: readonly Tensor[]): Map<number, string> => {
  const places = new Map<number, string>()
  for (const entry of observed) {
    const at = tensors.findIndex((tensor) => tensor.id === entry.value.id)
    if (at < 0)
      throw siteError(entry.site, {
        code: "data-not-an-argument",
        problem: "its value is not one of the program's arguments as it was given",
        fix: `say where simulated data go: data: (simulated) => [simulated["${entry.name}"]]`,
      })
    places.set(at, entry.name)
  }
  return places
}

/** A map that puts each observed site's data where its value came from. */
export const mapOf = (model: Program<any>, args: readonly any[], context: Context): DataMap => {
  const apart = takeApart(args)
  const places = placesOf(entriesWith(execute(model, args, context), "observed"), apart.tensors)
  return (simulated) =>
    apart.rebuild(
      apart.tensors.map((tensor, i) => {
        const name = places.get(i)
        return name === undefined ? tensor : simulated[name]!
      }),
    )
}

const truthOf = (run: Execution): Map<string, Truth> =>
  new Map(
    entriesWith(run, "latent").map(({ name, value, plates }) => [
      name,
      { values: Float32Array.from(value.dataSync()), rows: plates[0]?.size ?? 1 },
    ]),
  )

/** Draws latents from the prior and data given them. */
export const simulate = (
  model: Program<any>,
  args: readonly any[],
  map: DataMap,
  { key, param }: { readonly key: Key; readonly param: Context["param"] },
): Simulation =>
  scoped(() => {
    const run = execute(forgotten(model), args, { key, param, enumeration: { axes: [], padding: 0 } })
    const truth = truthOf(run)
    if (truth.size === 0)
      throw programError("nothing-to-calibrate", "the model has no latent", "calibrate needs draws to rank")
    const drawn = entriesWith(run, "random").map(
      ({ name, value }) => [name, tf.cast(value, "float32")] as const,
    )
    const simulated = map(Object.fromEntries(drawn))
    const given = new Set(takeApart(args).tensors)
    const fresh = takeApart(simulated).tensors.filter((tensor) => !given.has(tensor))
    for (const tensor of fresh) tf.keep(tensor)
    return { truth, args: simulated, dispose: () => tf.dispose(fresh) }
  })
