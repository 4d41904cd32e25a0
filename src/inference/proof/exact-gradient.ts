/**
 * The ELBO and its gradient with no draw in them: every latent takes each of its nodes in turn, the same in all rows, and
 * every term is weighed by the guide's density there. It shares with the estimators only the running and scoring of
 * programs, so it is their referee. Left out: latents with too many nodes (`score-reference.ts`).
 */
import { type Entry, execute } from "../../dsl/execute.js"
import { type PlateFrame, plateScale, plateShape } from "../../dsl/plate-frame.js"
import { score } from "../../dsl/score.js"
import { sumProduct, type Term } from "../../dsl/sum-product.js"
import { termsOf } from "../../dsl/trace.js"
import { withChecks } from "../../engine/checks.js"
import { fold } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { drawsOf, guideTerm, type Plan } from "../plan.js"
import { paramsFrom } from "../step-program.js"
import {
  assigning,
  assignmentOf,
  type Layout,
  layoutOf,
  product,
  type Refused,
  samplingLaw,
  shareOf,
  Unreachable,
} from "./assignment.js"
import { latentsBehind } from "./dependence.js"
import { flattened } from "./gradient-draws.js"

/** The ELBO without Monte-Carlo error, and its gradient in the leaves end to end. */
export interface ExactElbo {
  readonly elbo: number
  readonly gradient: Float64Array
  /** Whether any latent was integrated on nodes rather than summed. */
  readonly method: "enumeration" | "quadrature"
  /** Runs of the programs it took. */
  readonly runs: number
}

type Weights = ReadonlyMap<
  string,
  { readonly weight: Tensor | undefined; readonly plates: readonly PlateFrame[] }
>

const weightOf = (entry: Entry, logVolume: Tensor | undefined): Tensor | undefined => {
  if (logVolume === undefined) return undefined
  const density = tf.add(samplingLaw(entry.dist!).logDensity(entry.value), logVolume)
  return tf.add(tf.exp(density), tf.zeros(plateShape(entry.plates)))
}

const beside = (weight: Tensor, from: readonly PlateFrame[], term: Term): Tensor => {
  if (!from.every((plate, i) => plate.name === term.plates[i]?.name))
    throw new Unreachable(`'${term.names.join("', '")}' depends on rows of plates it does not stand in`)
  return tf.reshape(weight, [...weight.shape, ...term.plates.slice(from.length).map(() => 1)])
}

/** E_q of one term's total, as far as this assignment goes. */
const weighed = (term: Term, behind: readonly string[], weights: Weights): Tensor => {
  const factors = behind.flatMap((name) => {
    const { weight, plates } = weights.get(name)!
    return weight === undefined ? [] : [beside(weight, plates, term)]
  })
  const value = factors.reduce((product, factor) => tf.mul(product, factor), tf.maximum(term.value, -1e30))
  return tf.mul(tf.sum(value), term.scale * plateScale(term.plates))
}

type Summing = {
  readonly plan: Plan
  readonly layout: Layout
  readonly assign: ReturnType<typeof assigning>
  /** Σ of each latent's weights over all runs, averaged over rows: 1 where its nodes cover it. */
  readonly covered: Map<string, number>
}

const termsAt = (summing: Summing, leaves: readonly Tensor[], r: number): Tensor => {
  const { plan, layout, assign, covered } = summing
  const volumes = new Map<string, Tensor | undefined>()
  const enumeration = { axes: [], padding: plan.padding }
  const context = { key: plan.key, param: paramsFrom(plan.leaves, leaves), enumeration }
  const guide = execute(assign(assignmentOf(layout, r), volumes), plan.args, context)
  const model = execute(plan.model, plan.args, { ...context, values: drawsOf(guide) })
  const latents = [...guide.entries.values()].filter((entry) => entry.role === "latent")
  const weights: Weights = new Map(
    latents.map((entry) => [
      entry.name,
      { weight: weightOf(entry, volumes.get(entry.name)), plates: entry.plates },
    ]),
  )
  const terms: Term[] = [
    ...sumProduct(termsOf(model, enumeration), enumeration, (axis) => model.entries.get(axis.name)!.plates),
    ...latents.map((entry) => ({
      names: [guideTerm(entry.name)],
      value: tf.neg(score(entry, enumeration)),
      plates: entry.plates,
      scale: entry.site.details.scale,
    })),
  ]
  let total: Tensor = tf.scalar(0)
  for (const term of terms) {
    const behind = latentsBehind(plan, term.names)
    const share = shareOf(behind, layout, r)
    if (share > 0) total = tf.add(total, tf.mul(weighed(term, behind, weights), share))
  }
  for (const entry of latents) {
    const behind = latentsBehind(plan, [guideTerm(entry.name)])
    const one = { names: [], value: tf.ones(plateShape(entry.plates)), plates: entry.plates, scale: 1 }
    const mass = tf.tidy(() => weighed(one, behind, weights).dataSync()[0]!)
    const rows = product(entry.plates.map((plate) => plate.size))
    covered.set(entry.name, (covered.get(entry.name) ?? 0) + (mass / rows) * shareOf(behind, layout, r))
  }
  return total
}

const summed = (summing: Summing): ExactElbo => {
  const { plan, layout } = summing
  const gradient = new Float64Array(plan.initial.reduce((sum, leaf) => sum + leaf.size, 0))
  let elbo = 0
  for (let r = 0; r < layout.runs; r++)
    scoped(() => {
      const { value, grads } = tf
        .engine()
        .gradients(() => termsAt(summing, plan.initial, r) as tf.Scalar, [...plan.initial], undefined, true)
      elbo += value.dataSync()[0]!
      const parts = flattened(plan.initial.map((leaf, i) => grads[i] ?? tf.zerosLike(leaf)))
      for (let i = 0; i < parts.length; i++) gradient[i]! += parts[i]!
    })
  const method = layout.kinds.has("quadrature") ? "quadrature" : "enumeration"
  return { elbo, gradient, method, runs: layout.runs }
}

/**
 * The ELBO of a plan and its gradient, exactly: finite latents summed, others integrated, those that meet in a term
 * together.
 * @returns `refused`, with the reason, where a latent has more than two dimensions or too many values meet in one term.
 */
export const exactElbo = (plan: Plan): ExactElbo | Refused =>
  withChecks(false, () => {
    const key = fold(plan.key, "nodes")
    const param = paramsFrom(plan.leaves, plan.initial)
    const enumeration = { axes: [], padding: plan.padding }
    try {
      const layout = scoped(() => layoutOf(plan, { key, param, enumeration }))
      if ("refused" in layout) return layout
      const summing: Summing = { plan, layout, assign: assigning(plan, layout), covered: new Map() }
      const exact = summed(summing)
      const short = [...summing.covered].find(([, mass]) => !(Math.abs(mass - 1) < 1e-3))
      return short === undefined
        ? exact
        : { refused: `the nodes of '${short[0]}' hold ${short[1].toFixed(4)} of its mass` }
    } catch (error) {
      const reason = error instanceof Unreachable ? error : (error as Error).cause
      if (reason instanceof Unreachable) return { refused: reason.message }
      throw error
    }
  })
