/** A gap in words: the evidence, the bound, and a line for each part. */
import type { Estimated, Gap } from "./gap.js"

const methods: Readonly<Record<Gap["method"], string>> = {
  given: "as given",
  enumeration: "summed exactly",
  "closed form": "in closed form: log p(x, z) is quadratic in z",
  quadrature: "by quadrature",
  bounds: "the lower of two importance-weighted bounds",
}

const number = (value: number): string => value.toFixed(Math.abs(value) < 1000 ? 4 : 1)

const line = (name: string, { value, standardError }: Estimated): string =>
  `  ${name.padEnd(14)} ${number(value).padStart(12)}  ± ${standardError.toPrecision(2)}`

/** The whole report. */
export const gapReport = (gap: Omit<Gap, "toString">): string => {
  const { evidence, method, elbo, parts, notFreed, rows } = gap
  const each = rows > 1 ? `, ${number(gap.gap / rows)} a row` : ""
  const kept = notFreed.length === 0 ? "" : ` (kept as they were: ${notFreed.join(", ")})`
  return [
    `log p(x) ${number(evidence)} (${methods[method]})`,
    `ELBO     ${number(elbo)} ± ${gap.standardError.toPrecision(2)}`,
    `gap      ${number(gap.gap)} nats${method === "bounds" ? " at most" : ""}${each}:`,
    line("family", parts.family),
    parts.amortization === undefined
      ? "  amortization   not told apart from the family's"
      : `${line("amortization", parts.amortization)}${kept}`,
    line("Monte Carlo", parts.monteCarlo),
  ].join("\n")
}
