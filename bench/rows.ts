/**
 * The rows of the bench that sides compute in turn: which task, on which data, at which sizes, against whom. Left out: rows
 * that start processes of their own (`cold.ts`, `type-cost.ts`). Next: `contest.ts`, which runs a row.
 */
import { dataFile, type Recipe } from "./data.js"
import type { SideName } from "./side.js"
import type { TaskRequest } from "./task.js"

/** One row. Its first side is ours. */
export interface Row {
  readonly id: string
  readonly title: string
  /** What a number counts: "ms a step". */
  readonly unit: string
  readonly sides: readonly SideName[]
  /** Ways of running the task: one call a step, steps in a loop, … */
  readonly modes: readonly string[]
  readonly rounds?: number
  /** Facts that the sides must agree on, and how far apart they may lie, relatively. */
  readonly agree?: { readonly fact: string; readonly within: number }
  request(folder: string): TaskRequest
}

type Sizes = TaskRequest["sizes"]

const stepRow = (
  id: string,
  title: string,
  task: string,
  recipe: Recipe,
  sizes: Sizes,
  rest: Partial<Row> = {},
): Row => ({
  id,
  title,
  unit: "ms a step",
  sides: ["latently", "numpyro"],
  modes: ["call", "loop"],
  agree: { fact: "loss", within: 0.1 },
  request: (folder) => ({ task, sizes, data: { x: dataFile(folder, recipe, "float32") } }),
  ...rest,
})

const images = (count: number): Recipe => ["binaryRows", count, 784]

const vaeRow = (batch: number): Row =>
  stepRow(`vae-${batch}`, `VAE 784-400-20-400-784, batch ${batch}`, "vae", images(8 * batch), {
    batch,
    hidden: 400,
    loop: 64,
  })

/** The same step on more rows (gathered from resident data on both sides), and at other widths. */
const growthRows: readonly Row[] = [
  ...[1, 4, 16].map((times) =>
    stepRow(
      `rows-${times}x`,
      `VAE, batch 128 of ${2048 * times} rows`,
      "vae",
      images(2048 * times),
      { batch: 128, hidden: 400, loop: 64, gather: 1 },
      { rounds: 3 },
    ),
  ),
  ...[1, 4, 16].map((times) =>
    stepRow(
      `width-${times}x`,
      `VAE 784-${100 * times}-20-${100 * times}-784, batch 128`,
      "vae",
      images(1024),
      { batch: 128, hidden: 100 * times, loop: 64 },
      { rounds: 3 },
    ),
  ),
]

const emRow = (id: string, n: number, d: number, k: number, iterations: number, rounds: number): Row => ({
  id,
  title: `Exact EM, full covariance, ${n} × ${d} × ${k}`,
  unit: "ms an iteration",
  sides: ["latently", "sklearn", "jax"],
  modes: ["iteration"],
  rounds,
  agree: { fact: "logLikelihood", within: 1e-6 },
  request: (folder) => ({
    task: "em",
    sizes: { components: k, iterations },
    data: { x: dataFile(folder, ["mixturePoints", n, d, k]) },
  }),
})

const million = 1_000_000

const inputsOf: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  normal: { x: ["normals", million, 4], loc: ["normals", million, 5], scale: ["positives", million, 6] },
  gamma: {
    x: ["positives", million, 7],
    concentration: ["positives", million, 8],
    rate: ["positives", million, 6],
  },
  categorical: { x: ["labels", million, 10], logits: ["normals", 10 * million, 9, [million, 10]] },
}

const logProbRow = (family: string): Row => ({
  id: `log-prob-${family}`,
  title: `log p of ${million} values, ${family}`,
  unit: "ms a call",
  sides: ["latently", "numpyro"],
  modes: ["call"],
  agree: { fact: "mean", within: 1e-5 },
  request: (folder) => ({
    task: "logProb",
    family,
    sizes: {},
    data: Object.fromEntries(
      Object.entries(inputsOf[family]!).map(([name, recipe]) => [name, dataFile(folder, recipe)]),
    ),
  }),
})

const products: Row = {
  id: "products-128",
  title: "The matrix products of the VAE step alone, batch 128",
  unit: "ms a step",
  sides: ["latently", "numpyro"],
  modes: ["call"],
  request: () => ({ task: "products", sizes: { batch: 128, hidden: 400 }, data: {} }),
}

/** Every row, in the order of the tables. */
export const rows: readonly Row[] = [
  ...[32, 128, 512].map(vaeRow),
  products,
  stepRow("ppca", "PPCA 1000 × 10, 2 latents, batch 100", "ppca", ["linearRows", 1000, 10, 2], {
    batch: 100,
    latents: 2,
    loop: 256,
  }),
  stepRow(
    "mixture",
    "Mixture, 1000 points, 3 components summed out",
    "mixture",
    ["mixturePoints", 1000, 2, 3],
    {
      components: 3,
      loop: 256,
    },
  ),
  stepRow(
    "belief-net",
    "Sigmoid belief net, 200 latents, score function, batch 100",
    "beliefNet",
    images(800),
    {
      batch: 100,
      latents: 200,
      loop: 64,
    },
  ),
  stepRow("iwae", "IWAE, k = 50, 784-200-200-50, batch 20", "iwae", images(320), {
    batch: 20,
    hidden: 200,
    latents: 50,
    particles: 50,
    loop: 16,
  }),
  emRow("em-small", 10_000, 2, 3, 52, 7),
  emRow("em-large", 100_000, 8, 10, 6, 3),
  ...["normal", "gamma", "categorical"].map(logProbRow),
  ...growthRows,
  stepRow(
    "vae-wasm",
    "VAE 784-400-20-400-784, batch 128, WebAssembly",
    "vae",
    images(1024),
    { batch: 128, hidden: 400, loop: 4 },
    { sides: ["latently wasm", "jax-js"], modes: ["call"], rounds: 5 },
  ),
]
