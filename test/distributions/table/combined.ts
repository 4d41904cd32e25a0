/** Distributions made of others: mixtures, truncated, zero-inflated and point masses. */
import { delta } from "../../../src/distributions/delta.js"
import { exponential } from "../../../src/distributions/exponential.js"
import { laplace } from "../../../src/distributions/laplace.js"
import { logistic } from "../../../src/distributions/logistic.js"
import { mixture } from "../../../src/distributions/mixture.js"
import { mixtureSameFamily } from "../../../src/distributions/mixture-same-family.js"
import { normal } from "../../../src/distributions/normal.js"
import { poisson } from "../../../src/distributions/poisson.js"
import { truncated } from "../../../src/distributions/truncated.js"
import { zeroInflated } from "../../../src/distributions/zero-inflated.js"
import { type Tensor, type TensorLike, tf } from "../../../src/engine/tensor.js"
import type { Row } from "../battery/row.js"

type Given = Readonly<Record<string, TensorLike>>

/** A number for each component from one number a batch entry. */
const lastAxis = (x: TensorLike | undefined): Tensor => tf.expandDims(tf.tensor(x as never), -1)

const beside = (x: TensorLike | undefined): Tensor =>
  x instanceof tf.Tensor ? tf.expandDims(x, -1) : lastAxis(x)

const blends: readonly Row[] = [
  {
    name: "mixture-same-family",
    family: "mixtureSameFamily",
    make: ({ probs, loc, scale }: Given) =>
      mixtureSameFamily({ probs: probs!, components: normal(loc!, beside(scale)) }),
    cases: [
      { probs: [0.3, 0.7], loc: [-1, 2], scale: 0.75 },
      { probs: [0.5, 0.5], loc: [0, 1], scale: 2 },
      { probs: [0.9, 0.1], loc: [-4, 4], scale: 0.5 },
    ],
    ranks: { probs: 1, loc: 1 },
    outside: {
      probs: [
        [0.3, 0.8],
        [-0.5, 1.5],
      ],
    },
  },
  {
    name: "mixture",
    make: ({ probs, loc }: Given) =>
      mixture({
        probs: probs!,
        components: [normal(loc!, 1), laplace(tf.add(loc as Tensor | number, 2), 0.5)],
      }),
    cases: [
      { probs: [0.3, 0.7], loc: 0.25 },
      { probs: [0.5, 0.5], loc: -3 },
      { probs: [0.9, 0.1], loc: 10 },
    ],
    ranks: { probs: 1 },
    outside: {
      probs: [
        [0.3, 0.8],
        [-0.5, 1.5],
      ],
    },
  },
]

const restricted: readonly Row[] = [
  {
    name: "truncated-exponential",
    family: "truncated",
    make: ({ rate, high }: Given) => truncated(exponential(rate!), { high: high! }),
    cases: [
      { rate: 1, high: 2 },
      { rate: 0.25, high: 3 },
      { rate: 5, high: 1 },
    ],
    outside: {},
  },
  {
    name: "truncated-logistic",
    family: "truncated",
    make: ({ loc, low, high }: Given) => truncated(logistic(loc!, 1), { low: low!, high: high! }),
    cases: [
      { loc: 0, low: -1, high: 2 },
      { loc: 0.75, low: -2, high: 3 },
      { loc: -1, low: -1.5, high: 5 },
    ],
    outside: {},
  },
  {
    name: "zero-inflated-poisson",
    family: "zeroInflated",
    make: ({ rate, gate }: Given) => zeroInflated(poisson(rate!), { gate: gate! }),
    cases: [
      { rate: 2, gate: 0.3 },
      { rate: 0.5, gate: 0.05 },
      { rate: 20, gate: 0.6 },
    ],
    outside: { gate: [-0.1, 1.1] },
  },
  {
    name: "zero-inflated-poisson-logits",
    family: "zeroInflated",
    make: ({ rate, gateLogits }: Given) => zeroInflated(poisson(rate!), { gateLogits: gateLogits! }),
    cases: [
      { rate: 2, gateLogits: -1 },
      { rate: 0.5, gateLogits: 0 },
      { rate: 20, gateLogits: 2 },
    ],
    outside: {},
    noGolden: "the same formula in log-odds of the gate",
  },
  {
    name: "delta",
    make: delta,
    cases: [{ value: 0.5 }, { value: -3 }, { value: 100 }],
    outside: { value: [Infinity] },
    noDraws: "a point mass has no randomness",
    noGolden: "its log-density is 0 or -Infinity; test/distributions/delta.test.ts",
  },
]

export const combinations: readonly Row[] = [...blends, ...restricted]
