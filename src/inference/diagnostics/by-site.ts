/**
 * The ELBO of a fit site by site, on some rows: what each observed site gives, what each latent costs, and the log-weights of
 * the same draws. Next: `active-units.ts` and `diagnose.ts`.
 */
import type { Tensor } from "../../engine/tensor.js"
import type { CostTerm } from "../elbo.js"
import type { Weighed } from "../objectives/weighted.js"
import { guideTerm, type Plan } from "../plan.js"
import { eachWeighed, gatherWeights, type Weighing } from "../proof/log-weights.js"

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

const averaged = (sums: Readonly<Record<string, number>>, count: number): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([label, sum]) => [label, sum / count]))

/** The terms of a run by what they are counted under: data by its name, latents by a marked one. */
const partsOf = (weighed: Weighed): Map<string, Tensor> => {
  const keyOf = (cost: CostTerm): string => `${cost.latent ? mark : ""}${labelOf(cost)}`
  const keys = new Set<string>()
  weighed.pick((cost) => keys.add(keyOf(cost)) !== undefined)
  return new Map([...keys].map((key) => [key, weighed.total((cost) => keyOf(cost) === key)]))
}

/** Averages over `draws` draws of the guide, or a few more. */
export const elboBySite = (plan: Plan, weighing: Weighing, draws: number): BySite => {
  const likelihood: Record<string, number> = {}
  const divergence: Record<string, number> = {}
  const runs: ArrayLike<number>[] = []
  let keys: string[] = []
  let done = 0
  eachWeighed(plan, weighing, draws, {
    read: (weighed) => {
      const parts = partsOf(weighed)
      keys = [...parts.keys()]
      return [weighed.logWeights, ...parts.values()]
    },
    use: ([weights, ...parts], copies) => {
      runs.push(weights!.dataSync())
      done += copies
      keys.forEach((key, i) => {
        const amount = parts[i]!.dataSync()[0]! * copies
        if (key.startsWith(mark)) addTo(divergence, key.slice(mark.length), -amount)
        else addTo(likelihood, key, amount)
      })
    },
  })
  return {
    likelihood: averaged(likelihood, done),
    divergence: averaged(divergence, done),
    logWeights: gatherWeights(runs, done / runs.length),
  }
}
