/**
 * Traces: what one run of a program drew, scored and returned, and the log-joint of it all. Left out: guides and
 * gradients (`../inference/elbo.ts`).
 */
import { type KeyLike, toKey } from "../engine/random.js"
import { type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import type { Enumeration } from "./enumeration-axis.js"
import { type Context, type Entry, type Execution, execute } from "./execute.js"
import { firstValue } from "./first-value.js"
import { substitute } from "./handlers.js"
import { probe } from "./reach.js"
import { isScored, score } from "./score.js"
import type { Role } from "./site.js"
import { programError, showShape } from "./site-error.js"
import { sumProduct, type Term, total } from "./sum-product.js"
import type { ArgumentsOf, Program, ResultOf, Values } from "./types.js"

/** One site of a trace. */
export interface TracedSite {
  readonly name: string
  readonly role: Role
  readonly family: string | undefined
  readonly value: Tensor
  readonly plates: readonly string[]
  /** The log-density, one number per row of the plates; absent for params and other unscored sites. */
  readonly logProb: Tensor | undefined
}

/** The record of one run. `values` is typed by the program's site names. */
export interface Trace<V = Readonly<Record<string, Tensor>>, R = unknown> {
  readonly sites: Readonly<Record<string, TracedSite>>
  readonly values: V
  /** Σ of all log-densities, scaled by plates, enumerated sites summed out: a scalar, in nats. */
  readonly logJoint: Tensor
  readonly result: R
  toString(): string
}

/** How a program is traced. */
export interface TraceOptions {
  /** Keys every draw; 0 by default, so that a trace without options is repeatable. */
  readonly seed?: KeyLike
}

const isEnumerated = ({ role }: { readonly role: Role }): boolean => role === "enumerated"

/** The record of a run with its enumerated sites, kept clear of the deepest plate where one stands outside all plates. */
export const record = <R>(
  program: Program<any, any, R>,
  args: readonly any[],
  context: Omit<Context, "enumeration">,
): { execution: Execution<R>; enumeration: Enumeration } => {
  const first: Enumeration = { axes: [], padding: 0 }
  try {
    const execution = execute(program, args, { ...context, enumeration: first })
    if (first.axes.length === 0) return { execution, enumeration: first }
  } catch (error) {
    if (first.axes.length === 0) throw error
  }
  const elimination = probe(program, args, { ...context, enumeration: first })
  const enumeration = { axes: [], padding: elimination?.depth ?? 0, elimination }
  return { execution: execute(program, args, { ...context, enumeration }), enumeration }
}

/** The scored terms of a run, enumerated sites still on their axes. */
export const termsOf = (
  execution: Execution,
  enumeration: Enumeration,
  keep: (entry: Entry) => boolean = () => true,
): Term[] =>
  [...execution.entries.values()]
    .filter((entry) => isScored(entry) && keep(entry))
    .map((entry) => ({
      names: [entry.name],
      value: score(entry, enumeration),
      plates: entry.plates,
      scale: entry.site.details.scale,
    }))

/** The log-joint of a run: enumerated sites summed out, everything scaled and added. */
export const logJointOf = (execution: Execution, enumeration: Enumeration): Tensor => {
  const terms = sumProduct(
    termsOf(execution, enumeration),
    enumeration,
    (axis) => execution.entries.get(axis.name)!.plates,
  )
  return terms.map(total).reduce((a, b) => tf.add(a, b), tf.scalar(0))
}

const traced = (entry: Entry, enumeration: Enumeration): TracedSite => ({
  name: entry.name,
  role: entry.role,
  family: entry.dist?.family,
  value: entry.value,
  plates: entry.plates.map((plate) => plate.name),
  logProb: isScored(entry) ? score(entry, enumeration) : undefined,
})

const rowOf = (site: TracedSite): string =>
  [site.name, site.role, site.family ?? "", showShape(site.value.shape), site.plates.join("/")]
    .map((text) => text.padEnd(14))
    .join(" ")
    .trimEnd()

const printed = (sites: readonly TracedSite[]): string =>
  [
    ["site", "role", "family", "value", "plates"]
      .map((text) => text.padEnd(14))
      .join(" ")
      .trimEnd(),
    ...sites.map(rowOf),
  ].join("\n")

const noArgumentsGiven = "pass the program's arguments as an array: trace(program, [data])"

const checkArguments = (args: unknown): void => {
  if (!Array.isArray(args))
    throw programError("arguments", "the arguments are not an array", noArgumentsGiven)
}

/**
 * Runs a program once and records every site.
 * @throws ModelError for a duplicate name, a shape that does not fit, a value outside its support, a forgotten yield.
 * @example trace(coin, [flips], { seed: 1 }).values.p
 */
export const trace = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  options: TraceOptions = {},
): Trace<Values<P>, ResultOf<P>> => {
  checkArguments(args)
  const key = toKey(options.seed ?? 0)
  const { execution, enumeration } = record(program, args, { key, param: (site) => firstValue(site, key) })
  const sites = [...execution.entries.values()].map((entry) => traced(entry, enumeration))
  return {
    sites: Object.fromEntries(sites.map((site) => [site.name, site])),
    values: Object.fromEntries(sites.map((site) => [site.name, site.value])) as Values<P>,
    logJoint: logJointOf(execution, enumeration),
    result: execution.result as ResultOf<P>,
    toString: () => printed(sites),
  }
}

/**
 * log p(x, z) at given latent values: a scalar tensor, differentiable in them.
 * @throws ModelError naming a latent without a value: a density of a value nobody chose is not an answer.
 * @example logJoint(coin, [flips], { p: 0.3 })
 */
export const logJoint = <P extends Program<any>>(
  program: P,
  args: ArgumentsOf<P>,
  values: Readonly<Record<string, TensorLike>>,
): Tensor => {
  checkArguments(args)
  const key = toKey(0)
  const { execution, enumeration } = record(substitute(program, values), args, {
    key,
    param: (site) => firstValue(site, key),
  })
  const missing = [...execution.entries.values()].filter(
    (e) => e.role === "latent" && !(e.name in values) && !isEnumerated(e),
  )
  if (missing.length > 0)
    throw programError(
      "missing-value",
      `logJoint was given no value for ${missing.map((e) => `latent '${e.name}'`).join(", ")}`,
      "give every latent a value, or sum discrete ones out with marginalize(program, name)",
    )
  return logJointOf(execution, enumeration)
}
