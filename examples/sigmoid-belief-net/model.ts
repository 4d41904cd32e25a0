/** A sigmoid belief net, 784 pixels from 100 binary units, and one guide for each way to make its gradient. Next: `main.ts`. */
import { bernoulli, guide, mlp, model, observe, param, plate, sample, scope, tf } from "latently"

const [pixels, units] = [784, 100]

export const beliefNet = model(function* (images: tf.Tensor2D) {
  const decode = yield* scope("decoder", mlp([units, pixels]))
  const prior = yield* param("prior", () => tf.zeros([units]))
  yield* plate("images", images, function* (x) {
    const z = yield* sample("z", bernoulli({ logits: prior }).toEvent(1))
    yield* observe("x", bernoulli({ logits: decode(z) }).toEvent(1), x)
  })
})

/** Score function less what a network of its own expects of each image. */
export const scored = guide(beliefNet, function* (images) {
  const encode = yield* scope("encoder", mlp([pixels, units]))
  const worth = yield* scope("baseline", mlp([pixels, 100, 1], { activation: "tanh" }))
  yield* plate("images", images, function* (x) {
    const baseline = tf.squeeze(worth(x), [-1])
    yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { gradient: "score", baseline })
  })
})

/** Score function less the cost at a relaxed draw, which is paid back pathwise. */
export const relaxed = guide(beliefNet, function* (images) {
  const encode = yield* scope("encoder", mlp([pixels, units]))
  yield* plate("images", images, function* (x) {
    yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { gradient: "rebar", temperature: 0.1 })
  })
})

/** The exact sum over on and off for eight units of each image, the others held. */
export const summed = guide(beliefNet, function* (images) {
  const encode = yield* scope("encoder", mlp([pixels, units]))
  yield* plate("images", images, function* (x) {
    yield* sample("z", bernoulli({ logits: encode(x) }).toEvent(1), { gradient: "local", group: 8 })
  })
})
