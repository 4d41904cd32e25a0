import {
  bernoulli,
  categorical,
  condition,
  type fit,
  guide,
  type Latents,
  marginalize,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  type SitesOf,
  sample,
  scope,
  type Tensor,
  tf,
  type Values,
} from "latently"
import { describe, expect, it } from "vitest"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Fails to compile where the two types differ; `tsc` runs over this file in `npm test`. */
const same = <A, B>(..._: Same<A, B> extends true ? [] : ["the types differ", A, B]): void =>
  expect(true).toBe(true)

const rows = tf.zeros<tf.Rank.R2>([4, 3])

const joint = model(function* (x: tf.Tensor2D) {
  const weights = yield* param("weights", () => tf.zeros<tf.Rank.R2>([3, 2]))
  const scale = yield* param("scale", 1, positive)
  const shift = yield* param("shift", [0, 0])
  same<typeof weights, tf.Tensor2D>()
  same<typeof scale, tf.Scalar>()
  same<typeof shift, tf.Tensor1D>()
  const on = yield* sample("on", bernoulli({ probs: 0.5 }))
  same<typeof on, Tensor>()
  yield* plate("rows", x, function* (row) {
    same<typeof row, tf.Tensor2D>()
    const z = yield* sample("z", normal(row, 1).toEvent(1))
    same<typeof z, tf.Tensor2D>()
    const free = yield* sample("free", normal(0, 1))
    same<typeof free, Tensor>()
    yield* observe("x", normal(z, scale).toEvent(1), row)
  })
  return shift
})

describe("the types of a program", () => {
  it("list its sites by role, with the ranks that a plate cannot change", () => {
    same<Latents<typeof joint>, { on: Tensor; z: tf.Tensor2D; free: Tensor }>()
    same<Values<typeof joint, "observed">, { x: tf.Tensor2D }>()
    same<
      Values<typeof joint, "param">,
      {
        weights: tf.Tensor2D
        scale: tf.Scalar
        shift: tf.Tensor1D
      }
    >()
  })

  it("follow condition and marginalize from latent to observed and enumerated", () => {
    const given = condition(joint, { free: 1 })
    same<keyof Latents<typeof given>, "on" | "z">()
    same<keyof Values<typeof given, "observed">, "x" | "free">()
    const summed = marginalize(joint, "on")
    same<keyof Values<typeof summed, "enumerated">, "on">()
  })

  it("prefix names in scopes and keep a loop's names as a pattern", () => {
    const scoped = model(function* () {
      yield* scope("net", mlp([2, 3]))
      for (let i = 0; i < 3; i++) yield* sample(`z_${i}`, normal(0, 1))
    })
    same<keyof Latents<typeof scoped>, `z_${number}`>()
    same<Extract<SitesOf<typeof scoped>["name"], "net/layer0/weights">, never>()
  })

  it("type a plain yield as a tensor and still count its site", () => {
    const plain = model(function* () {
      const z = yield sample("z", normal(0, 1))
      same<typeof z, Tensor>()
      yield sample("k", categorical({ probs: [0.5, 0.5] }))
    })
    same<keyof Latents<typeof plain>, "z" | "k">()
  })

  it("give a guide its model's arguments and a fit its params by name", () => {
    const q = guide(joint, function* (x) {
      same<typeof x, tf.Tensor2D>()
      const loc = yield* param("loc", 0)
      yield* sample("on", bernoulli({ logits: loc }))
      yield* plate("rows", x, function* (row) {
        yield* sample("z", normal(row, 1).toEvent(1))
        yield* sample("free", normal(0, 1))
      })
    })
    type Fitted = Awaited<ReturnType<typeof fit<typeof joint, typeof q>>>["params"]
    same<Fitted["loc"], tf.Scalar>()
    same<Fitted["weights"], tf.Tensor2D>()
    same<typeof rows, tf.Tensor2D>()
  })
})
