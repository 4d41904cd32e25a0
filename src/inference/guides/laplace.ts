/**
 * `laplaceApproximation`: a normal law around the mode that `autoGuide.laplace` found, its covariance the inverse of the negative Hessian of
 * log p(x, z) on the unconstrained side. The Hessian is taken by central differences of exact gradients, in steps of a tenth of
 * each number's standard deviation.
 */
import { programError } from "../../dsl/site-error.js"
import { withChecks } from "../../engine/checks.js"
import { cholesky, choleskyInverse, transposeMatrix } from "../../engine/linear/index.js"
import { sgd } from "../../engine/optimize.js"
import { toKey } from "../../engine/random.js"
import { scoped, type Tensor, tf, toTensor } from "../../engine/tensor.js"
import { elbo } from "../elbo.js"
import { fit } from "../fit.js"
import type { Fit } from "../fit-result.js"
import { answersFrom } from "../query.js"
import { fullRankLaw } from "./gaussian.js"
import { jointGuide } from "./joint.js"

const locName = "auto/joint/loc"
const scaleName = "auto/joint/scaleTril"

const locOf = (fitted: Fit<any>): Tensor => {
  const loc = (fitted.params as Record<string, Tensor>)[locName]
  if (loc === undefined || fitted.params[scaleName] !== undefined)
    throw programError(
      "not-a-mode",
      `laplaceApproximation was given a fit whose guide has no param '${locName}' alone`,
      "fit the mode first: const mode = await fit(model, autoGuide.laplace(model), [data]); await laplaceApproximation(mode)",
    )
  return loc
}

/** The gradient of -log p(x, z) (volumes counted) by the unconstrained vectors. */
const slopeAt = (fitted: Fit<any>): ((loc: Tensor) => Tensor) => {
  const { plan, params } = fitted
  const answer = answersFrom(params)
  return tf.grad((loc: Tensor) => {
    const param = (site: Parameters<typeof answer>[0]): Tensor => (site.name === locName ? loc : answer(site))
    return tf.neg(elbo(plan, plan.args, { key: toKey(0), param }).elbo) as tf.Scalar
  })
}

/** One column of the Hessian for every row of vectors: how the gradient changes along entry `j`, by steps of `size`. */
const column = (slope: (loc: Tensor) => Tensor, loc: Tensor, j: number, size: Tensor): Tensor => {
  const entries = loc.shape.at(-1)!
  const unit = tf.reshape(tf.slice(tf.eye(entries), [j, 0], [1, entries]), [entries])
  const step = tf.mul(size, unit)
  const change = tf.sub(slope(tf.add(loc, step)), slope(tf.sub(loc, step)))
  return tf.div(change, tf.mul(2, tf.sum(tf.mul(size, unit), -1, true)))
}

const hessian = (slope: (loc: Tensor) => Tensor, loc: Tensor, sizes: Tensor): Tensor => {
  const columns = Array.from({ length: loc.shape.at(-1)! }, (_, j) => column(slope, loc, j, sizes))
  const raw = tf.stack(columns, -1)
  return tf.mul(tf.add(raw, transposeMatrix(raw)), 0.5)
}

const diagonalOf = (matrix: Tensor): Tensor => tf.sum(tf.mul(matrix, tf.eye(matrix.shape.at(-1)!)), -1)

/** First steps, before any scale is known. */
const blindly = 1e-3

/** Steps of a tenth of the standard deviation that curvature along each entry alone gives. */
const stepsFor = (curvature: Tensor): Tensor =>
  tf.clipByValue(tf.div(0.1, tf.sqrt(tf.maximum(curvature, 1e-8))), 1e-4, 1)

const scaleAt = (fitted: Fit<any>, loc: Tensor): Tensor => {
  const slope = slopeAt(fitted)
  const rough = diagonalOf(hessian(slope, loc, tf.fill([...loc.shape], blindly)))
  const root = cholesky(hessian(slope, loc, stepsFor(rough)))
  return cholesky(choleskyInverse(root))
}

const checkPositive = (scale: Tensor): void => {
  if (tf.tidy(() => tf.all(tf.isFinite(scale)).dataSync()[0])) return
  throw programError(
    "not-a-maximum",
    "laplaceApproximation found a point around which log p(x, z) does not fall off in every direction, so it has no normal law there",
    "fit the mode for longer, from another seed, or give flat directions a prior",
  )
}

/**
 * The Laplace approximation of a fit of `autoGuide.laplace`: N(mode, H⁻¹) on the unconstrained side, H the Hessian of
 * -log p(x, z) there, bijections' volumes counted. Its ELBO, `importance` and `predict` follow as for any fit.
 *
 * Where all latents stand in the same plates each row has an H of its own; else H spans all rows.
 * @throws ModelError for a fit of another guide; where H is not positive definite.
 * @example const around = await laplaceApproximation(await fit(model, autoGuide.laplace(model), [data]))
 */
export const laplaceApproximation = async <V>(fitted: Fit<V>): Promise<Fit<V>> => {
  const { plan } = fitted
  const loc = locOf(fitted)
  const scale = scoped(() => withChecks(false, () => tf.keep(scaleAt(fitted, loc))))
  checkPositive(scale)
  const given = Object.entries({ ...fitted.params, [scaleName]: scale })
  const around = await fit(
    plan.model,
    jointGuide(plan.model, fullRankLaw) as typeof plan.guide,
    plan.args as any,
    {
      initial: Object.fromEntries(given.map(([name, value]) => [name, toTensor(value as Tensor)])),
      steps: 1,
      optimizer: sgd(() => 0),
      compile: false,
    },
  )
  tf.dispose(scale)
  return around as unknown as Fit<V>
}
