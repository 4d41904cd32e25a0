// Each line under an `expect:` comment must fail to compile with exactly that text in its message.
import { bernoulli, categorical, condition, fit, guide, marginalize, model, normal, observe, param, positive, sample, tf } from "latently"

const two = model(function* (x: tf.Tensor1D) {
  const z = yield* sample("z", normal(0, 1))
  const w = yield* sample("w", normal(z, 1))
  yield* observe("x", normal(w, 1), x)
})

// expect: guide misses latent site 'w'
guide(two, function* () {
  yield* sample("z", normal(0, 1))
})

// expect: guide site 'y' is not a latent of the model
guide(two, function* () {
  yield* sample("z", normal(0, 1))
  yield* sample("w", normal(0, 1))
  yield* sample("y", normal(0, 1))
})

const weighted = model(function* () {
  yield* sample("w", bernoulli({ probs: 0.5 }))
})

// expect: guide site 'w' can leave the model's support
guide(weighted, function* () {
  yield* sample("w", normal(0, 1))
})

// expect: 'q' does not exist in type
condition(two, { q: 1 })

// expect: Argument of type '"z"' is not assignable to parameter of type 'never'
marginalize(two, "z")

// expect: Type '"pathwise"' is not assignable to type '"exact" | "local" | "rebar" | "relax" | "score"
sample("k", categorical({ probs: [0.5, 0.5] }), { gradient: "pathwise" })

const scaled = model(function* () {
  const scale = yield* param("scale", 1, positive)
  yield* sample("z", normal(0, scale))
})
const covered = guide(scaled, function* () {
  yield* sample("z", normal(0, 1))
})

export const misread = async () => {
  const { params } = await fit(scaled, covered, [])
  // expect: Property 'scala' does not exist on type
  return params.scala
}

const uncovered = guide(weighted, function* () {
  yield* sample("w", bernoulli({ probs: 0.5 }))
})

// expect: guide misses latent site 'z'
fit(two, uncovered, [tf.tensor1d([1])])
