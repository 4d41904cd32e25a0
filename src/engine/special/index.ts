/** The special functions, one family a file: elementwise with broadcasting, except `logSumExp` and the draws. */
// the gradients of where and of comparisons, which derivatives of these functions go through
import "../repair/index.js"

export { i0e, i1e, logI0 } from "./bessel.js"
export { lbeta } from "./beta.js"
export { digamma, digammaDifference, lgamma, lgammaDifference, polygamma, trigamma } from "./gamma.js"
export { logStandardGamma, standardGamma } from "./gamma-sample.js"
export { betainc, gammainc, gammaincc, gammaSampleGradient } from "./incomplete.js"
export { logSumExp } from "./log-sum-exp.js"
export {
  expm1,
  log1mexp,
  log1p,
  logSigmoid,
  softplus,
  softplusInverse,
  xlog1py,
  xlogy,
} from "./logarithm.js"
export { erf, erfc, erfinv, logNdtr, ndtr, ndtri } from "./normal.js"
