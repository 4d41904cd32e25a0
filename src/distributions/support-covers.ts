/** The run-time twin of the type `Covers`: which kinds of support a guide's site may have for a model's. */
import type { Covers, SupportKind } from "./support.js"

const covers: { readonly [K in SupportKind]: readonly Covers[K][] } = {
  real: [
    "real",
    "positive",
    "unit",
    "interval",
    "angle",
    "ordered",
    "positiveOrdered",
    "simplex",
    "unitVector",
    "point",
  ],
  positive: ["positive", "unit", "positiveOrdered", "simplex", "point"],
  unit: ["unit", "simplex", "point"],
  interval: ["interval", "unit", "angle", "point"],
  angle: ["angle", "interval", "unit", "point"],
  simplex: ["simplex", "point"],
  ordered: ["ordered", "positiveOrdered", "point"],
  positiveOrdered: ["positiveOrdered", "point"],
  unitVector: ["unitVector", "point"],
  lowerCholesky: ["lowerCholesky", "correlationCholesky", "point"],
  correlationCholesky: ["correlationCholesky", "point"],
  positiveDefinite: ["positiveDefinite", "point"],
  integer: ["integer", "boundedInteger", "boolean", "oneHot", "point"],
  boundedInteger: ["boundedInteger", "boolean", "point"],
  boolean: ["boolean", "point"],
  oneHot: ["oneHot", "point"],
  point: ["point"],
}

/** Whether values of kind `guide` always lie in a support of kind `model` (bounds aside). */
export const coversKind = (model: SupportKind, guide: SupportKind): boolean =>
  (covers[model] as readonly SupportKind[]).includes(guide)
