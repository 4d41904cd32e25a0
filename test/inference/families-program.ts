/**
 * A model and a guide with one latent of each family, each with data of its own, in several structures: what the grid of
 * gradient checks runs on. Equal rows make every run as many draws as it has rows.
 */
import {
  bernoulli,
  beta,
  categorical,
  type Distribution,
  type Estimator,
  gamma,
  guide,
  marginalize,
  mask,
  model,
  normal,
  observe,
  param,
  plate,
  poisson,
  sample,
  scale,
  tf,
} from "latently"

type Tensor = tf.Tensor
type Law = Distribution<any, any>

interface Family {
  readonly prior: () => Law
  readonly guide: (a: Tensor, b: Tensor) => Law
  readonly estimators: readonly Estimator[]
}

const positively = (x: Tensor): Tensor => tf.exp(x)

/** Each with two unconstrained params, a and b, that start at 0.4 and 0.5. */
const families: Readonly<Record<string, Family>> = {
  normal: {
    prior: () => normal(0, 1),
    guide: (a, b) => normal(a, positively(b)),
    estimators: ["pathwise", "score"],
  },
  gamma: {
    prior: () => gamma(2, 1),
    guide: (a, b) => gamma(tf.add(2, positively(a)), positively(tf.neg(b))),
    estimators: ["pathwise", "score"],
  },
  beta: {
    prior: () => beta(2, 1),
    guide: (a, b) => beta(tf.add(1, positively(a)), tf.add(1, positively(b))),
    estimators: ["pathwise", "score"],
  },
  bernoulli: {
    prior: () => bernoulli({ probs: 0.35 }),
    guide: (a, b) => bernoulli({ logits: tf.add(a, b) }),
    estimators: ["exact", "score"],
  },
  categorical: {
    prior: () => categorical({ probs: [0.5, 0.2, 0.3] }),
    guide: (a, b) => categorical({ logits: tf.stack([a, b, tf.scalar(0)]) }),
    estimators: ["exact", "score"],
  },
  poisson: {
    prior: () => poisson(1),
    guide: (a, b) => poisson(positively(tf.add(a, b))),
    estimators: ["score"],
  },
}

/** How the rows are arranged, masked, scaled or summed. */
export const structures = ["plain", "subsampled", "masked", "scaled", "nested", "enumerated"] as const

/** One of them. */
export type Structure = (typeof structures)[number]

/** A model, its guide and their data, untyped: names are made at run time. */
export interface Programs {
  readonly model: any
  readonly guide: any
  readonly args: any[]
}

const text = (name: string): string => name

const location = (weight: Tensor, value: Tensor): Tensor => tf.mul(weight, tf.cast(value, "float32"))

/** The families that have the estimator. */
export const familiesWith = (estimator: Estimator): string[] =>
  Object.keys(families).filter((name) => families[name]!.estimators.includes(estimator))

const modelOf = (names: readonly string[], structure: Structure) =>
  model(function* (rows: tf.Tensor1D) {
    const weights = new Map<string, Tensor>()
    for (const name of names) weights.set(name, yield* param(text(`${name}-weight`), 0.8))
    yield* plate("rows", rows, function* (row): Generator<any, void, Tensor> {
      for (const name of names) {
        const value = yield* sample(text(name), families[name]!.prior())
        const centre = location(weights.get(name)!, value)
        if (structure === "enumerated") {
          const shift = yield* sample(text(`${name}-shift`), bernoulli({ probs: 0.3 }))
          yield* observe(text(`${name}-data`), normal(tf.add(centre, shift), 1), row)
        } else if (structure === "nested") {
          yield* plate("repeats", 3, function* (): Generator<any, void, Tensor> {
            const data = tf.tile(tf.expandDims(row, 1), [1, 3])
            yield* observe(text(`${name}-data`), normal(tf.expandDims(centre, 1), 1), data)
          })
        } else yield* observe(text(`${name}-data`), normal(centre, 1), row)
      }
    })
  })

const guideOf = (program: any, names: readonly string[], gradient: Estimator) =>
  guide(program, function* (rows: any) {
    const laws: [string, Law][] = []
    for (const name of names) {
      const a: Tensor = yield* param(text(`${name}-a`), 0.4)
      const b: Tensor = yield* param(text(`${name}-b`), 0.5)
      laws.push([name, families[name]!.guide(a, b)])
    }
    yield* plate("rows", rows as tf.Tensor1D, function* (): Generator<any, void, Tensor> {
      for (const [name, law] of laws) yield* sample(text(name), law, { gradient })
    })
  })

/** The programs of a structure with the latents that have the estimator, over `count` rows. */
export const programsOf = (structure: Structure, estimator: Estimator, count: number): Programs => {
  const names = familiesWith(estimator)
  const base: any = modelOf(names, structure)
  const q: any = guideOf(structure === "enumerated" ? summed(base, names) : base, names, estimator)
  const args = [tf.keep(tf.fill([count], 1.3))]
  if (structure === "enumerated") return { model: summed(base, names), guide: q, args }
  if (structure === "scaled") return { model: scale(base, 2), guide: scale(q, 0.5), args }
  if (structure !== "masked") return { model: base, guide: q, args }
  const seen = tf.keep(tf.cast(tf.notEqual(tf.mod(tf.range(0, count), 3), 0), "bool"))
  return { model: mask(base, seen), guide: mask(q, seen), args }
}

const summed = (program: any, names: readonly string[]): any =>
  marginalize(program, ...(names.map((name) => `${name}-shift`) as never[]))
