/**
 * Parts of programs: what `plate`, `scope` and `mlp` give, to be run once with `yield*`. A part that is made and never run
 * would leave its sites out without a word, and one that has run already has none left; both are errors. Next: `plate.ts`.
 */
import { captureLocation, type Location } from "../engine/source-location.js"
import { programError } from "./site-error.js"
import type { Run } from "./types.js"

type Made = { readonly what: string; readonly location: Location }

/** Parts made while a program runs and not yet run. */
let waiting: Set<Made> | undefined

const spent = ({ what, location }: Made): never => {
  throw programError(
    "spent-part",
    `${what} has run already, and a running program can be run only once`,
    'make it anew in each run: yield* scope("net", mlp([2, 1])) inside the program, or scope("net", () => mlp([2, 1]))',
    location,
  )
}

/** A running program that tells when it is run, and refuses to be run twice. */
export const part = <R extends Run<any, any>>(what: string, run: R): R => {
  const made: Made = { what, location: captureLocation() }
  waiting?.add(made)
  let begun = false
  return {
    next: (...resume: [any]) => {
      waiting?.delete(made)
      begun = true
      return run.next(...resume)
    },
    return: (value: unknown) => run.return(value as never),
    throw: (error: unknown) => run.throw(error),
    [Symbol.iterator]: () => {
      waiting?.delete(made)
      if (begun) spent(made)
      begun = true
      return run
    },
  } as unknown as R
}

/**
 * Runs `body`, which runs a program.
 * @throws ModelError `forgotten-yield` for a part that it made and never ran.
 */
export const watchingParts = <R>(body: () => R): R => {
  const before = waiting
  const mine = new Set<Made>()
  waiting = mine
  try {
    const result = body()
    for (const { what, location } of mine)
      throw programError(
        "forgotten-yield",
        `${what} was made but never run, so nothing in it is part of the program`,
        `write yield* before it: yield* ${what.split(" ")[0]}(…)`,
        location,
      )
    return result
  } finally {
    waiting = before
  }
}
