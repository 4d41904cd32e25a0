/**
 * The worked models, each with its exact answer beside it where there is one: mixtures of Gaussians, probabilistic PCA, the
 * variational autoencoder. Read `ppca.ts` first.
 */
export {
  type FittedGaussianMixture,
  fitGaussianMixture,
  type GaussianMixtureFit,
} from "./exact/gaussian-mixture.js"
export type { CovarianceStructure } from "./exact/mixture-layout.js"
export type { GaussianMixtureOptions } from "./exact/mixture-options.js"
export {
  type GaussianMixtureParameters,
  type MixtureScores,
  scoreGaussianMixture,
} from "./exact/mixture-score.js"
export type { InitialMixture } from "./exact/mixture-starts.js"
export { type FittedPpca, fitPpca, type LatentPosterior, type PpcaOptions } from "./exact/ppca.js"
export { type EmPpca, type EmPpcaOptions, emPpca } from "./exact/ppca-em.js"
export { type PpcaParameters, type PpcaScores, scorePpca } from "./exact/ppca-score.js"
export type { PackedRows, Rows as DataRows } from "./exact/rows.js"
export {
  type GaussianMixtureModel,
  type GaussianMixtureModelOptions,
  gaussianMixture,
} from "./gaussian-mixture.js"
export { mixtureOf, rowsOf } from "./mixture-em.js"
export { type ResponsibilityOptions, responsibilities } from "./mixture-guides.js"
export type { MixtureStartOption } from "./mixture-start.js"
export { linearGuide, type PpcaModel, type PpcaModelOptions, ppca, ppcaOf } from "./ppca.js"
export { type Vae, type VaeLikelihood, type VaeOptions, type VaeSettings, vae } from "./vae.js"
export { binarize, decode, encode, imagine, reconstruct } from "./vae-queries.js"
