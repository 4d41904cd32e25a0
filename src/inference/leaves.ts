/**
 * Params as the optimizer sees them: unconstrained leaves, in a fixed order, each with the bijection that takes it into its
 * support. Next: `plan.ts`.
 */
import { real, type Support } from "../distributions/support.js"
import { bijectionTo, type Transform } from "../distributions/transforms/index.js"
import type { Execution } from "../dsl/execute.js"
import { firstValue } from "../dsl/first-value.js"
import type { Site } from "../dsl/site.js"
import { programError, showShape, siteError } from "../dsl/site-error.js"
import type { Key } from "../engine/random.js"
import { type Tensor, type TensorLike, tf, toTensor } from "../engine/tensor.js"

/** One trained tensor. */
export interface Leaf {
  readonly name: string
  readonly owner: "model" | "guide" | "both"
  readonly transform: Transform
  readonly unconstrained: boolean
}

const supportOf = (site: Site): Support => site.details.support ?? real

const checkFirst = (site: Site, value: Tensor): void => {
  const support = supportOf(site)
  if (tf.tidy(() => tf.all(support.contains(tf.cast(value, "float32"))).dataSync()[0])) return
  throw siteError(site, {
    code: "init-outside-support",
    problem: `its first value [${[...value.dataSync().slice(0, 6)].join(", ")}${value.size > 6 ? ", …" : ""}] lies outside ${support.text}`,
    fix: "start strictly inside the support",
  })
}

/** First values that are kept while a program's params are being discovered, so that both programs see the same. */
export type FirstValues = Map<string, Tensor>

/** A first value given from outside, which must have the shape of the param's own. */
const chosenValue = (site: Site, own: Tensor, given: TensorLike | undefined): Tensor => {
  if (given === undefined) return own
  const value = toTensor(given)
  if (tf.util.arraysEqual(value.shape, own.shape)) return value
  throw siteError(site, {
    code: "param-shape",
    problem: `was given a value of shape ${showShape(value.shape)}, but its own first value has shape ${showShape(own.shape)}`,
    fix: "give a value of the param's own shape; a param that belongs to rows belongs to the rows it was fitted on",
  })
}

/** Answers params with their first values, each made once. */
export const firstValues =
  (known: FirstValues, key: Key, given: Readonly<Record<string, Tensor>> = {}) =>
  (site: Site): Tensor => {
    const before = known.get(site.name)
    if (before !== undefined) return before
    const value = chosenValue(site, firstValue(site, key), given[site.name])
    checkFirst(site, value)
    known.set(site.name, value)
    return value
  }

const clash = (site: Site): never => {
  throw siteError(site, {
    code: "param-in-both",
    problem: "a param of this name is in the model and in the guide",
    fix: 'wrap one in scope("guide", …) to keep them apart, or say { shared: true } on both to make them one',
  })
}

/** The leaves of a model and its guide, the model's first. Throws for a name in both that is not shared. */
export const leavesOf = (model: Execution, guide: Execution | undefined): Leaf[] => {
  const leaves = new Map<string, Leaf>()
  for (const [owner, run] of [
    ["model", model],
    ["guide", guide],
  ] as const)
    for (const entry of run?.entries.values() ?? []) {
      if (entry.role !== "param" || entry.site.details.value !== undefined) continue
      const before = leaves.get(entry.name)
      if (before !== undefined && !entry.site.details.options.shared) clash(entry.site)
      const support = supportOf(entry.site)
      leaves.set(entry.name, {
        name: entry.name,
        owner: before === undefined ? owner : "both",
        transform: bijectionTo(support),
        unconstrained: support.kind === "real" && support.bijection === undefined,
      })
    }
  return [...leaves.values()]
}

/** A leaf's value in its support. */
export const constrain = (leaf: Leaf, value: Tensor): Tensor =>
  leaf.unconstrained ? value : leaf.transform.forward(value)

/** A value in the support as the optimizer holds it. */
export const unconstrain = (leaf: Leaf, value: Tensor): Tensor => {
  const number = tf.cast(value, "float32")
  return leaf.unconstrained ? tf.clone(number) : leaf.transform.inverse(number)
}

/** Answers params from the step's tensors. */
export const paramsFrom = (leaves: readonly Leaf[], tensors: readonly Tensor[]): ((site: Site) => Tensor) => {
  const values = new Map(leaves.map((leaf, i) => [leaf.name, constrain(leaf, tensors[i]!)]))
  return (site) => {
    const value = values.get(site.name)
    if (value === undefined)
      throw programError(
        "new-param",
        `param '${site.name}' was not there in the first run`,
        "let every run of a program have the same params",
      )
    return value
  }
}
