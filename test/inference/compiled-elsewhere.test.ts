/** Fits on WebAssembly run on the step machine: models, guides, estimators and objectives, each as it is kernel by kernel. */
import {
  autoGuide,
  bernoulli,
  binarize,
  doublyReparameterized,
  type FitOptions,
  fit,
  gaussianMixture,
  guide,
  iwae,
  linearGuide,
  mlp,
  model,
  normal,
  type Objective,
  observe,
  type Program,
  param,
  plate,
  ppca,
  renyi,
  responsibilities,
  reweightedWakeSleep,
  sample,
  scope,
  stickingTheLanding,
  studentT,
  type Tensor,
  tf,
  vae,
  vimco,
} from "latently"
import { describe, expect, it } from "vitest"
import { useBackend } from "../backends.js"
import { faithful, iris, tensorOf } from "../models/tables.js"

const [rows, columns] = [12, 6] as const

/** Numbers between 0 and 1 in no order. */
const grey = (): tf.Tensor2D =>
  tf.tensor2d(
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, i) => ((7 * row + 3 * i) % 10) / 10),
    ),
  )

type Fitted = { readonly model: Program<any>; readonly guide: Program<any>; readonly data: Tensor }

const pixels = (redraw: boolean): Fitted => {
  const { model, encoder } = vae({ pixels: columns, hidden: 5, latents: 2, redraw })
  return { model, guide: encoder, data: redraw ? grey() : binarize(grey(), 3) } as unknown as Fitted
}

/** A sigmoid belief net whose guide has this estimator. */
const beliefNet = (gradient: "score" | "rebar" | "local"): Fitted => {
  const latents = 3
  const net = model(function* (images: tf.Tensor2D) {
    const decode = yield* scope("decoder", mlp([latents, columns]))
    const prior = yield* param("prior", () => tf.zeros([latents]))
    yield* plate("images", images, function* (x) {
      const z = yield* sample("z", bernoulli({ logits: prior }).toEvent(1))
      yield* observe("x", bernoulli({ logits: decode(z) }).toEvent(1), x)
    })
  })
  const encoder = guide(net, function* (images) {
    const encode = yield* scope("encoder", mlp([columns, latents]))
    yield* plate("images", images, function* (x) {
      yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { gradient } as never)
    })
  })
  return { model: net, guide: encoder, data: binarize(grey(), 3) } as unknown as Fitted
}

const mixture = (of: "rows" | "network" | "quadratic"): Fitted => {
  const program = gaussianMixture({ components: 2 })
  return {
    model: program,
    guide: responsibilities(program, { of }),
    data: tensorOf(faithful),
  } as unknown as Fitted
}

/** A line with wide noise, whose slope and offset are inferred. */
const line = (make: (program: never) => unknown): Fitted => {
  const program = model(function* (points: tf.Tensor2D) {
    const slope = yield* sample("slope", normal(0, 1))
    const offset = yield* sample("offset", normal(0, 1))
    yield* plate("points", points, function* (point) {
      const [x, y] = tf.split(point, columns, 1)
      yield* observe("y", studentT(4, tf.add(tf.mul(slope, x!), offset), 0.3).toEvent(1), y!)
    })
  })
  return { model: program, guide: make(program as never), data: grey() } as unknown as Fitted
}

const principal = (): Fitted => {
  const program = ppca({ dimension: 4, latents: 2 })
  return { model: program, guide: linearGuide(program), data: tensorOf(iris) } as unknown as Fitted
}

const fits: Readonly<Record<string, () => Fitted>> = {
  "an autoencoder": () => pixels(false),
  "an autoencoder that redraws its pixels": () => pixels(true),
  "principal components": principal,
  "a belief net, score": () => beliefNet("score"),
  "a belief net, rebar": () => beliefNet("rebar"),
  "a belief net, local": () => beliefNet("local"),
  "a mixture, shares by row": () => mixture("rows"),
  "a mixture, shares by network": () => mixture("network"),
  "a mixture, shares by quadratic": () => mixture("quadratic"),
  "a line, independent normals": () => line((program) => autoGuide.meanField(program)),
  "a line, a joint normal": () => line((program) => autoGuide.fullRank(program)),
  "a line, a planar flow": () => line((program) => autoGuide.flow(program, { kind: "planar", layers: 1 })),
  "a line, a spline flow": () => line((program) => autoGuide.flow(program, { kind: "spline", layers: 1 })),
}

const objectives: Readonly<Record<string, Objective>> = {
  "sticking the landing": stickingTheLanding(),
  "importance weights": iwae({ particles: 3 }),
  "doubly reparameterized": doublyReparameterized({ particles: 3 }),
  "Rényi's": renyi({ alpha: 0.5, particles: 3 }),
  vimco: vimco({ particles: 3 }),
  "wake and sleep": reweightedWakeSleep({ particles: 3 }),
}

/** The largest difference relative to the largest number. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const scale = Math.max(...Array.from(b, Math.abs))
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!))) / scale
}

const numbersOf = (params: unknown): number[] =>
  Object.values(params as Record<string, Tensor>).flatMap((tensor) => [...tensor.dataSync()])

const expectSame = async ({ model, guide, data }: Fitted, options: Partial<FitOptions> = {}) => {
  const run = (compile: boolean) =>
    fit(
      model as never,
      guide as never,
      [data] as never,
      {
        steps: 8,
        learningRate: 1e-2,
        batch: 5,
        compile,
        ...options,
      } as never,
    )
  const [compiled, eager] = [await run(true), await run(false)]
  expect(eager.losses.length).toBe(8)
  expect(distance(compiled.losses, eager.losses)).toBeLessThan(1e-5)
  expect(distance(numbersOf(compiled.params), numbersOf(eager.params))).toBeLessThan(1e-4)
}

describe("fits on WebAssembly", () => {
  useBackend("wasm")

  for (const [name, make] of Object.entries(fits)) it(name, () => expectSame(make()))

  for (const [name, objective] of Object.entries(objectives))
    it(`an autoencoder by ${name}`, () => expectSame(pixels(false), { objective }))
})
