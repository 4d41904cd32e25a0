/** Families of numbers between two bounds. Next: the discrete families. */
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
]
