/**
 * Control variates from relaxed draws, REBAR and RELAX: a score-function site's cost loses what the same cost at a relaxed draw,
 * given the hard one, would have been, and that loss is paid back by its differentiable counterpart. What is taken off and paid back
 * has the same mean for any cost function, so the gradient stays unbiased. Left out: a learned temperature, and relaxed sites
 * of which other discrete draws depend. Sources: Tucker et al. (2017); Grathwohl et al. (2018). Next: `objectives/elbo.ts`.
 */
import type { Context } from "../dsl/execute.js"
import { entryScale } from "../dsl/score.js"
import { stopGradient } from "../engine/repair/index.js"
import { type Tensor, tf } from "../engine/tensor.js"
import { strength } from "./control-strength.js"
import type { Bound, Credit } from "./elbo.js"
import type { Plan } from "./plan.js"
import type { Noisy } from "./relaxation.js"
import { costsAt, type Relaxing, relaxing } from "./relaxed-costs.js"

/** What one run's control variates give. */
export interface Controlled {
  /** The run's credits, relaxed sites' costs with their control variate taken off. */
  readonly credits: readonly Credit[]
  /** What is paid back, and what trains a RELAX surrogate: value zero. */
  readonly surrogate: Tensor
  /** [Σ A·B, Σ B·B, mean cost, mean relaxed cost]: what the strength of the next steps is learned from. */
  readonly moments: Tensor
}

const dot = (a: Tensor, b: Tensor): Tensor => tf.sum(tf.mul(a, b))

/** The derivative by logits of a scalar made of them. */
const byLogits = (logits: Tensor, of: (logits: Tensor) => Tensor): Tensor => {
  const { grads } = tf.engine().gradients(() => of(logits) as tf.Scalar, [logits], undefined, true)
  return grads[0] ?? tf.zerosLike(logits)
}

interface SiteControl {
  readonly credit: Credit
  readonly surrogate: Tensor
  readonly moments: Tensor
}

type Costs = {
  readonly cost: Tensor
  readonly slope: Tensor
  readonly given: Tensor
  readonly givenSlope: Tensor
}

const controlled = (relaxed: Relaxing, credit: Credit, costs: Costs, state: Tensor): SiteControl => {
  const { relaxation, entry, temperature, noisy } = relaxed
  const logits = stopGradient(relaxed.logits)
  const hard = stopGradient(tf.cast(entry.value, "float32"))
  const soft = (z: Tensor): Tensor => relaxation.soften(z, temperature)
  const logMass = (l: Tensor): Tensor => relaxation.logMass(l, hard)
  const eta = stopGradient(strength(state))
  const [, , meanCost, meanGiven, weight] = tf.unstack(state) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const usual = (sum: Tensor): Tensor => tf.divNoNan(sum, weight)
  const paid = byLogits(logits, (l) => {
    const { free, given } = noisy(l)
    return tf.sub(dot(soft(free), costs.slope), dot(soft(given), costs.givenSlope))
  })
  const taken = byLogits(logits, (l) => dot(logMass(l), tf.sub(costs.given, usual(meanGiven))))
  const plain = byLogits(logits, (l) => dot(logMass(l), tf.sub(credit.cost, usual(meanCost))))
  const control = stopGradient(tf.sub(paid, taken))
  const learned = surrogateOf(relaxed, logits, logMass, stopGradient(tf.add(plain, tf.mul(eta, control))))
  const back = stopGradient(tf.add(tf.mul(eta, paid), learned.paid))
  return {
    credit: {
      ...credit,
      cost: stopGradient(tf.sub(tf.sub(credit.cost, tf.mul(eta, costs.given)), learned.given)),
    },
    surrogate: tf.add(dot(tf.sub(relaxed.logits, logits), back), learned.training),
    moments: stopGradient(
      tf.stack([dot(plain, control), dot(control, control), tf.mean(credit.cost), tf.mean(costs.given)]),
    ),
  }
}

interface Learned {
  readonly given: Tensor
  readonly paid: Tensor
  readonly training: Tensor
}

/**
 * A RELAX site's own function of the noisy logits: what it takes off, what it pays back, and a value-zero term whose gradient lowers
 * the squared length of the logits' gradient, so its variance.
 */
const surrogateOf = (
  relaxed: Relaxing,
  logits: Tensor,
  logMass: (l: Tensor) => Tensor,
  rest: Tensor,
): Learned => {
  const { surrogate } = relaxed.entry.site.details.options
  if (relaxed.site.estimator !== "relax" || surrogate === undefined)
    return { given: tf.scalar(0), paid: tf.scalar(0), training: tf.scalar(0) }
  const scale = entryScale(relaxed.entry)
  const worth = (noisy: Tensor): Tensor => tf.mul(surrogate(noisy), scale)
  const given = worth(relaxed.noisy(logits).given)
  const paid = byLogits(logits, (l) => {
    const { free, given: anew } = relaxed.noisy(l)
    return tf.sub(tf.sum(worth(free)), tf.sum(worth(anew)))
  })
  const taken = byLogits(logits, (l) => dot(logMass(l), given))
  const length = tf.neg(tf.sum(tf.square(tf.add(rest, tf.sub(paid, taken)))))
  return {
    given: stopGradient(given),
    paid: stopGradient(paid),
    training: tf.sub(length, stopGradient(length)),
  }
}

/** The control variates of one run. */
export const controlVariates = (
  plan: Plan,
  args: readonly any[],
  context: Context,
  bound: Bound,
  state: Tensor,
): Controlled => {
  const sites = relaxing(plan, bound, context)
  const softened = (which: keyof Noisy): Tensor[] =>
    sites.map(({ noisy, logits, relaxation, temperature }) =>
      stopGradient(relaxation.soften(noisy(stopGradient(logits))[which], temperature)),
    )
  const free = costsAt(plan, args, context, sites, softened("free"))
  const given = costsAt(plan, args, context, sites, softened("given"))
  const made = new Map(
    sites.map((relaxed, i) => {
      const credit = bound.credits.find(({ site }) => site === relaxed.site.name)!
      const costs = {
        cost: free.rows[i]!,
        slope: free.slopes[i]!,
        given: given.rows[i]!,
        givenSlope: given.slopes[i]!,
      }
      return [relaxed.site.name, controlled(relaxed, credit, costs, state)] as const
    }),
  )
  const parts = [...made.values()]
  return {
    credits: bound.credits.map((credit) => made.get(credit.site)?.credit ?? credit),
    surrogate: parts.map((part) => part.surrogate).reduce((a, b) => tf.add(a, b)),
    moments: parts.map((part) => part.moments).reduce((a, b) => tf.add(a, b)),
  }
}
