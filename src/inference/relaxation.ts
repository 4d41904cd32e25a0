/**
 * Relaxed draws of discrete families, for control variates: noisy logits whose largest (or whose sign) is the draw, and a second set
 * of them drawn given it. Both are differentiable in the logits. Source: Tucker et al., "REBAR" (2017), appendix. Next:
 * `control-variate.ts`.
 */
import { type Distribution, distribution } from "../distributions/distribution.js"
import { unit } from "../distributions/support.js"
import { wrapping } from "../distributions/wrappers.js"
import { fold, type Key, standardExponential, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { logSigmoid, logSumExp, softplus } from "../engine/special/index.js"
import { type Tensor, tf } from "../engine/tensor.js"

/** Noisy logits: of the draw itself, and drawn anew given the draw. */
export interface Noisy {
  readonly free: Tensor
  readonly given: Tensor
}

/** What a family must offer to be relaxed. All act on logits of the full shape of the value. */
interface Family {
  /** The bare family's logits, from its parameters. */
  logits(parameters: Readonly<Record<string, Tensor>>): Tensor
  /** Axes of one bare value: 0 for a coin, 1 for a one-hot vector. */
  readonly eventRank: number
  noisy(logits: Tensor, hard: Tensor, key: Key): Noisy
  soften(noisy: Tensor, temperature: number): Tensor
  /** log-mass, linear in the value between its vertices; bare event axes summed. */
  logMass(logits: Tensor, value: Tensor): Tensor
}

/** Beyond this log-odds a probability is 0 or 1 in float32; finite, so that 0 · ∞ cannot arise. */
const bounded = (logits: Tensor): Tensor => tf.clipByValue(logits, -104, 104)

const coin: Family = {
  logits: ({ logits, probs }) => bounded(logits ?? tf.sub(tf.log(probs!), tf.log(tf.sub(1, probs!)))),
  eventRank: 0,
  noisy: (logits, hard, key) => {
    const odds = (name: string): Tensor => {
      const u = uniform(fold(key, name), hard.shape)
      return tf.sub(tf.log(u), tf.log(tf.sub(1, u)))
    }
    const drawn = (noise: Tensor): Tensor => {
      const up = softplus(tf.add(noise, softplus(logits)))
      const down = tf.neg(softplus(tf.add(noise, softplus(tf.neg(logits)))))
      return tf.add(tf.mul(hard, up), tf.mul(tf.sub(1, hard), down))
    }
    const first = stopGradient(tf.sub(drawn(odds("free")), logits))
    return { free: tf.add(logits, first), given: drawn(odds("given")) }
  },
  soften: (noisy, temperature) => tf.sigmoid(tf.div(noisy, temperature)),
  logMass: (logits, x) => tf.add(tf.mul(x, logits), logSigmoid(tf.neg(logits))),
}

const normalized = (logits: Tensor): Tensor => tf.sub(logits, logSumExp(logits, -1, true))

const logAddExp = (a: Tensor, b: Tensor): Tensor => {
  const top = stopGradient(tf.maximum(a, b))
  return tf.add(top, tf.log(tf.add(tf.exp(tf.sub(a, top)), tf.exp(tf.sub(b, top)))))
}

const oneHot: Family = {
  logits: ({ logits, probs }) => normalized(bounded(logits ?? tf.log(tf.maximum(probs!, 1e-38)))),
  eventRank: 1,
  noisy: (raw, hard, key) => {
    const logits = normalized(raw)
    const drawn = (name: string): Tensor => {
      const logs = tf.log(standardExponential(fold(key, name), hard.shape))
      const top = tf.sum(tf.mul(hard, logs), -1, true)
      const below = tf.neg(logAddExp(tf.sub(logs, logits), top))
      return tf.add(tf.mul(hard, tf.neg(top)), tf.mul(tf.sub(1, hard), below))
    }
    const first = stopGradient(tf.sub(drawn("free"), logits))
    return { free: tf.add(logits, first), given: drawn("given") }
  },
  soften: (noisy, temperature) => tf.softmax(tf.div(noisy, temperature)),
  logMass: (logits, x) => tf.sum(tf.mul(x, normalized(logits)), -1),
}

const families: Readonly<Record<string, Family>> = { bernoulli: coin, oneHotCategorical: oneHot }

/** A distribution without `toEvent` and `expand` around it, and how many axes `toEvent` took. */
const bareOf = (dist: Distribution): { readonly bare: Distribution; readonly taken: number } => {
  const around = wrapping(dist)
  if (around === undefined || around.kind === "masked") return { bare: dist, taken: 0 }
  const { bare, taken } = bareOf(around.inner)
  return { bare, taken: taken + (around.count ?? 0) }
}

/** Whether draws of a distribution can be relaxed here. */
export const isRelaxable = (dist: Distribution): boolean => bareOf(dist).bare.family in families

/** How soft relaxed draws are unless the site says; the best lay at 0.1 on a belief net of 200 units, at 0.5 on one of 8. */
export const usualTemperature = 0.25

/** The relaxed side of one distribution. */
export interface Relaxation {
  /** Its logits, of the full shape of a value. */
  logits(value: Tensor): Tensor
  noisy(logits: Tensor, hard: Tensor, key: Key): Noisy
  soften(noisy: Tensor, temperature: number): Tensor
  /** log-mass of a value by given logits, one number for each row of the batch, linear in the value. */
  logMass(logits: Tensor, value: Tensor): Tensor
  /** The distribution with that log-mass, so that relaxed values can be scored. */
  readonly extended: Distribution
}

/** The relaxed side of a distribution for which `isRelaxable` holds. */
export const relaxationOf = (dist: Distribution): Relaxation => {
  const { bare, taken } = bareOf(dist)
  const family = families[bare.family]!
  const logits = (value: Tensor): Tensor => tf.broadcastTo(family.logits(bare.parameters), value.shape)
  const logMass = (given: Tensor, value: Tensor): Tensor => {
    const terms = family.logMass(given, value)
    const axes = Array.from({ length: taken }, (_, i) => terms.rank - taken + i)
    return taken === 0 ? terms : tf.sum(terms, axes)
  }
  return {
    logits,
    noisy: family.noisy,
    soften: family.soften,
    logMass,
    extended: distribution({
      family: `relaxed ${dist.family}`,
      parameters: dist.parameters,
      support: { ...unit, eventRank: taken + family.eventRank },
      batchShape: dist.batchShape,
      eventShape: dist.eventShape,
      gradient: "pathwise",
      draw: dist.draw,
      logDensity: (value) => logMass(logits(value), value),
    }),
  }
}
