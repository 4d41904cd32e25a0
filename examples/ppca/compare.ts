/** PPCA of the irises three ways: in closed form, by EM, and as a program with a linear guide. Next: `main.ts`, which prints them. */
import {
  adam,
  cosine,
  diagnose,
  emPpca,
  evaluate,
  fit,
  fitPpca,
  linearGuide,
  type PpcaParameters,
  ppca,
  ppcaOf,
  tf,
} from "latently"
import { progress } from "latently/report"
import { iris } from "../data/small.js"

const timed = async <R>(run: () => R | Promise<R>): Promise<{ result: R; seconds: number }> => {
  const began = performance.now()
  const result = await run()
  return { result, seconds: (performance.now() - began) / 1e3 }
}

const fitAmortized = async (rows: number[][], latents: number, steps: number) => {
  const program = ppca({ dimension: rows[0]!.length, latents })
  const bar = progress({ label: "ppca, linear guide", total: steps })
  const fitted = await fit(program, linearGuide(program), [tf.tensor2d(rows)], {
    steps,
    optimizer: adam(cosine(0.05, steps)),
    onProgress: ({ step, loss }) => bar.update(step, { loss }),
  })
  bar.done()
  return { fitted, evaluation: evaluate(fitted, undefined, { draws: 50 }), diagnosis: diagnose(fitted) }
}

/** PPCA of the irises in closed form, by EM, and by a model with a linear guide; bounds in nats for all 150 rows. */
export const irisPpca = async (steps = 2000) => {
  const { rows } = iris()
  const closed = await timed(() => fitPpca(rows, { components: 2 }))
  const em = await timed(() => emPpca(rows, { components: 2 }))
  const amortized = await timed(() => fitAmortized(rows, 2, steps))
  const { fitted, evaluation, diagnosis } = amortized.result
  const exact = closed.result.logLikelihood
  const results = [
    { method: "closed form", bound: exact, params: closed.result as PpcaParameters, seconds: closed.seconds },
    { method: "EM", bound: em.result.logLikelihood, params: em.result, seconds: em.seconds },
    {
      method: "linear guide",
      bound: evaluation.elbo,
      params: ppcaOf(fitted.params),
      seconds: amortized.seconds,
    },
  ].map((each) => ({ ...each, perRow: each.bound / rows.length, gap: exact - each.bound }))
  return { results, evaluation, diagnosis, losses: fitted.losses }
}
