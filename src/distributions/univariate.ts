/**
 * What univariate families share: the type of their values, and reading their parameters given by name or in order, with
 * defaults. Left out: reading one parameter (`parameter.ts`). Next: `normal.ts`, then any other family.
 */
import { DistributionError } from "../engine/error.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import type { Distribution } from "./distribution.js"
import { broadcastBatch, isNamed, parameter } from "./parameter.js"
import type { Broadcast, Drawn } from "./rank.js"
import type { Support, SupportKind } from "./support.js"

/** A family of numbers with parameters of types `P`: its draws' rank follows from them. */
export type Univariate<P extends TensorLike, S extends SupportKind> = Distribution<
  Drawn<Broadcast<P>, Broadcast<P>>,
  S,
  Broadcast<P>
>

/** One parameter's domain, and its value where it is not given. */
export type Domain = Support | readonly [domain: Support, fallback: number]

/** The parameters as tensors, the batch shape they broadcast to, and a way to repeat a result over it. */
export interface Read<N extends string> {
  readonly parameters: Readonly<Record<N, Tensor>>
  readonly batchShape: Shape
  /** `x` broadcast to the batch shape. */
  over(x: Tensor): Tensor
}

type Named = Readonly<Record<string, TensorLike | undefined>>

const byName = (family: string, args: readonly unknown[], names: readonly string[]): Named => {
  const [first] = args as [TensorLike | Named]
  if (args.length > 1 || !isNamed(first as TensorLike | object))
    return Object.fromEntries(names.map((name, i) => [name, args[i] as TensorLike | undefined]))
  const unknown = Object.keys(first as Named).find((name) => !names.includes(name))
  if (unknown === undefined) return first as Named
  throw new DistributionError(
    "unknown-parameter",
    `${family} has no parameter '${unknown}'; its parameters are ${names.join(", ")}`,
  )
}

const pairOf = (domain: Domain): readonly [Support, number | undefined] =>
  "kind" in domain ? [domain, undefined] : domain

/**
 * Reads the arguments of a family's factory: one object of named parameters, or values in the order of `domains`.
 *
 * @throws DistributionError for an unknown name, a missing value, one outside its domain, or shapes that do not broadcast.
 * @example readParameters("cauchy", [{ loc: 1 }], { loc: [real, 0], scale: [positive, 1] }).parameters.scale   // 1
 */
export const readParameters = <N extends string>(
  family: string,
  args: readonly unknown[],
  domains: Readonly<Record<N, Domain>>,
): Read<N> => {
  const names = Object.keys(domains) as N[]
  const given = byName(family, args, names)
  const read = names.map((name) => {
    const [domain, fallback] = pairOf(domains[name])
    return [name, parameter(family, name, (given[name] ?? fallback) as TensorLike, domain)] as const
  })
  const batchShape = broadcastBatch(family, ...read.map(([, tensor]) => [tensor, 0] as const))
  return {
    parameters: Object.fromEntries(read) as Record<N, Tensor>,
    batchShape,
    over: (x) => (tf.util.arraysEqual(x.shape, [...batchShape]) ? x : tf.broadcastTo(x, [...batchShape])),
  }
}
