/** A calibration in words: for each of the worst quantities its p-value and the histogram of its ranks. */
import type { CalibratedQuantity, Calibration } from "./calibrate.js"

/** Quantities printed; the worst come first. */
const most = 8

const bars = "▁▂▃▄▅▆▇█"

const drawn = (histogram: readonly number[]): string => {
  const highest = Math.max(...histogram, 1)
  return histogram.map((count) => bars[Math.round((count / highest) * (bars.length - 1))]).join("")
}

/** What the shape of a histogram says: too narrow a guide fills its ends, too wide a one its middle, a biased one a side. */
const readingOf = ({ histogram }: CalibratedQuantity): string => {
  const quarter = Math.max(1, Math.floor(histogram.length / 4))
  const total = histogram.reduce((a, b) => a + b, 0)
  const share = (from: number, to: number): number =>
    histogram.slice(from, to).reduce((a, b) => a + b, 0) / total
  const low = share(0, quarter)
  const high = share(histogram.length - quarter, histogram.length)
  const even = (2 * quarter) / histogram.length
  if (Math.abs(low - high) > Math.abs(low + high - even))
    return low > high ? "biased upwards" : "biased downwards"
  return low + high > even ? "too narrow" : "too wide"
}

const line = (quantity: CalibratedQuantity, limit: number): string => {
  const verdict = quantity.p > limit ? "" : `  ${readingOf(quantity)}`
  return `  ${quantity.site}[${quantity.index}]  p ${quantity.p.toPrecision(2)}  ${drawn(quantity.histogram)}${verdict}`
}

/** The whole report. */
export const calibrationReport = (calibration: Omit<Calibration, "toString">): string => {
  const { ok, quantities, smallestP, limit, replications, draws } = calibration
  const worst = [...quantities].sort((a, b) => a.p - b.p).slice(0, most)
  const left = quantities.length - worst.length
  return [
    `${ok ? "calibrated, as far as" : "NOT calibrated:"} ${replications} replications of ${draws} draws ${ok ? "can tell" : "say so"}: smallest p ${smallestP.toPrecision(2)}, limit ${limit.toPrecision(2)}`,
    ...worst.map((quantity) => line(quantity, limit)),
    ...(left > 0 ? [`  and ${left} more, more even`] : []),
  ].join("\n")
}
