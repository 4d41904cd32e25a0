/**
 * The ELBO of a fit site by site, on some rows: what each observed site gives, what each latent costs, and the log-weights of
 * the same draws. Next: `active-units.ts` and `diagnose.ts`.
 */
import { tf } from "../../engine/tensor.js"
import type { CostTerm } from "../elbo.js"
import { guideTerm, type Plan } from "../plan.js"
import { eachWeighed, type Weighing } from "../proof/log-weights.js"

/** Parts of an ELBO in nats for all rows, and the weights of its draws on the rows looked at. */
export interface BySite {
  /** E_q[log p] of each term of data, by the names of its sites. */
  readonly likelihood: Readonly<Record<string, number>>
  /** E_q[log q - log p] of each latent. */
  readonly divergence: Readonly<Record<string, number>>
  /** log p(x, z) - log q(z), [groups][draws]. */
  readonly logWeights: readonly Float64Array[]
}

const mark = guideTerm("")

/** What a term is counted under: its latent, or the data sites it holds. */
const labelOf = ({ term, latent }: CostTerm): string => {
  const names = term.names.map((name) => (name.startsWith(mark) ? name.slice(mark.length) : name))
  return latent ? names[0]! : names.join("+")
}

const addTo = (sums: Record<string, number>, label: string, amount: number): void => {
  sums[label] = (sums[label] ?? 0) + amount
}

/** Averages over `draws` draws of the guide. */
export const elboBySite = (plan: Plan, weighing: Weighing, draws: number): BySite => {
  const likelihood: Record<string, number> = {}
  const divergence: Record<string, number> = {}
  let logWeights: Float64Array[] = []
  let done = 0
  eachWeighed(plan, weighing, draws, (weighed, copies) => {
    const labels = new Map<string, boolean>()
    weighed.pick((cost) => {
      labels.set(labelOf(cost), cost.latent)
      return true
    })
    for (const [label, latent] of labels) {
      const part = weighed.pick((cost) => cost.latent === latent && labelOf(cost) === label)
      const total = tf.sum(part).dataSync()[0]!
      addTo(latent ? divergence : likelihood, label, ((latent ? -1 : 1) * total * weighed.scale) / draws)
    }
    const values = weighed.logWeights.dataSync()
    const groups = values.length / copies
    if (logWeights.length === 0) logWeights = Array.from({ length: groups }, () => new Float64Array(draws))
    for (let copy = 0; copy < copies; copy++)
      for (let group = 0; group < groups; group++)
        logWeights[group]![done + copy] = values[copy * groups + group]!
    done += copies
  })
  return { likelihood, divergence, logWeights }
}
