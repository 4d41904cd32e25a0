/** A check of a gradient in words: a line for each of the worst parameters, then the shares of variance. */
import type { GradientCheck } from "./check-gradient.js"

/** Lines for parameters; the worst come first. */
const most = 12

const short = (value: number): string =>
  value === 0
    ? "0"
    : Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3
      ? value.toExponential(2)
      : value.toPrecision(4)

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  )
}

const table = ({ parameters }: Omit<GradientCheck, "toString">): string[] => {
  const worst = [...parameters].sort((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, most)
  const rows = worst.map(({ name, index, mean, exact, standardError, z }) => [
    `  ${name}[${index}]`,
    short(mean),
    short(exact),
    short(standardError),
    z.toFixed(2),
  ])
  const left = parameters.length - worst.length
  return [
    ...aligned([["  parameter", "mean", "reference", "error", "z"], ...rows]),
    ...(left > 0 ? [`  and ${left} more, nearer to theirs`] : []),
  ]
}

const shares = (varianceShare: GradientCheck["varianceShare"]): string[] => {
  const entries = Object.entries(varianceShare)
  if (entries.length === 0) return []
  const text = entries.map(([name, share]) => `${name} ${(100 * share).toFixed(0)} %`).join(", ")
  return [`variance behind: ${text}`]
}

/** The whole report. */
export const reportOf = (check: Omit<GradientCheck, "toString">): string =>
  [
    check.ok
      ? `the gradient is unbiased as far as ${check.draws} draws can tell: max |z| ${check.maxAbsZ.toFixed(2)} < ${check.limit.toFixed(2)}`
      : `the gradient is BIASED: max |z| ${check.maxAbsZ.toFixed(2)}, at most ${check.limit.toFixed(2)} is chance`,
    `${check.parameters.length} parameters, Σ z² ${check.sumOfSquares.toFixed(1)}; reference: ${check.reference}`,
    ...(check.parameters.length === 0 ? [] : table(check)),
    ...shares(check.varianceShare),
  ].join("\n")
