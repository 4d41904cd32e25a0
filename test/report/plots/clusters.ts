/** Points and a mixture of two Gaussians for the figures to draw. Next: `mixtureEllipses.test.ts`. */

/** Forty points on a curve that fills a rectangle. */
export const points = Array.from({ length: 40 }, (_, index) => [
  Math.cos(index) * 3,
  Math.sin(index * 1.7) * 20,
])

/** A mixture of two correlated Gaussians over them. */
export const fit = {
  label: "EM",
  weights: [0.4, 0.6],
  means: [
    [-1, -5],
    [1.5, 8],
  ],
  covariances: [
    [
      [0.5, 1],
      [1, 30],
    ],
    [
      [1, -2],
      [-2, 40],
    ],
  ],
}
