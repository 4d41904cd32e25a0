/**
 * Which latents must be summed or integrated together: those that one term of the ELBO depends on, with the latents their own
 * densities depend on. Groups that share no term are handled side by side. Next: `exact-gradient.ts`.
 */
import { guideTerm, type Plan } from "../plan.js"

/** The latents a term depends on, closed under what their densities depend on; in the guide's order. */
export const latentsBehind = (plan: Plan, terms: readonly string[]): string[] => {
  const sites = [...plan.sites.values()]
  const behind = new Set<string>()
  const add = (term: string): void => {
    for (const site of sites)
      if (site.downstream.has(term) && !behind.has(site.name)) {
        behind.add(site.name)
        add(guideTerm(site.name))
      }
  }
  for (const term of terms) add(term)
  return sites.map((site) => site.name).filter((name) => behind.has(name))
}

/** The latents whose values a site's own density depends on, itself left out. */
export const parentsOf = (plan: Plan, name: string): string[] =>
  latentsBehind(plan, [guideTerm(name)]).filter((other) => other !== name)

/** The latents in groups that share no term; each group in the guide's order. */
export const groupsOf = (plan: Plan): string[][] => {
  const terms = new Set(
    [...plan.sites.values()].flatMap((site) => [...site.downstream, guideTerm(site.name)]),
  )
  let groups = [...plan.sites.keys()].map((name) => [name])
  for (const term of terms) {
    const together = new Set(latentsBehind(plan, [term]))
    const touched = groups.filter((group) => group.some((name) => together.has(name)))
    if (touched.length > 1) groups = [...groups.filter((group) => !touched.includes(group)), touched.flat()]
  }
  const order = [...plan.sites.keys()]
  return groups.map((group) => group.sort((a, b) => order.indexOf(a) - order.indexOf(b)))
}
