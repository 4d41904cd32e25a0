/** Linear algebra that TensorFlow.js lacks: batched over all but the last two axes, with gradients, on every backend. */
// matrix products with a broadcast batch, which the gradients here use
import "../repair/index.js"

export { cholesky, logDeterminant, logDiagonal } from "./cholesky.js"
export {
  lowerTriangle,
  lowerTriangleVector,
  matrixDiagonal,
  matrixDiagonalPart,
  transposeMatrix,
  triangularPart,
} from "./triangle.js"
export type { TriangularSolveOptions } from "./triangular-solve.js"
export { choleskyInverse, choleskySolve, triangularInverse, triangularSolve } from "./triangular-solve.js"
