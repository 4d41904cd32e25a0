/**
 * Four ways to fit one mixture of Gaussians from one start: exact EM, variational EM with the exact sum, a score-function guide
 * and an amortized guide. Next: `main.ts`, which prints them.
 */
import {
  adam,
  cosine,
  type Diagnosis,
  diagnose,
  type Evaluation,
  em,
  evaluate,
  fit,
  type GaussianMixtureModel,
  gaussianMixture,
  mixtureOf,
  responsibilities,
  rowsOf,
  scoreGaussianMixture,
  type Tensor,
  type tf,
  variationalEm,
} from "latently"
import { progress } from "latently/report"

/** One way of fitting: its bound, its likelihood, its params, and how the bound went. */
export interface MixtureResult {
  readonly method: string
  /** Log-likelihood for exact EM, else the ELBO; nats, all rows. */
  readonly bound: number
  /** The ELBO in its parts; absent for exact EM, whose bound is the likelihood. */
  readonly evaluation: Evaluation | undefined
  /** Of the fits by a guide. */
  readonly diagnosis: Diagnosis | undefined
  /** log p(x) at the fitted params, in double precision. */
  readonly logLikelihood: number
  /** Exact EM's log-likelihood less the bound. */
  readonly gap: number
  readonly seconds: number
  readonly params: Readonly<Record<string, Tensor>>
  /** The bound at numbers of steps. */
  readonly history: { readonly steps: readonly number[]; readonly bound: readonly number[] }
}

interface Ended {
  readonly params: MixtureResult["params"]
  readonly history: MixtureResult["history"]
  readonly evaluation?: Evaluation
  readonly diagnosis?: Diagnosis
}

type Way = (mixture: GaussianMixtureModel, points: tf.Tensor2D, steps: number) => Ended | Promise<Ended>

const counted = (values: readonly number[]): number[] => values.map((_, i) => i + 1)

const exactEm: Way = (mixture, points) => {
  const { params, history } = em(mixture, [points])
  return { params, history: { steps: counted(history), bound: history } }
}

/** By turns: a guide with free probabilities for every row climbs to its best, then the mixture takes some steps. */
const variational: Way = async (mixture, points, steps) => {
  const rounds = Math.max(1, Math.min(12, Math.round(steps / 50)))
  const bar = progress({ label: "mixture, variational EM", total: rounds })
  const at: number[] = []
  const fitted = await variationalEm(mixture, responsibilities(mixture, { of: "rows" }), [points], {
    rounds,
    learningRate: 0.05,
    onProgress: (told) => {
      at.push(told.steps)
      bar.update(told.round, { loss: -told.elbo })
    },
  })
  bar.done()
  return {
    params: fitted.params,
    history: { steps: at, bound: fitted.history },
    evaluation: evaluate(fitted),
    diagnosis: diagnose(fitted),
  }
}

/** Both at once, with a network of x for a guide; its gradient by the score function of 8 draws, or by the exact sum. */
const amortized =
  (gradient: "score" | "exact"): Way =>
  async (mixture, points, steps) => {
    const bar = progress({ label: `mixture, network, ${gradient}`, total: steps })
    const fitted = await fit(mixture, responsibilities(mixture, { of: "network", gradient }), [points], {
      steps,
      particles: gradient === "score" ? 8 : 1,
      optimizer: adam(cosine(0.05, steps)),
      onProgress: ({ step, loss }) => bar.update(step, { loss }),
    })
    bar.done()
    const bound = fitted.losses.map((loss) => -loss)
    const evaluation = evaluate(fitted, undefined, { draws: gradient === "score" ? 200 : 1 })
    const history = { steps: counted(bound), bound }
    return { params: fitted.params, history, evaluation, diagnosis: diagnose(fitted) }
  }

const ways: readonly (readonly [method: string, way: Way])[] = [
  ["exact EM", exactEm],
  ["variational EM, exact sum", variational],
  ["score-function guide", amortized("score")],
  ["amortized guide", amortized("exact")],
]

/** Fits the points in every way from one start. `steps` is for the guides; exact EM and variational EM stop by themselves. */
export const compareMixtures = async (
  points: tf.Tensor2D,
  components: number,
  steps = 1000,
): Promise<MixtureResult[]> => {
  const mixture = gaussianMixture({ components })
  const results: MixtureResult[] = []
  for (const [method, way] of ways) {
    const began = performance.now()
    const { params, history, evaluation, diagnosis } = await way(mixture, points, steps)
    const seconds = (performance.now() - began) / 1e3
    const { logLikelihood } = scoreGaussianMixture(rowsOf(points), mixtureOf(params))
    const bound = evaluation?.elbo ?? logLikelihood
    const gap = (results[0]?.bound ?? bound) - bound
    results.push({ method, bound, gap, logLikelihood, seconds, params, history, evaluation, diagnosis })
  }
  return results
}
