/** What a legal structure is: two programs, and their log-densities written by hand. Next: `oracle.ts`. */
import { guide, marginalize, type Program } from "latently"

/** One draw of everything, as the programs were answered. */
export interface Draw {
  num(name: string): number
  row(name: string): readonly number[]
  /** The numbers of a site cut into pieces of `width`. */
  grid(name: string, width: number): readonly (readonly number[])[]
  /** Which rows of a plate this run saw. */
  rows(plate: string): readonly number[]
}

/** Takes the terms of log p(x, z) and log q(z); `row` is the place of a row among those seen. */
export interface Terms {
  data(log: number, row?: number): void
  prior(log: number, row?: number): void
  guide(name: string, log: number, row?: number): void
}

export const objectiveNames = [
  "elbo",
  "iwae",
  "renyi",
  "stickingTheLanding",
  "doublyReparameterized",
  "reweightedWakeSleep",
  "vimco",
  "annealed",
] as const

export type ObjectiveName = (typeof objectiveNames)[number]

/** A structure that must run, and its oracle. */
export interface Case {
  readonly name: string
  readonly model: Program<any>
  readonly guide: Program<any>
  readonly args?: () => readonly any[]
  /** log p(x, z) and log q(z) at a draw, by formulas of its own. */
  readonly terms: (draw: Draw, terms: Terms) => void
  /**
   * "smooth" (the default): every draw moves smoothly with the params, so gradients are checked by differences; "rough": pathwise,
   * but by rejection; "discrete": some draw has no path, and objectives that need one refuse it.
   */
  readonly draws?: "smooth" | "rough" | "discrete"
  readonly batch?: number
  /** The divergence in closed form at a draw, where `fit` is to use it. */
  readonly kl?: (draw: Draw) => number
  /** Objectives that must refuse this structure, beside those that `draws` and `batch` rule out, and by which code. */
  readonly refused?: Readonly<Partial<Record<ObjectiveName, string>>>
}

/** A guide whose sites the types do not follow. */
export const untypedGuide = (
  program: Program<any>,
  body: (...args: any[]) => Generator<any, unknown, any>,
): Program<any> => guide(program, body as never) as unknown as Program<any>

/** `marginalize` with names that the types do not follow. */
export const summed = (program: Program<any>, ...names: readonly string[]): Program<any> =>
  marginalize(program as never, ...(names as never[])) as unknown as Program<any>
