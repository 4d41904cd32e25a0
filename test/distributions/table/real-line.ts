/** Families of real numbers without bounds. Next: `positive.ts`. */
import { normal } from "../../../src/distributions/normal.js"
import type { Row } from "../battery/row.js"

export const realLine: readonly Row[] = [
  {
    name: "normal",
    make: normal,
    cases: [
      { loc: 0.5, scale: 1.25 },
      { loc: -3, scale: 0.25 },
      { loc: 100, scale: 7 },
    ],
    outside: { loc: [Infinity], scale: [0, -1, Infinity] },
    divergences: () => [[normal(1, 2), normal(-0.5, 0.75)]],
  },
]
