/**
 * How a component's numbers lie in one array, for parameters and for moments alike:
 * parameters [constant, mean (D), whitener (P)] and moments [sum r, sum r x (D), sum r x x' (P)], with the P entries of
 * the lower triangle for a full or tied covariance and of the diagonal else. Next: `mixture-sweep.ts`.
 */
import { packedSize } from "./cholesky.js"

/** The shape of the components' covariances: free each, one for all, axis-aligned, or one variance a component. */
export type CovarianceStructure = "full" | "tied" | "diagonal" | "spherical"

/** The arrangement of one component's numbers. */
export interface MixtureLayout {
  readonly components: number
  readonly dimension: number
  /** Entries (i, j), j <= i, of a second moment that are kept. */
  readonly pairs: readonly (readonly [i: number, j: number])[]
  /** The same entries' i and j as arrays, for inner loops. */
  readonly first: Int32Array
  readonly second: Int32Array
  /** Numbers a component: 1 + dimension + pairs. */
  readonly stride: number
}

const triangle = (dimension: number): [number, number][] =>
  Array.from({ length: dimension }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j]),
  ).flat()

/** The layout for a number of components and columns and a covariance structure. */
export const mixtureLayout = (
  components: number,
  dimension: number,
  covariance: CovarianceStructure,
): MixtureLayout => {
  const whole = covariance === "full" || covariance === "tied"
  const pairs = whole
    ? triangle(dimension)
    : Array.from({ length: dimension }, (_, i): [number, number] => [i, i])
  return {
    components,
    dimension,
    pairs,
    first: Int32Array.from(pairs, ([i]) => i),
    second: Int32Array.from(pairs, ([, j]) => j),
    stride: 1 + dimension + (whole ? packedSize(dimension) : dimension),
  }
}
