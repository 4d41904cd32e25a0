/** The pictures of the three worked examples as sections of one page. Next: `../../scripts/start.ts`, which writes it. */
import { curves, latentScatter, type ReportSection, type Series } from "latently/report"
import type { MixtureResult } from "../gaussian-mixture/compare.js"
import { ellipses } from "../gaussian-mixture/main.js"
import { irisScatter } from "../ppca/main.js"
import { imagined, manifold, reconstructed } from "../vae/main.js"
import { encoded, type TrainedVae, testPictures } from "../vae/train.js"
import { columns, linesOf, type Results } from "./results.js"

/** A number as it stands in a picture or in running text. */
const written = (value: number, digits: number): string => value.toFixed(digits).replace("-", "−")

const mixtureSection = async (mixtures: readonly MixtureResult[]): Promise<ReportSection> => {
  const exact = mixtures[0]!
  const series: Series[] = mixtures.map(({ method, history }) => ({
    label: method,
    x: history.steps,
    y: history.bound,
  }))
  return {
    heading: "A mixture of two Gaussians, four ways",
    text:
      "272 eruptions of the geyser Old Faithful: how long each lasted and how long the next one took to come. All fits begin at the " +
      "same k-means++ start. Exact EM knows p(component | x); variational EM climbs to it with a probability for every row; " +
      "the last two carry it in a network of x, trained by the *score function* of eight draws or by the *exact sum* over both " +
      "components.",
    figures: [
      {
        svg: await ellipses(mixtures),
        caption: "One and two standard deviations of each component; points are coloured by whose they are.",
      },
      {
        svg: await curves({
          series,
          x: "iterations or steps (log scale)",
          y: "log p(x) or ELBO (nats)",
          references: [{ label: `log-likelihood ${written(exact.bound, 4)}`, value: exact.bound }],
          logSteps: true,
          yDomain: [exact.bound - 12, exact.bound + 2],
          width: 760,
          height: 340,
        }),
        caption:
          "The bound on the way up. A single draw of the score-function guide may lie above the bound; its mean does not.",
      },
    ],
  }
}

const ppcaSection = async ({ results, losses }: Results["ppca"]): Promise<ReportSection> => {
  const [closed, , guided] = results
  return {
    heading: "Probabilistic PCA against its closed form",
    text:
      "Four lengths of 150 irises, two latents. The linear guide holds the exact posterior, so its bound can touch the " +
      "log-likelihood, and the plane it finds can be compared with the eigenvectors of the closed form.",
    figures: [
      {
        svg: await irisScatter([closed!, guided!]),
        caption:
          "Posterior means of the latents; the second panel is turned onto the first. The species were not told.",
      },
      {
        svg: await curves({
          series: [{ label: "linear guide", y: losses.map((loss) => -loss) }],
          references: [{ label: `closed form ${written(closed!.bound, 4)}`, value: closed!.bound }],
          y: "ELBO (nats)",
          yDomain: [closed!.bound - 60, closed!.bound + 8],
          width: 760,
        }),
        caption:
          "The bound of one draw at every step: as the guide becomes the posterior, its noise vanishes.",
      },
    ],
  }
}

const vaeSection = async (vae: TrainedVae): Promise<ReportSection> => ({
  heading: "A variational autoencoder on MNIST",
  text:
    "784-400-50-400-784 (NumPyro's example), softplus, Adam at 1e-3, batches of 128; pixels are drawn from the grey values anew at every step. " +
    `Test ELBO **${written(vae.test.elbo, 2)}** = recon ${written(vae.test.likelihood, 2)} − KL ${written(vae.test.divergence, 2)} nats an image ` +
    `after ${vae.fitted.steps} steps.`,
  figures: [
    {
      svg: await curves({
        series: [{ label: "train", y: vae.losses.map((loss) => -loss) }],
        references: [{ label: `test ${written(vae.test.elbo, 2)}`, value: vae.test.elbo }],
        y: "ELBO (nats an image)",
        width: 760,
      }),
      caption: "The bound of each batch; the dashed line is the test set's at the end.",
    },
    {
      svg: reconstructed(vae),
      caption: "Test pictures, and what is decoded from their codes.",
      width: "half",
    },
    { svg: imagined(vae), caption: "Decoded from draws of the prior.", width: "half" },
  ],
})

const planeSection = async (plane: TrainedVae): Promise<ReportSection> => {
  const { binary, labels } = testPictures(2000)
  return {
    heading: "Two latents: the whole space on one page",
    text:
      "784-256-128-2-128-256-784, tanh: two latents alone " +
      `(test ELBO ${written(plane.test.elbo, 2)}): what two numbers can tell of a digit, and where they put it.`,
    figures: [
      {
        svg: manifold(plane),
        caption: "Decoded from a grid that is even in probability under the prior.",
        width: "half",
      },
      {
        svg: await latentScatter({ means: encoded(plane, binary), classes: labels }),
        caption: "Where the encoder puts 2,000 test digits; it never saw a label.",
        width: "half",
      },
    ],
  }
}

/** All sections, the table first. */
export const sectionsOf = async (results: Results): Promise<ReportSection[]> => [
  {
    heading: "What was found",
    table: {
      rows: linesOf(results),
      columns,
      groupBy: "model",
      caption:
        "Nats, for all rows unless it says otherwise. The gap is to the exact answer; a bound lies below it.",
    },
  },
  await mixtureSection(results.mixtures),
  await ppcaSection(results.ppca),
  await vaeSection(results.vae),
  await planeSection(results.plane),
]
