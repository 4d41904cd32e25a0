/** Every support, by name: `supports.positive`, `supports.simplex`. Next: `support.ts`, `support-structured.ts`. */
export {
  angle,
  atLeast,
  boolean,
  type Covers,
  integerInterval,
  interval,
  nonNegative,
  nonNegativeInteger,
  positive,
  real,
  type Support,
  type SupportKind,
  simplex,
  unit,
} from "./support.js"
export {
  correlationCholesky,
  lowerCholesky,
  ordered,
  positiveDefinite,
  positiveOrdered,
  unitVector,
} from "./support-structured.js"
export { countVector, oneHot, realVector } from "./support-vector.js"
