/** Runs the three worked examples and puts what they found into one table. Next: `report.ts`, the pictures. */
import { cosine, type Evaluation } from "latently"
import type { Column } from "latently/report"
import type { MixtureResult } from "../gaussian-mixture/compare.js"
import { faithfulMixtures } from "../gaussian-mixture/main.js"
import { irisPpca } from "../ppca/compare.js"
import { classicVae, planeVae, type TrainedVae, trainVae } from "../vae/train.js"

/** Everything that was fitted. */
export interface Results {
  readonly mixtures: readonly MixtureResult[]
  readonly ppca: Awaited<ReturnType<typeof irisPpca>>
  /** 50 latents. */
  readonly vae: TrainedVae
  /** Two latents, for the plane. */
  readonly plane: TrainedVae
}

/** How much to do: most steps of each fit, and seconds for each autoencoder. */
export interface Effort {
  readonly mixtureSteps: number
  readonly ppcaSteps: number
  readonly vaeSteps: number
  readonly planeSteps: number
  readonly vaeSeconds: number
  readonly planeSeconds: number
}

/** Under three minutes on two cores, natively. Autoencoders stop when their seconds are over, where steps are slow. */
export const fullEffort: Effort = {
  mixtureSteps: 1000,
  ppcaSteps: 2000,
  vaeSteps: 12 * 469,
  planeSteps: 4500,
  vaeSeconds: 60,
  planeSeconds: 40,
}

/** The same in a few steps each: to see that everything runs. */
export const shortEffort = (steps: number): Effort => ({
  mixtureSteps: steps,
  ppcaSteps: steps,
  vaeSteps: steps,
  planeSteps: steps,
  vaeSeconds: 60,
  planeSeconds: 40,
})

/** One example after the other. */
export const runAll = async (effort: Effort): Promise<Results> => {
  const mixtures = await faithfulMixtures(effort.mixtureSteps)
  const ppca = await irisPpca(effort.ppcaSteps)
  const { vaeSteps, vaeSeconds, planeSteps, planeSeconds } = effort
  const vae = await trainVae({
    program: classicVae(50),
    steps: vaeSteps,
    seconds: vaeSeconds,
    label: "vae, 50 latents",
  })
  const plane = await trainVae({
    program: planeVae(),
    rate: cosine(2e-3, planeSteps, 2e-4),
    steps: planeSteps,
    seconds: planeSeconds,
    label: "vae, 2 latents",
  })
  return { mixtures, ppca, vae, plane }
}

/** A line of the table; numbers in nats. */
export interface Line {
  readonly model: string
  readonly method: string
  readonly bound: number
  readonly digits: number
  readonly recon?: number | undefined
  readonly kl?: number | undefined
  readonly gap?: number
  readonly seconds?: number
}

const parts = (evaluation: Evaluation | undefined): Pick<Line, "recon" | "kl"> => ({
  recon: evaluation?.likelihood,
  kl: evaluation?.divergence,
})

const vaeLines = (model: string, { train, test, seconds, fitted }: TrainedVae): Line[] => [
  { model, method: `train, ${fitted.steps} steps`, bound: train.elbo, digits: 2, ...parts(train), seconds },
  { model, method: "test", bound: test.elbo, digits: 2, ...parts(test) },
]

/** Every result as a line. */
export const linesOf = ({ mixtures, ppca, vae, plane }: Results): Line[] => [
  ...mixtures.map(({ method, bound, evaluation, gap, seconds }) => {
    return {
      model: "Old Faithful, 2 Gaussians",
      method,
      bound,
      digits: 4,
      ...parts(evaluation),
      gap,
      seconds,
    }
  }),
  ...ppca.results.map(({ method, bound, gap, seconds }, i) => {
    const own = parts(i === 2 ? ppca.evaluation : undefined)
    return { model: "Iris, PPCA, 2 latents", method, bound, digits: 4, ...own, gap, seconds }
  }),
  ...vaeLines("MNIST, VAE, 50 latents (an image)", vae),
  ...vaeLines("MNIST, VAE, 2 latents (an image)", plane),
]

/** How the lines are written. */
export const columns: readonly Column<Line>[] = [
  { key: "model", heading: "data and model" },
  { key: "method", heading: "method" },
  {
    key: "bound",
    heading: "log p(x) or ELBO",
    align: "right",
    format: (value, { digits }) => Number(value).toFixed(digits),
  },
  { key: "recon", heading: "= recon", digits: 2 },
  { key: "kl", heading: "- KL", digits: 2 },
  { key: "gap", heading: "gap", digits: 4 },
  { key: "seconds", heading: "s", digits: 1 },
]

/** What is wrong with any of the fits and what to do about it, as their diagnoses say; nothing where all is well. */
export const alarmsOf = ({ mixtures, ppca, vae, plane }: Results): string[] =>
  [
    ...mixtures.map(({ method, diagnosis }) => [method, diagnosis] as const),
    ["linear guide", ppca.diagnosis] as const,
    ["VAE, 50 latents", vae.diagnosis] as const,
    ["VAE, 2 latents", plane.diagnosis] as const,
  ].flatMap(([fit, diagnosis]) =>
    (diagnosis?.alarms ?? []).map(({ text, advice }) => `${fit}: ${text}\n  → ${advice}`),
  )
