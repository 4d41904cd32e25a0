/**
 * log p(x, z) of a latent space as plain numbers, row by row where the latents fall apart into rows: each row's log-density at
 * a point of its own, all rows in one run. Next: `gaussian-evidence.ts` and `quadrature-evidence.ts`, which integrate it.
 */
import { plateScale } from "../../dsl/plate-frame.js"
import { type Term, total } from "../../dsl/sum-product.js"
import { withChecks } from "../../engine/checks.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import type { LatentSpace } from "../sampling/latent-space.js"

/** A log-density that is a sum over rows. */
export interface RowDensity {
  /** 1 where everything is one row. */
  readonly rows: number
  /** Unconstrained numbers in a row. */
  readonly dimensions: number
  /** Each row's log-density at its point; `points` is [rows][dimensions]. */
  values(points: Float64Array): Float64Array
  /** Its gradient, [rows][dimensions]. */
  gradients(points: Float64Array): Float64Array
  /** Terms that no latent enters. */
  outside(): number
}

/** Where each coordinate of a row stands in the packed vector. */
const placesOf = (space: LatentSpace, rows: number): Int32Array => {
  const dimensions = space.size / rows
  const places = new Int32Array(space.size)
  let column = 0
  for (const site of space.sites) {
    const width = site.size / rows
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < width; k++) places[row * dimensions + column + k] = site.from + row * width + k
    column += width
  }
  return places
}

const stands = (term: Term, plate: string | undefined): boolean =>
  plate === undefined || term.plates[0]?.name === plate

const add = (tensors: readonly Tensor[]): Tensor => tensors.reduce((a, b) => tf.add(a, b), tf.scalar(0))

const inRows = (term: Term, rows: number): Tensor =>
  tf.mul(tf.sum(tf.reshape(term.value, [rows, -1]), 1), term.scale * plateScale(term.plates))

/** The density of a space whose latents fall apart into `rows` of `plate`, or are one row without one. */
export const rowDensity = (space: LatentSpace, plate: string | undefined, rows: number): RowDensity => {
  const places = placesOf(space, rows)
  const vector = (points: Float64Array): Tensor => {
    const packed = new Float32Array(Math.max(1, space.size))
    places.forEach((place, i) => {
      packed[place] = points[i]!
    })
    return tf.tensor1d(packed)
  }
  const terms = (point: Tensor): Term[] => withChecks(false, () => space.terms(point, space.args))
  return {
    rows,
    dimensions: space.size / rows,
    values: (points) =>
      scoped(() => {
        const inside = terms(vector(points)).filter((term) => stands(term, plate))
        if (plate !== undefined) return Float64Array.from(add(inside.map((t) => inRows(t, rows))).dataSync())
        return Float64Array.of(inside.reduce((sum, term) => sum + total(term).dataSync()[0]!, 0))
      }),
    gradients: (points) =>
      scoped(() => {
        const gradient = tf
          .grad((point: Tensor) => add(terms(point).map(total)))(vector(points))
          .dataSync()
        return Float64Array.from(places, (place) => gradient[place]!)
      }),
    outside: () =>
      scoped(() =>
        terms(vector(new Float64Array(space.size)))
          .filter((term) => !stands(term, plate))
          .reduce((sum, term) => sum + total(term).dataSync()[0]!, 0),
      ),
  }
}
