/**
 * Numbers and durations as a person reads them: stated digits, a word for what is missing, a true minus sign where type is
 * set. It leaves out locales. Next: `table.ts`.
 */

/**
 * A number with `digits` decimals; without `digits`, integers stay whole and others keep four significant digits.
 *
 * @example formatNumber(-1130.26401, 4) // "-1130.2640"
 * @example formatNumber(0.012345) // "0.01235"
 */
export const formatNumber = (value: number, digits?: number): string => {
  if (Number.isNaN(value)) return "NaN"
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞"
  if (digits !== undefined) return withoutNegativeZero(value.toFixed(digits))
  if (Number.isInteger(value)) return withoutNegativeZero(String(value))
  return String(Number(value.toPrecision(4)))
}

/** A value that rounds to zero is zero: "-0.000" would claim a sign that the digits do not show. */
const withoutNegativeZero = (text: string): string => (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text)

/**
 * A span of seconds with the unit that suits it.
 *
 * @example formatDuration(0.4213) // "0.42 s"
 * @example formatDuration(185) // "3 min 05 s"
 */
export const formatDuration = (seconds: number): string => {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`
}

/**
 * A span of seconds as a clock, for a line that is redrawn in place.
 *
 * @example formatClock(72.4) // "1:12"
 */
export const formatClock = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  const tail = twoDigits(whole % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${tail}` : `${minutes}:${tail}`
}

/**
 * Hyphen-minus before a digit or ∞ becomes the minus sign U+2212, as set type wants it; words keep their hyphens.
 *
 * @example typographicMinus("-1.5, K-means") // "−1.5, K-means"
 */
export const typographicMinus = (text: string): string => text.replace(/(^|[\s([=,±])-(?=[\d.∞])/g, "$1−")

const twoDigits = (value: number): string => String(value).padStart(2, "0")
