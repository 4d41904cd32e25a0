/**
 * A row of the table that every family goes through: how to make it, ordinary parameters, and what lies outside their
 * domains. Adding a family is a file in `src/distributions` and a row in `table/`. Next: `nodes.ts`, `judge.ts`.
 */
import type { Distribution } from "../../../src/distributions/distribution.js"
import { type NestedNumbers, type Tensor, type TensorLike, tf } from "../../../src/engine/tensor.js"

/** Parameters of one distribution, by name. */
export type Parameters = Readonly<Record<string, number | NestedNumbers>>

/** A distribution of unknown parameters, as `make` takes them. */
export type Make = (parameters: Readonly<Record<string, TensorLike>>) => Distribution

/** A number made of a multivariate draw (axes [draws, ...event] to [draws]), and the distribution it must have. */
export interface Projection {
  readonly name: string
  readonly of: (draws: Tensor) => Tensor
  readonly as: Distribution
}

/** One family (in one parameterization) in the table. */
export interface Row {
  /** Unique; the golden file is `test/golden/distributions-<name>.json`. */
  readonly name: string
  /** The name in errors, where it is not `name`. */
  readonly family?: string
  /** `any`: each factory has its own named parameters. */
  readonly make: (parameters: any) => Distribution
  /** Ordinary parameter sets with an empty batch; all the same shapes, so that they can be stacked. */
  readonly cases: readonly [Parameters, ...Parameters[]]
  /** How many trailing axes of a parameter belong to the event; 0 where not given. */
  readonly ranks?: Readonly<Record<string, number>>
  /** For each parameter, values one step outside its domain (NaN is added). */
  readonly outside: Readonly<Record<string, readonly (number | NestedNumbers)[]>>
  /** Multivariate rows: scalar projections with a known law; the sampler is tested through them. */
  readonly projections?: (parameters: Parameters) => readonly Projection[]
  /** Pairs whose closed KL divergence is compared with quadrature (scalar) or draws (multivariate). */
  readonly divergences?: () => readonly (readonly [p: Distribution, q: Distribution])[]
  /** Parameters whose pathwise gradient is tested; all where not given. */
  readonly differentiable?: readonly string[]
  /** Angles: `mean` is a direction and `variance` one minus a mean cosine, so neither is compared with plain moments. */
  readonly circular?: true
  /** The reason why draws are not tested: there are none (improper), or no randomness. */
  readonly noDraws?: string
  /** The reason why there are no golden values: the row is another row's formula in other words. */
  readonly noGolden?: string
}

/** The family's name in errors. */
export const familyOf = (row: Row): string => row.family ?? row.name

/** The distribution of a row at one of its parameter sets. */
export const at = (row: Row, parameters: Parameters): Distribution =>
  row.make(Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, tf.tensor(value)])))

/** The parameter `name` stacked over its cases `indices`. */
const stacked = (row: Row, name: string, indices: readonly number[]): Tensor =>
  tf.stack(indices.map((i) => tf.tensor(row.cases[i % row.cases.length]![name]!)))

/** A batch of three, case by case. */
export const batchOfThree = (row: Row): Distribution =>
  row.make(Object.fromEntries(Object.keys(row.cases[0]).map((name) => [name, stacked(row, name, [0, 1, 2])])))

/** The first parameter as a batch of [2, 1] and the others as [3]: together [2, 3]; a lone one as [2, 3] itself. */
export const crossed = (row: Row): Distribution => {
  const names = Object.keys(row.cases[0])
  const alone = names.length === 1
  const make = (name: string, i: number): Tensor => {
    if (i > 0) return stacked(row, name, [0, 1, 2])
    const rows = [0, 1].map((r) => stacked(row, name, alone ? [r, r + 1, r + 2] : [r]))
    return tf.stack(rows)
  }
  return row.make(Object.fromEntries(names.map((name, i) => [name, make(name, i)])))
}

/** The parameters of cell [r, c] of `crossed`. */
export const crossedCell = (row: Row, r: number, c: number): Parameters => {
  const names = Object.keys(row.cases[0])
  const pick = (i: number): number => (names.length === 1 ? r + c : i === 0 ? r : c)
  return Object.fromEntries(names.map((name, i) => [name, row.cases[pick(i) % row.cases.length]![name]!]))
}

/** Every way in which a row's parameters can be wrong: the first case with one value replaced. */
export const invalidCases = (row: Row): readonly (readonly [name: string, shown: string, Parameters])[] => {
  const nan = (value: number | NestedNumbers): number | NestedNumbers =>
    typeof value === "number"
      ? Number.NaN
      : ([nan(value[0] as NestedNumbers), ...value.slice(1)] as NestedNumbers)
  return Object.keys(row.outside).flatMap((name) =>
    [...row.outside[name]!, nan(row.cases[0][name]!)].map(
      (value) => [name, JSON.stringify(value) ?? "NaN", { ...row.cases[0], [name]: value }] as const,
    ),
  )
}
