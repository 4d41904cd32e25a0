/**
 * Ops that the machine has in double precision alone: special functions, and products with logarithms. Of float32 they are computed in
 * double precision too, and rounded once. Next: `elementwise.ts`.
 */
import { float32, float64 } from "../view.js"
import { type Lower, type LowerTable, notHere } from "./node.js"

const operations: Readonly<Record<string, string>> = {
  Xlogy: "xlogy",
  Xlog1py: "xlog1py",
  Polygamma: "polygamma",
  Zeta: "zeta",
  Igamma: "incompleteGamma",
  Igammac: "complementaryIncompleteGamma",
  Betainc: "incompleteBeta",
  DivNoNan: "divideNoNan",
  MulNoNan: "multiplyNoNan",
  RandomGammaGrad: "gammaSampleGradient",
  BesselI0e: "besselI0e",
  BesselI1e: "besselI1e",
}

const inDouble =
  (operation: string): Lower =>
  ({ node, inputs, listing }) => {
    const { dtype } = inputs[0]!
    if (dtype === float64) return [listing.line(operation, inputs, float64)]
    if (dtype !== float32) throw notHere(node, "is for floats only")
    const wide = inputs.map((view) => listing.line("move", [view], float64))
    return [listing.line("roundToFloat", [listing.line(operation, wide, float64)], float32)]
  }

/** Ops in double precision, whatever they are given. */
export const special: LowerTable = Object.fromEntries(
  Object.entries(operations).map(([op, operation]) => [op, inDouble(operation)]),
)
