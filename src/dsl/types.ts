/**
 * The types of programs: which sites they have, and whether a guide covers a model. Only types, no run time.
 *
 * TypeScript unions everything that a generator yields; a mapped type turns that union into a record of values. The
 * guide's check is put on the *model* argument (on the body it would fix the yield type before the generator is read),
 * and passes while the yield type is still the bare `Site`. Next: `program.ts`.
 */
import type { Covers, SupportKind } from "../distributions/support.js"
import type { Tensor } from "../engine/tensor.js"
import type { Role, Site } from "./site.js"

/** A program in the course of running. Its resume type types a plain `yield`. */
export type Run<Y extends Site = Site, R = unknown> = Generator<Y, R, any>

/** A program in the course of being written: inside `model`, `guide` and `plate` a plain `yield` is a `Tensor`. */
export type Body<Y extends Site, R> = Generator<Y, R, Tensor>

/** A program: a generator function of its arguments. */
export type Program<Args extends readonly any[] = readonly any[], Y extends Site = Site, R = unknown> = (
  ...args: Args
) => Run<Y, R>

/** The union of a program's sites. */
export type SitesOf<P> = P extends Program<any, infer Y, any> ? Y : never

/** A program's arguments. */
export type ArgumentsOf<P> = P extends (...args: infer Args) => any ? Args : never

/** What a program returns. */
export type ResultOf<P> = P extends Program<any, any, infer R> ? R : never

/** Roles that carry a value a user can ask for. */
export type ValueRole = Exclude<Role, "plate">

type Named<Y, K extends Role = ValueRole> = Y extends Site<infer N, any, any, K> ? N : never

/** A program's values by site name, of all roles or of one: `Values<typeof vae, "latent">`. */
export type Values<P, K extends Role = ValueRole> = {
  [Y in SitesOf<P> as Named<Y, K>]: Y extends Site<any, infer A> ? A : never
} & {}

/** A program's latent values by name. */
export type Latents<P> = Values<P, "latent">

type Supports<Y> = { [T in Y as Named<T, "latent">]: T extends Site<any, any, infer S> ? S : never }

type Strays<P, Q> =
  Exclude<keyof Q, keyof P> extends infer N
    ? N extends string
      ? [Extract<keyof P, N>] extends [never]
        ? N
        : never
      : never
    : never

type Escapes<P, Q> = {
  [N in keyof Q & keyof P]: Q[N] extends Covers[P[N] & SupportKind] ? never : N
}[keyof Q & keyof P]

type Judge<P, Q> = [Exclude<keyof P, keyof Q>] extends [never]
  ? [Strays<P, Q>] extends [never]
    ? [Escapes<P, Q>] extends [never]
      ? unknown
      : `guide site '${Escapes<P, Q> & string}' can leave the model's support`
    : `guide site '${Strays<P, Q>}' is not a latent of the model`
  : `guide misses latent site '${Exclude<keyof P, keyof Q> & string}'`

/** `unknown` where a guide with sites `Q` covers a model with sites `P`; else a string type that says why not. */
export type CheckGuide<P, Q> = [Site] extends [Q]
  ? unknown
  : string extends Named<Q, "latent">
    ? unknown
    : string extends Named<P, "latent">
      ? unknown
      : Judge<Supports<P>, Supports<Q>>

/** The sites of a program after `condition`: the named latents are observed. */
export type Recast<Y, N, K extends Role> =
  Y extends Site<infer M, infer A, infer S, "latent"> ? (M extends N ? Site<M, A, S, K> : Y) : Y

/** The sites of a program inside `scope(S, …)`. */
export type Scoped<S extends string, Y> =
  Y extends Site<infer N, infer A, infer U, infer K> ? Site<`${S}/${N}`, A, U, K> : never

/** The names of latents that could be summed out: those with a discrete support. */
export type Discrete<Y> =
  Y extends Site<infer N, any, infer S, "latent">
    ? S extends "boolean" | "integer" | "boundedInteger" | "oneHot"
      ? N
      : never
    : never
