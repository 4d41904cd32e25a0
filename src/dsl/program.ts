/**
 * Programs: `model` and `guide`, and the mistakes that only show when a program is called or yields something strange.
 * Next: `handlers.ts`.
 */
import { captureLocation } from "../engine/source-location.js"
import { tf } from "../engine/tensor.js"
import { isSite, type Site } from "./site.js"
import { programError } from "./site-error.js"
import type { ArgumentsOf, Body, CheckGuide, Program, Run, SitesOf } from "./types.js"

const guided = new WeakMap<Program<any>, Program<any>>()

/** The model a guide was written for. */
export const modelOf = (guideProgram: Program<any>): Program<any> | undefined => guided.get(guideProgram)

const isRun = (thing: unknown): thing is Run => typeof (thing as Run | undefined)?.next === "function"

/** Calls the body of a plate or scope, which must be a generator function. */
export const checkPart = (what: string, body: unknown, given: readonly unknown[]): Run => {
  const run: unknown = typeof body === "function" ? body(...given) : undefined
  if (isRun(run) && !(Symbol.asyncIterator in (run as object))) return run
  throw programError(
    "not-a-generator",
    `the body of ${what} ${typeof body === "function" ? `returned ${kindOf(run)}` : `is ${typeof body}`} instead of a generator`,
    "write it as function* (with the star and without async), so that it can yield its sites",
  )
}

const checkBody = (what: string, body: unknown): void => {
  if (typeof body !== "function")
    throw programError(
      "not-a-program",
      `${what}(…) was given ${typeof body}`,
      `pass a generator function: ${what}(function* () { … })`,
    )
  if (body.constructor.name === "AsyncGeneratorFunction" || body.constructor.name === "AsyncFunction")
    throw programError(
      "async-program",
      `${what}(…) was given an async function; a program is run many times and cannot wait`,
      "load data before fit and pass it as an argument; write function* without async",
      captureLocation(),
    )
}

const checked = <P extends Program<any>>(what: string, body: P): P => {
  checkBody(what, body)
  const location = captureLocation()
  const program = (...args: readonly any[]) => {
    const run = body(...args)
    if (isRun(run) && !(Symbol.asyncIterator in (run as object))) return run
    throw programError(
      "not-a-generator",
      `the ${what}'s function returned ${String(run)} instead of a generator`,
      `write it as function* (with the star), so that it can yield its sites`,
      location,
    )
  }
  return program as P
}

/**
 * A generative model: a generator function whose sites make up a joint density.
 * @throws ModelError for a body that is async or not a function.
 * @example
 * const coin = model(function* (flips: tf.Tensor1D) {
 *   const p = yield* sample("p", beta(1, 1))
 *   yield* plate("flips", flips, function* (x) {
 *     yield* observe("x", bernoulli({ probs: p }), x)
 *   })
 * })
 */
export const model = <Args extends readonly any[], Y extends Site, R>(
  body: (...args: Args) => Body<Y, R>,
): Program<Args, Y, R> => checked("model", body as Program<Args, Y, R>)

/**
 * A guide for `model`: another program with the same arguments and the same latents, whose densities approximate the
 * posterior. The compiler checks names and supports; what it cannot see is checked before the first step.
 * @example
 * const q = guide(coin, function* () {
 *   const a = yield* param("a", 2, positive)
 *   yield* sample("p", beta(a, 2))
 * })
 */
export const guide = <P extends Program<any>, Y extends Site, R>(
  program: P & CheckGuide<SitesOf<P>, Y>,
  body: (...args: ArgumentsOf<P>) => Body<Y, R>,
): Program<ArgumentsOf<P>, Y, R> => {
  checkBody("guide's model", program)
  const made = checked("guide", body as Program<ArgumentsOf<P>, Y, R>)
  guided.set(made, program)
  return made
}

const kindOf = (thing: unknown): string => {
  if (thing === undefined) return "nothing"
  if (isRun(thing)) return "a running program"
  if (typeof thing === "object" && thing !== null && "logProb" in thing) return "a distribution"
  if (thing instanceof tf.Tensor) return `a tensor of shape [${thing.shape.join(", ")}]`
  return typeof thing === "function" ? "a function" : String(thing)
}

/** Gives back what a program yielded if it is a site; else throws, saying what should have been written. */
export const checkYielded = (thing: unknown): Site => {
  if (isSite(thing)) return thing
  const found = kindOf(thing)
  const fix =
    found === "a distribution"
      ? "name the draw: yield* sample(name, distribution)"
      : found === "a running program"
        ? "use yield* (with the star) to run a program inside a program"
        : "yield only sample, observe, param, factor, deterministic or random; yield* for plate, scope and mlp"
  throw programError("not-a-site", `the program yielded ${found}`, fix, captureLocation())
}

/** Throws for a name that is no name. */
export const checkName = (what: string, name: unknown): void => {
  if (typeof name === "string" && name !== "") return
  throw programError(
    "bad-name",
    `${what} was named ${JSON.stringify(name) ?? String(name)}`,
    "give it a name of its own, a string",
  )
}

/** Throws if a handler named sites that the run never reached. */
export const checkNames = (handler: string, wanted: readonly string[], seen: ReadonlySet<string>): void => {
  const missing = wanted.filter((name) => !seen.has(name))
  if (missing.length > 0)
    throw programError(
      "unknown-site",
      `${handler} names ${missing.map((name) => `'${name}'`).join(", ")}, but the program has no such latent`,
      "check the spelling against trace(program, args).sites; inside scope(\"a\", …) a site 'z' is called 'a/z'",
    )
}
