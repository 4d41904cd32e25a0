/** Families of numbers between two bounds. Next: the discrete families. */
import { beta } from "../../../src/distributions/beta.js"
import { uniform } from "../../../src/distributions/uniform.js"
import type { Row } from "../battery/row.js"

export const intervals: readonly Row[] = [
  {
    name: "uniform",
    make: uniform,
    cases: [
      { low: -1, high: 3 },
      { low: -2, high: 5 },
      { low: 2, high: 7 },
    ],
    outside: { low: [-Infinity], high: [-1, -2, Infinity] },
    divergences: () => [[uniform(0, 1), uniform(-1, 2)]],
  },
  {
    name: "beta",
    make: beta,
    cases: [
      { concentration1: 2.5, concentration0: 1.5 },
      { concentration1: 0.7, concentration0: 0.8 },
      { concentration1: 40, concentration0: 8 },
    ],
    outside: { concentration1: [0, -1, Infinity], concentration0: [0, -1, Infinity] },
    divergences: () => [[beta(2, 3), beta(3.5, 2)]],
  },
]
