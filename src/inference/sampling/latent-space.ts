/**
 * A model's posterior as a density over one vector of reals: its continuous latents packed, each through the bijection onto its
 * support, and its finite discrete latents summed out. What samplers and exact evidence work on. Next: `point-density.ts`.
 */
import { bijectionTo, type Transform } from "../../distributions/transforms/index.js"
import { type Context, type Entry, execute } from "../../dsl/execute.js"
import { rewrite } from "../../dsl/handlers.js"
import type { PlateFrame } from "../../dsl/plate-frame.js"
import { edited, type Site } from "../../dsl/site.js"
import { siteError } from "../../dsl/site-error.js"
import { sumProduct, type Term } from "../../dsl/sum-product.js"
import { record, termsOf } from "../../dsl/trace.js"
import type { Program } from "../../dsl/types.js"
import { withChecks } from "../../engine/checks.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"

/** One continuous latent in the packed vector. */
export interface PackedSite {
  readonly name: string
  /** Where its numbers begin in the vector, and how many there are. */
  readonly from: number
  readonly size: number
  /** Its shape on the unconstrained side, plates first. */
  readonly inside: readonly number[]
  /** Its shape in its support, plates first. */
  readonly shape: readonly number[]
  readonly plates: readonly PlateFrame[]
  readonly bijection: Transform
}

/** A posterior over reals. */
export interface LatentSpace {
  readonly size: number
  readonly sites: readonly PackedSite[]
  readonly args: readonly any[]
  /** The values of the latents at a point, in their supports. */
  values(point: Tensor): Map<string, Tensor>
  /** The terms of log p(x, z) + log |dz/du| at a point, for these arguments. */
  terms(point: Tensor, args: readonly any[]): Term[]
}

const summing =
  (model: Program<any>, names: ReadonlySet<string>): Program<any> =>
  (...args) =>
    rewrite(model(...args), (site: Site) =>
      site.role === "latent" && names.has(site.name) ? edited(site, { role: "enumerated" }) : site,
    )

const canBeSummed = (entry: Entry): boolean => {
  if (!entry.dist!.support.discrete) return false
  if (entry.dist!.closed.has("enumerate")) return true
  throw siteError(entry.site, {
    code: "no-latent-space",
    problem: `${entry.dist!.family} is discrete with no finite list of values, so it can neither be sampled by gradients nor summed out`,
    fix: "condition on it, or replace it by a finite family",
  })
}

const pack = (entries: readonly Entry[]): PackedSite[] => {
  let from = 0
  return entries.map((entry) => {
    const bijection = bijectionTo(entry.dist!.support)
    const { shape } = entry.value
    const inside = bijection.inverseShape(shape)
    const size = inside.reduce((a, b) => a * b, 1)
    const site = { name: entry.name, from, size, inside, shape, plates: entry.plates, bijection }
    from += size
    return site
  })
}

const partOf = (point: Tensor, site: PackedSite): Tensor =>
  tf.reshape(tf.slice(point as tf.Tensor1D, site.from, site.size), [...site.inside])

/**
 * The posterior of a model given its data and params. `param` answers params; batches are not taken.
 * @throws ModelError for a discrete latent without a finite list of values.
 */
export const latentSpace = (
  model: Program<any>,
  args: readonly any[],
  context: Pick<Context, "key" | "param">,
): LatentSpace => {
  const plain = { ...context, enumeration: { axes: [], padding: 0 } }
  const { discrete, sites } = scoped(() => {
    const entries = [...record(model, args, plain).execution.entries.values()]
    const latents = entries.filter((entry) => entry.role === "latent")
    return {
      discrete: new Set(latents.filter(canBeSummed).map((entry) => entry.name)),
      sites: pack(latents.filter((entry) => !entry.dist!.support.discrete)),
    }
  })
  const program = summing(model, discrete)
  const { enumeration } = scoped(() => ({
    enumeration: withChecks(false, () => record(program, args, context).enumeration),
  }))
  const values = (point: Tensor): Map<string, Tensor> =>
    new Map(sites.map((site) => [site.name, site.bijection.forward(partOf(point, site))]))
  const terms = (point: Tensor, given: readonly any[]): Term[] => {
    const axes = { ...enumeration, axes: [] }
    const drawn = values(point)
    const run = execute(program, given, { ...context, values: drawn, enumeration: axes })
    const left = sumProduct(termsOf(run, axes), axes, (axis) => run.entries.get(axis.name)!.plates)
    return [...left, ...sites.map((site) => stretch(site, partOf(point, site), drawn.get(site.name)!))]
  }
  const size = sites.reduce((sum, site) => sum + site.size, 0)
  return { size, sites, args, values, terms }
}

/** log |dz/du|, as a term of its own. */
const stretch = (site: PackedSite, inside: Tensor, value: Tensor): Term => ({
  names: [site.name],
  value: tf.add(
    site.bijection.logDetJacobian(inside, value),
    tf.zeros(site.plates.map(({ count }) => count)),
  ),
  plates: site.plates,
  scale: 1,
})
