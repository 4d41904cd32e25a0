/**
 * Optimizers as values: `init` makes the moments, `update` is one step in plain tensor operations, the same that
 * TensorFlow's fused `ResourceApply...` kernels compute (the compiled step uses those where they are faster). Left out:
 * the loop (`step.ts`) and the rates' change over time (`schedule.ts`).
 */
import { EngineError } from "./error.js"
import { fraction, positive, rateAt, type Schedule } from "./schedule.js"
import { type Tensor, tf } from "./tensor.js"

/** What `update` returns: parameters and moments, in the order they came in. */
export interface Updated {
  readonly parameters: Tensor[]
  readonly moments: Tensor[]
}

/** A rule that turns gradients into new parameters. All parameters are float32; nothing here trains integers. */
export interface Optimizer {
  readonly name: "sgd" | "momentum" | "rmsProp" | "adam"
  readonly learningRate: number | Schedule
  /** The rule's constants by name, for a report and for the fused kernels. */
  readonly constants: Readonly<Record<string, number>>
  /** Zeroed moments: for each kind of moment one tensor a parameter, all of one kind together. */
  init(parameters: readonly Tensor[]): Tensor[]
  /** The number that multiplies the update at a step (from 0): the schedule's rate with the rule's bias correction. */
  rate(step: number): number
  /** Changes the gradients before the update; absent where nothing is clipped. */
  clip?(gradients: readonly Tensor[]): Tensor[]
  /** New parameters and moments from clipped gradients and the scalar tensor of `rate(step)`. */
  update(
    parameters: readonly Tensor[],
    gradients: readonly Tensor[],
    moments: readonly Tensor[],
    rate: Tensor,
  ): Updated
}

const zeros = (kinds: number) => (parameters: readonly Tensor[]) =>
  Array.from({ length: kinds }, () => parameters.map((p) => tf.zeros(p.shape))).flat()

/** A moving average: `old + (value - old)(1 - keep)`, with `1 - keep` as float32 has it, for TensorFlow's kernels take it so. */
const toward = (old: Tensor, value: Tensor, keep: number): Tensor =>
  tf.add(old, tf.mul(tf.sub(value, old), 1 - Math.fround(keep)))

const checkRate = (rate: number | Schedule): void => {
  if (typeof rate === "number") positive("learningRate", rate)
  else rateAt(rate, 0)
}

/** Gradient descent: `θ ← θ - rate · g`. Example: `sgd(1e-2)`. Throws an `EngineError` on a rate that is not positive. */
export const sgd = (learningRate: number | Schedule = 1e-2): Optimizer => {
  checkRate(learningRate)
  return {
    name: "sgd",
    learningRate,
    constants: {},
    init: zeros(0),
    rate: (step) => rateAt(learningRate, step),
    update: (parameters, gradients, _, rate) => ({
      parameters: parameters.map((p, i) => tf.sub(p, tf.mul(rate, gradients[i]!))),
      moments: [],
    }),
  }
}

/**
 * Heavy-ball gradient descent: `a ← momentum · a + g`, `θ ← θ - rate · a` (Polyak 1964; TensorFlow's ApplyMomentum).
 * Example: `momentum(1e-2, { momentum: 0.9 })`.
 */
export const momentum = (
  learningRate: number | Schedule = 1e-2,
  { momentum: keep = 0.9 }: { readonly momentum?: number } = {},
): Optimizer => {
  checkRate(learningRate)
  fraction("momentum", keep)
  return {
    name: "momentum",
    learningRate,
    constants: { momentum: keep },
    init: zeros(1),
    rate: (step) => rateAt(learningRate, step),
    update: (parameters, gradients, moments, rate) => {
      const next = gradients.map((g, i) => tf.add(tf.mul(moments[i]!, keep), g))
      return { parameters: parameters.map((p, i) => tf.sub(p, tf.mul(rate, next[i]!))), moments: next }
    },
  }
}

/**
 * RMSProp: `s ← s + (g² - s)(1 - rho)`, `a ← momentum · a + rate · g / sqrt(s + epsilon)`, `θ ← θ - a` (Tieleman and
 * Hinton 2012, in the form of TensorFlow's ApplyRMSProp). Example: `rmsProp(1e-3, { rho: 0.95 })`.
 */
