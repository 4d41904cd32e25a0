/**
 * The public surface: named re-exports only. `index.node.ts` adds the native backend in Node. Read `dsl/site.ts` first, then
 * `dsl/handlers.ts`, `inference/elbo.ts`, `models/ppca.ts`.
 */
import "./engine/browser.js"

export * from "./distributions/index.js"
export {
  angle,
  atLeast,
  boolean,
  correlationCholesky,
  interval,
  lowerCholesky,
  nonNegative,
  ordered,
  positive,
  positiveDefinite,
  positiveOrdered,
  real,
  realVector,
  type Support,
  type SupportKind,
  simplex,
  unit,
  unitVector,
} from "./distributions/supports.js"
export {
  block,
  condition,
  intervene,
  marginalize,
  mask,
  scale,
  scope,
  seed,
  substitute,
} from "./dsl/handlers.js"
export {
  type Activation,
  type BayesianOptions,
  type BayesianSites,
  type Heads,
  type MlpOptions,
  mlp,
  type WeightPrior,
} from "./dsl/mlp.js"
export { type PlateOptions, plate, type Rows } from "./dsl/plate.js"
export { deterministic, factor, observe, param, random, sample } from "./dsl/primitives.js"
export { guide, model } from "./dsl/program.js"
export type { Baseline, Estimator, Init, ParamOptions, Role, SampleOptions, Site } from "./dsl/site.js"
export { ModelError } from "./dsl/site-error.js"
export { logJoint, type Trace, type TracedSite, type TraceOptions, trace } from "./dsl/trace.js"
export type {
  ArgumentsOf,
  Body,
  CheckGuide,
  Latents,
  Program,
  ResultOf,
  Run,
  SitesOf,
  Values,
} from "./dsl/types.js"
export { type BackendName, backend, ready, setBackend } from "./engine/backend.js"
export { DistributionError, EngineError, LatentlyError } from "./engine/error.js"
export { adam, clipNorm, clipValue, momentum, type Optimizer, rmsProp, sgd } from "./engine/optimize.js"
export { fold, type Key, type KeyLike } from "./engine/random.js"
export { stopGradient } from "./engine/repair/index.js"
export {
  constant,
  cosine,
  exponentialDecay,
  linear,
  piecewise,
  type Schedule,
  warmup,
} from "./engine/schedule.js"
export { type Shape, type Tensor, type TensorLike, tf } from "./engine/tensor.js"
export { autoGuide, type DerivedGuide } from "./inference/auto-guide.js"
export { fromBytes, load, type SavedFit, save, toBytes } from "./inference/checkpoint/checkpoint.js"
export type { Alarm } from "./inference/diagnostics/alarms.js"
export { type DiagnoseOptions, type Diagnosis, diagnose } from "./inference/diagnostics/diagnose.js"
export {
  type BySite,
  type DiscreteOptions,
  marginals,
  mostLikely,
  posteriorDraws,
} from "./inference/discrete.js"
export { type EmFit, type EmOptions, em } from "./inference/em.js"
export { type Evaluation, evaluate, type QuestionOptions } from "./inference/evaluate.js"
export { type Expectation, expectation } from "./inference/expectation.js"
export { type Explanation, explain } from "./inference/explain.js"
export { fit, type ParamsOf } from "./inference/fit.js"
export type { FitOptions, Progress } from "./inference/fit-options.js"
export type { Fit, FitStatus } from "./inference/fit-result.js"
export type { AmortizedOptions } from "./inference/guides/encoder.js"
export type { FlowKind, FlowOptions } from "./inference/guides/flow-guide.js"
export { laplaceApproximation } from "./inference/guides/laplace.js"
export { type Importance, importance } from "./inference/importance.js"
export { type AnnealedOptions, annealed } from "./inference/objectives/annealed.js"
export { type ElboOptions, elbo } from "./inference/objectives/elbo.js"
export {
  doublyReparameterized,
  type GuideGradient,
  type ImportanceWeightedOptions,
  iwae,
} from "./inference/objectives/importance-weighted.js"
export type { Objective } from "./inference/objectives/objective.js"
export { type RenyiOptions, renyi } from "./inference/objectives/renyi.js"
export { reweightedWakeSleep } from "./inference/objectives/reweighted-wake-sleep.js"
export { stickingTheLanding } from "./inference/objectives/sticking-the-landing.js"
export { vimco } from "./inference/objectives/vimco.js"
export { type Predictions, type PredictOptions, predict, priorPredict } from "./inference/predict.js"
export { type PriorOptions, priorImportance } from "./inference/prior-importance.js"
export { type CalibrateOptions, type Calibration, calibrate } from "./inference/proof/calibrate.js"
export {
  type CheckGradientOptions,
  checkGradient,
  type GradientCheck,
} from "./inference/proof/check-gradient.js"
export { type Gap, type GapOptions, gap } from "./inference/proof/gap.js"
export {
  type AnnealedImportance,
  type AnnealedImportanceOptions,
  annealedImportance,
} from "./inference/sampling/annealed-importance.js"
export { type NutsOptions, nuts, type Posterior } from "./inference/sampling/nuts.js"
export {
  type VariationalEmFit,
  type VariationalEmOptions,
  variationalEm,
} from "./inference/variational-em.js"
export * from "./models/index.js"
