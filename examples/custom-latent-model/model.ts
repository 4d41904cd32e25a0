/** A straight line through rows of which some are wrong, and for each row a latent that says whether it is. Next: `main.ts`. */
import {
  bernoulli,
  guide,
  marginalize,
  model,
  normal,
  observe,
  param,
  plate,
  positive,
  sample,
  tf,
  unit,
} from "latently"

/** One number a year each. */
export type Columns = { decade: tf.Tensor1D; calls: tf.Tensor1D }

/** calls = level + slope · decade + noise; a wrong row is off by `wrongBy` more. */
export const line = model(function* (data: Columns) {
  const level = yield* sample("level", normal(0, 10))
  const slope = yield* sample("slope", normal(0, 10))
  const scale = yield* param("scale", 0.5, positive)
  const wrongBy = yield* param("wrongBy", 10, positive)
  const rate = yield* param("rate", 0.2, unit)
  yield* plate("years", data, function* (row) {
    const wrong = yield* sample("wrong", bernoulli({ probs: rate }))
    const expected = tf.add(level, tf.mul(slope, row.decade))
    yield* observe("calls", normal(expected, tf.add(scale, tf.mul(wrong, wrongBy))), row.calls)
  })
})

function* lineFactors() {
  const loc = { level: yield* param("level/loc", 2), slope: yield* param("slope/loc", 0) }
  const scale = {
    level: yield* param("level/scale", 0.1, positive),
    slope: yield* param("slope/scale", 0.1, positive),
  }
  yield* sample("level", normal(loc.level, scale.level))
  yield* sample("slope", normal(loc.slope, scale.slope))
}

/** A factor for each latent: a normal for the level and the slope, a probability for every row. */
export const factors = guide(line, function* (data) {
  yield* lineFactors()
  const logits = yield* param("wrong/logits", () => tf.zeros([data.calls.size]))
  yield* plate("years", data, function* (_, rows) {
    yield* sample("wrong", bernoulli({ logits: tf.gather(logits, rows) }))
  })
})

/** The same model with the rows' latents summed out: it needs no guide for them. */
export const summed = marginalize(line, "wrong")

/** The guide of what is left. */
export const summedFactors = guide(summed, lineFactors)
