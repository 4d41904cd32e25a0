/**
 * Mixtures of different distributions, each component its own value. Left out: components along a batch axis
 * (`mixture-same-family.ts`). Next: `categorical.ts`.
 */
import { DistributionError } from "../engine/error.js"
import { fold, type Key } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { logSumExp } from "../engine/special/index.js"
import { type Shape, type Tensor, type TensorLike, tf } from "../engine/tensor.js"
import { type ClassLaw, drawClass } from "./categorical.js"
import { type ClosedForm, type Distribution, distribution, type Family } from "./distribution.js"
import { type MixingWeights, mixingLaw } from "./mixing.js"
import { isNamed } from "./parameter.js"
import { chosen } from "./parameterization.js"
import type { Support, SupportKind } from "./support.js"

type Components<S extends SupportKind> = readonly Distribution<Tensor, S>[]

/** The weights of a mixture and its components (or `componentDistributions`). */
export type MixtureParameters<S extends SupportKind> = MixingWeights &
  (
    | { readonly components: Components<S>; readonly componentDistributions?: undefined }
    | { readonly componentDistributions: Components<S>; readonly components?: undefined }
  )

const shown = (shape: Shape): string => `[${shape.join(", ")}]`

const checkComponents = (law: ClassLaw, components: Components<SupportKind>): void => {
  if (components.length !== law.classes)
    throw new DistributionError(
      "shape-mismatch",
      `mixture: ${law.classes} weights but ${components.length} components`,
    )
  const first = components[0]!
  const odd = components.find(
    ({ eventShape, support }) =>
      support.discrete !== first.support.discrete ||
      support.eventRank !== first.support.eventRank ||
      !tf.util.arraysEqual(eventShape as number[], first.eventShape as number[]),
  )
  if (odd !== undefined)
    throw new DistributionError(
      "shape-mismatch",
      `mixture: components need one event shape and must be all discrete or all continuous, but ${first.family} has ` +
        `event ${shown(first.eventShape)} and ${odd.family} has ${shown(odd.eventShape)}`,
    )
}

/** All components' sets together; the widest kind is that of the first unless they differ. */
const unionOf = <S extends SupportKind>(components: Components<S>): Support<S> => {
  const { bounds: _, ...first } = components[0]!.support
  const kinds = new Set(components.map(({ support }) => support.kind))
  const kind = kinds.size === 1 ? first.kind : ((first.discrete ? "integer" : "real") as S)
  return {
    ...first,
    kind,
    text: [...new Set(components.map(({ support }) => support.text))].join(" or "),
    contains: (x) =>
      components.map(({ support }) => support.contains(x)).reduce((a, b) => tf.logicalOr(a, b)),
  }
}

const batchOf = (law: ClassLaw, components: Components<SupportKind>): Shape =>
  components.reduce<number[]>(
    (shape, { batchShape }) => tf.broadcast_util.assertAndGetBroadcastShape(shape, [...batchShape]),
    [...law.batchShape],
  )

/** Broadcasts every tensor to the shape of all of them and stacks them on a new last axis. */
const stackLast = (tensors: readonly Tensor[]): Tensor => {
  const shape = tensors.map((x) => x.shape).reduce(tf.broadcast_util.assertAndGetBroadcastShape)
  return tf.stack(
    tensors.map((x) => (tf.util.arraysEqual(x.shape, shape) ? x : tf.add(x, tf.zeros(shape)))),
    shape.length,
  )
}

/** One draw from each component, and the chosen one's kept. */
const draw =
  (law: ClassLaw, components: Components<SupportKind>, eventRank: number) =>
  (key: Key, shape: Shape): Tensor => {
    const batch = shape.slice(0, shape.length - eventRank)
    const chosen = drawClass(law, fold(key, "component"), batch)
    const index = tf.reshape(chosen, [...batch, ...Array.from({ length: eventRank }, () => 1)])
    return components
      .map((component, i) => stopGradient(component.draw(fold(key, i), shape)))
      .reduce((rest, own, i) => tf.where(tf.equal(index, tf.scalar(i, "int32")), own, rest))
  }

const weighted = (law: ClassLaw, eventRank: number, values: readonly Tensor[]): Tensor => {
  const probs = tf.unstack(law.probs(), -1 + law.given.rank)
  return values
    .map((value, i) =>
      tf.mul(
        tf.reshape(probs[i]!, [...probs[i]!.shape, ...Array.from({ length: eventRank }, () => 1)]),
        value,
      ),
    )
    .reduce((a, b) => tf.add(a, b))
}

/** The moments and the cdf, where every component has them. */
const closedForms = (
  law: ClassLaw,
  components: Components<SupportKind>,
): Partial<Pick<Family<SupportKind>, ClosedForm>> => {
  const eventRank = components[0]!.eventShape.length
  const all = (form: ClosedForm): boolean => components.every(({ closed }) => closed.has(form))
  const average = (values: readonly Tensor[]): Tensor => weighted(law, eventRank, values)
  const mean = (): Tensor => average(components.map((component) => component.mean))
  const variance = (): Tensor => {
    const centre = mean()
    return average(components.map((c) => tf.add(c.variance, tf.square(tf.sub(c.mean, centre)))))
  }
  return {
    ...(all("mean") ? { mean } : {}),
    ...(all("mean") && all("variance") ? { variance } : {}),
    ...(all("cdf")
      ? {
          cdf: (x: Tensor) =>
            weighted(
              law,
              0,
              components.map((c) => c.cdf(x)),
            ),
        }
      : {}),
  }
}

const named = (law: ClassLaw, components: Components<SupportKind>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries([
    [law.name, law.given],
    ...components.flatMap((component, i) =>
      Object.entries(component.parameters).map(([name, value]) => [`components.${i}.${name}`, value]),
    ),
  ])

/**
 * A mixture of K distributions, log p(x) = log Σ_k w_k p_k(x), with weights `probs` or `logits` [...batch, K].
 *
 * The components may be of different families with the same event shape, all discrete or all continuous. A draw takes
 * one draw from each and keeps one, without a gradient: the estimator is the score function.
 * @throws DistributionError where the number of weights is not that of the components, or the components do not fit
 * together.
 * @example mixture({ probs: [0.3, 0.7], components: [normal(-1, 1), laplace(1, 1)] }).mean   // 0.4
 * @example mixture([0.3, 0.7], [normal(-1, 1), normal(1, 1)])
 */
export function mixture<S extends SupportKind>(named: MixtureParameters<S>): Distribution<Tensor, S>
export function mixture<S extends SupportKind>(
  probs: TensorLike,
  components: Components<S>,
): Distribution<Tensor, S>
export function mixture<S extends SupportKind>(
  first: TensorLike | MixtureParameters<S>,
  second?: Components<S>,
): Distribution<Tensor, S> {
  const given: MixtureParameters<S> = isNamed(first) ? first : { probs: first, components: second! }
  const law = mixingLaw("mixture", given)
  const components = given[chosen("mixture", given, "components", "componentDistributions")]!
  checkComponents(law, components)
  const eventShape = components[0]!.eventShape
  return distribution<S>({
    family: "mixture",
    parameters: named(law, components),
    support: unionOf(components),
    batchShape: batchOf(law, components),
    eventShape,
    gradient: "score",
    draw: draw(law, components, eventShape.length),
    logDensity: (x) => {
      const densities = stackLast(components.map((component) => component.logDensity(x)))
      return logSumExp(tf.add(densities, law.logProbs()), -1)
    },
    ...closedForms(law, components),
  })
}
