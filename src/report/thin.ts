/**
 * A long noisy series made short enough to draw: means over equal stretches, and the band that the values kept to. Next:
 * `plots/curves.ts`.
 */

/** Stretches of a series: position and mean, and the tenth and ninetieth percentiles of its values. */
export interface Stretch {
  readonly x: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

/**
 * At most `count` stretches of consecutive points; a series that is short enough is returned point by point, with no
 * width to its band. The last point always ends the last stretch.
 *
 * @example thin([1, 2, 3, 4], [1, 3, 5, 7], 2) // [{ x: 1.5, mean: 2, ... }, { x: 3.5, mean: 6, ... }]
 */
export const thin = (x: ArrayLike<number>, y: ArrayLike<number>, count: number): Stretch[] => {
  const points = Math.min(x.length, y.length)
  const stretches = Math.min(points, count)
  return Array.from({ length: stretches }, (_, index) => {
    const [start, end] = [
      Math.floor((index * points) / stretches),
      Math.floor(((index + 1) * points) / stretches),
    ]
    const values = Array.from({ length: end - start }, (_, offset) => y[start + offset]!).sort(
      (a, b) => a - b,
    )
    return {
      x: average(Array.from({ length: end - start }, (_, offset) => x[start + offset]!)),
      mean: average(values),
      low: values[Math.floor(0.1 * (values.length - 1))]!,
      high: values[Math.ceil(0.9 * (values.length - 1))]!,
    }
  })
}

/**
 * The span of values worth the height of a plot: of each series all but its first tenth and, of the rest, all but the lowest
 * thirtieth; and the references. The steep start of a training curve would flatten the rest. A twelfth is added at both ends.
 *
 * @example settledSpan([[-12, -10, -6, 0]], []) // [-13, 1]
 */
export const settledSpan = (
  series: readonly ArrayLike<number>[],
  references: readonly number[],
): [number, number] => {
  const kept = series.flatMap((values) => {
    const settled = Array.from(values)
      .slice(Math.floor(values.length / 10))
      .filter(Number.isFinite)
    return settled.sort((a, b) => a - b).slice(Math.floor(settled.length / 30))
  })
  const all = [...kept, ...references]
  const [low, high] = [minimum(all), maximum(all)]
  const margin = (high - low || Math.abs(high) || 1) / 12
  return [low - margin, high + margin]
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const minimum = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const maximum = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