export const rmsProp = (
  learningRate: number | Schedule = 1e-3,
  options: { readonly rho?: number; readonly momentum?: number; readonly epsilon?: number } = {},
): Optimizer => {
  const { rho = 0.9, momentum: keep = 0, epsilon = 1e-7 } = options
  checkRate(learningRate)
  fraction("rho", rho)
  fraction("momentum", keep)
  positive("epsilon", epsilon)
  return {
    name: "rmsProp",
    learningRate,
    constants: { rho, momentum: keep, epsilon },
    init: zeros(2),
    rate: (step) => rateAt(learningRate, step),
    update: (parameters, gradients, moments, rate) => {
      const squares = gradients.map((g, i) => toward(moments[i]!, tf.square(g), rho))
      const scaled = gradients.map((g, i) => tf.mul(tf.mul(rate, g), tf.rsqrt(tf.add(squares[i]!, epsilon))))
      const moves = scaled.map((g, i) => tf.add(tf.mul(moments[parameters.length + i]!, keep), g))
      return { parameters: parameters.map((p, i) => tf.sub(p, moves[i]!)), moments: [...squares, ...moves] }
    },
  }
}

/**
 * Adam: `m ← m + (g - m)(1 - beta1)`, `v ← v + (g² - v)(1 - beta2)`, `θ ← θ - rate · m / (sqrt(v) + epsilon)` with
 * `rate = learningRate · sqrt(1 - beta2^t) / (1 - beta1^t)`, `t = step + 1` (Kingma and Ba 2015, in the form and with the
 * place of epsilon of TensorFlow's ApplyAdam). Example: `adam(1e-3)` or `adam(cosine(1e-3, 10_000), { beta2: 0.99 })`.
 */
export const adam = (
  learningRate: number | Schedule = 1e-3,
  options: { readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number } = {},
): Optimizer => {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  checkRate(learningRate)
  fraction("beta1", beta1)
  fraction("beta2", beta2)
  positive("epsilon", epsilon)
  return {
    name: "adam",
    learningRate,
    constants: { beta1, beta2, epsilon },
    init: zeros(2),
    rate: (step) => {
      const left = (beta: number) => 1 - Math.fround(beta) ** (step + 1)
      return (rateAt(learningRate, step) * Math.sqrt(left(beta2))) / left(beta1)
    },
    update: (parameters, gradients, moments, rate) => {
      const first = gradients.map((g, i) => toward(moments[i]!, g, beta1))
      const second = gradients.map((g, i) => toward(moments[parameters.length + i]!, tf.square(g), beta2))
      const move = (m: Tensor, v: Tensor) => tf.div(tf.mul(rate, m), tf.add(tf.sqrt(v), epsilon))
      return {
        parameters: parameters.map((p, i) => tf.sub(p, move(first[i]!, second[i]!))),
        moments: [...first, ...second],
      }
    },
  }
}

const withClip = (optimizer: Optimizer, clip: (gradients: readonly Tensor[]) => Tensor[]): Optimizer => {
  if (optimizer.clip)
    throw new EngineError("clip", `${optimizer.name} clips its gradients already; clip once`)
  return { ...optimizer, clip }
}

/**
 * The optimizer with gradients scaled so that their common Euclidean norm is at most `norm`: `g · min(1, norm / |g|)`
 * (Pascanu and others 2013). Example: `clipNorm(10, adam(1e-3))`.
 */
export const clipNorm = (norm: number, optimizer: Optimizer): Optimizer => {
  positive("norm", norm)
  return withClip(optimizer, (gradients) => {
    const total = tf.sqrt(tf.addN(gradients.map((g) => tf.sum(tf.square(g)))))
    const factor = tf.div(norm, tf.maximum(total, norm))
    return gradients.map((g) => tf.mul(g, factor))
  })
}

/** The optimizer with every element of the gradients kept within `[-limit, limit]`. Example: `clipValue(1, sgd(1e-2))`. */
export const clipValue = (limit: number, optimizer: Optimizer): Optimizer => {
  positive("limit", limit)
  return withClip(optimizer, (gradients) => gradients.map((g) => tf.clipByValue(g, -limit, limit)))
}
