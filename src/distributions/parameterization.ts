/**
 * For families with more than one parameterization: which of the alternative names a caller gave. Next: `bernoulli.ts`,
 * which takes `probs` or `logits`.
 */
import { DistributionError } from "../engine/error.js"
import type { TensorLike } from "../engine/tensor.js"

/** Two ways of giving the same thing, of which a caller gives exactly one. */
export type ProbsOrLogits<P extends TensorLike> =
  | { readonly probs: P; readonly logits?: undefined }
  | { readonly logits: P; readonly probs?: undefined }

/**
 * The one of `names` that `named` has.
 * @throws DistributionError where none or more than one of them is given.
 */
export const chosen = <N extends string>(
  family: string,
  named: object | undefined,
  ...names: readonly N[]
): N => {
  const record = (named ?? {}) as Readonly<Record<string, unknown>>
  const given = names.filter((name) => record[name] !== undefined && record[name] !== null)
  if (given.length === 1) return given[0]!
  const list = `${names.slice(0, -1).join("', '")}' or '${names.at(-1)}`
  throw new DistributionError(
    given.length === 0 ? "missing-parameter" : "too-many-parameters",
    given.length === 0
      ? `${family} needs one of '${list}', but got ${Object.keys(record).join(", ") || "nothing"}`
      : `${family} takes only one of '${list}', but got '${given.join("' and '")}'`,
  )
}
