/**
 * Families that can be made anew from parameters of one's own: what each parameter's support is and how many trailing axes it
 * takes. Next: `free-guide.ts`, which frees a guide's parameters row by row.
 */
import { bernoulli } from "../../distributions/bernoulli.js"
import { beta } from "../../distributions/beta.js"
import { categorical } from "../../distributions/categorical.js"
import { dirichlet } from "../../distributions/dirichlet.js"
import type { Distribution } from "../../distributions/distribution.js"
import { exponential } from "../../distributions/exponential.js"
import { gamma } from "../../distributions/gamma.js"
import { laplace } from "../../distributions/laplace.js"
import { logNormal } from "../../distributions/log-normal.js"
import { multivariateNormal } from "../../distributions/multivariate-normal.js"
import { normal } from "../../distributions/normal.js"
import { oneHotCategorical } from "../../distributions/one-hot-categorical.js"
import { poisson } from "../../distributions/poisson.js"
import { positive, real, type Support, simplex, unit } from "../../distributions/support.js"
import { lowerCholesky } from "../../distributions/support-structured.js"
import type { Tensor } from "../../engine/tensor.js"

/** One parameter that can be set free. */
export interface FreeParameter {
  readonly support: Support
  /** Trailing axes of one value. */
  readonly rank: number
}

/** A family and its parameters, for each way of giving them. */
export interface FreeFamily {
  readonly parameters: Readonly<Record<string, FreeParameter>>
  make(parameters: Readonly<Record<string, Tensor>>): Distribution
}

const number = (support: Support): FreeParameter => ({ support, rank: 0 })
const vector = (support: Support): FreeParameter => ({ support, rank: 1 })
const location = { loc: number(real), scale: number(positive) }
const classes = { probs: vector(simplex), logits: vector(real) }

const family = (
  parameters: FreeFamily["parameters"],
  make: (parameters: any) => Distribution<any, any, any>,
): FreeFamily => ({ parameters, make: make as FreeFamily["make"] })

const families: Readonly<Record<string, FreeFamily>> = {
  normal: family(location, normal),
  laplace: family(location, laplace),
  logNormal: family(location, logNormal),
  gamma: family({ concentration: number(positive), rate: number(positive) }, gamma),
  beta: family({ concentration1: number(positive), concentration0: number(positive) }, beta),
  exponential: family({ rate: number(positive) }, exponential),
  poisson: family({ rate: number(positive) }, poisson),
  bernoulli: family({ probs: number(unit), logits: number(real) }, bernoulli),
  categorical: family(classes, categorical),
  oneHotCategorical: family(classes, oneHotCategorical),
  dirichlet: family({ concentration: vector(positive) }, dirichlet),
  multivariateNormal: family(
    { loc: vector(real), scaleTril: { support: lowerCholesky, rank: 2 } },
    multivariateNormal,
  ),
}

/** The family of a bare distribution, if all its parameters can be set free. */
export const freeFamilyOf = (dist: Distribution): FreeFamily | undefined => {
  const found = families[dist.family]
  return found && Object.keys(dist.parameters).every((name) => name in found.parameters) ? found : undefined
}
