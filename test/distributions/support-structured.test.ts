/** Membership of supports with structure, value by value; NaN is never a member. */
import { describe, expect, it } from "vitest"
import * as supports from "../../src/distributions/supports.js"
import { type NestedNumbers, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"

const root = Math.SQRT1_2

type Case = readonly [
  support: supports.Support,
  members: readonly NestedNumbers[],
  others: readonly NestedNumbers[],
]

const cases: readonly Case[] = [
  [
    supports.ordered,
    [[-1, 0, 2]],
    [
      [0, 0, 1],
      [1, 0, 2],
      [0, 1, Infinity],
      [0, Number.NaN, 1],
    ],
  ],
  [
    supports.positiveOrdered,
    [[0.1, 0.2, 3]],
    [
      [-1, 0, 2],
      [0, 1, 2],
      [2, 1, 3],
      [1, 2, Number.NaN],
    ],
  ],
  [
    supports.unitVector,
    [
      [0.6, 0.8],
      [-root, root],
      [0, -1],
    ],
    [
      [1, 1],
      [0, 0],
      [Number.NaN, 1],
    ],
  ],
  [
    supports.lowerCholesky,
    [
      [
        [1, 0],
        [-3, 2],
      ],
    ],
    [
      [
        [1, 0.1],
        [0, 1],
      ],
      [
        [0, 0],
        [1, 1],
      ],
      [
        [1, 0],
        [1, -1],
      ],
      [
        [1, 0],
        [Number.NaN, 1],
      ],
    ],
  ],
  [
    supports.correlationCholesky,
    [
      [
        [1, 0],
        [0.6, 0.8],
      ],
    ],
    [
      [
        [1, 0],
        [0.6, 0.7],
      ],
      [
        [1, 0],
        [0.6, -0.8],
      ],
      [
        [2, 0],
        [0.6, 0.8],
      ],
    ],
  ],
  [
    supports.positiveDefinite,
    [
      [
        [2, 1],
        [1, 2],
      ],
      [
        [1e-6, 0],
        [0, 1e6],
      ],
    ],
    [
      [
        [1, 2],
        [2, 1],
      ],
      [
        [1, 0.5],
        [0.4, 1],
      ],
      [
        [0, 0],
        [0, 1],
      ],
      [
        [1, Number.NaN],
        [Number.NaN, 1],
      ],
    ],
  ],
  [
    supports.simplex,
    [
      [0.25, 0.75],
      [0, 1],
    ],
    [
      [0.5, 0.6],
      [-0.1, 1.1],
      [Number.NaN, 1],
    ],
  ],
]

const scalar: readonly (readonly [
  supports.Support,
  members: readonly number[],
  others: readonly number[],
])[] = [
  [supports.real, [-1e30, 0], [Infinity, -Infinity, Number.NaN]],
  [supports.positive, [1e-30, 5], [0, -1, Infinity, Number.NaN]],
  [supports.nonNegative, [0, 5], [-1e-30, Infinity, Number.NaN]],
  [supports.atLeast(2), [2, 5], [1.9, -3, Infinity, Number.NaN]],
  [supports.unit, [0, 0.3, 1], [-1e-20, 1.0001, Number.NaN]],
  [supports.interval(-1, 2), [-1, 2], [-1.1, 2.1, Number.NaN]],
  [supports.angle, [-Math.PI, 0, Math.PI], [3.15, -3.15, Number.NaN]],
  [supports.boolean, [0, 1], [0.5, 2, -1, Number.NaN]],
  [supports.nonNegativeInteger, [0, 7], [0.5, -1, Infinity, Number.NaN]],
  [supports.integerInterval(1, 3), [1, 3], [0, 4, 1.5, Number.NaN]],
]

const contains = (support: supports.Support, value: number | NestedNumbers): number =>
  support.contains(tf.tensor(value)).dataSync()[0]!

for (const backend of backends)
  describe(`supports on ${backend}`, () => {
    useBackend(backend)
    for (const [support, members, others] of [...scalar, ...cases])
      it(support.text, () => {
        for (const value of members) expect(contains(support, value), JSON.stringify(value)).toBe(1)
        for (const value of others) expect(contains(support, value), JSON.stringify(value)).toBe(0)
      })

    it("reduces the event axes and no others", () => {
      expect(supports.positiveDefinite.contains(tf.zeros([5, 2, 3, 3])).shape).toEqual([5, 2])
      expect(supports.ordered.contains(tf.zeros([5, 1])).shape).toEqual([5])
      expect(supports.lowerCholesky.contains(tf.zeros([4, 2, 3])).shape).toEqual([4])
    })
  })
