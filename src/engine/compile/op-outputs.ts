/**
 * What TensorFlow calls the outputs of its ops. In a graph an output is `node:index`; inside a function it is
 * `node:name:index`, and the names are in TensorFlow's op registry only. An op that is not here calls its one output
 * `output`, as most do. Next: `layout.ts`.
 */

const named: Readonly<Record<string, string>> = {
  y: `Abs Acos Acosh Asin Asinh Atan Atanh BesselI0e BesselI1e Cast Ceil ComplexAbs Cos Cosh Digamma Erf Erfc Erfinv Exp
    Expm1 Floor Invert IsFinite IsInf IsNan Lgamma Log Log1p LogicalNot Ndtri Neg OnesLike Reciprocal Round Rsqrt
    Sigmoid Sign Sin Sinh Sqrt Square Tan Tanh Transpose ZerosLike`,
  z: `Add AddV2 Atan2 Betainc BitwiseAnd BitwiseOr BitwiseXor Div DivNoNan Equal FloorDiv FloorMod Greater GreaterEqual
    Igamma IgammaGradA Igammac LeftShift Less LessEqual LogicalAnd LogicalOr Maximum Minimum Mul NotEqual Polygamma Pow
    RealDiv RightShift RsqrtGrad SigmoidGrad SqrtGrad SquaredDifference Sub TanhGrad Xlog1py Xlogy Zeta`,
  activations: "Elu LeakyRelu Relu Relu6 Selu Softplus",
  backprops: "EluGrad ReluGrad SoftplusGrad",
  out: "Complex Cumprod Cumsum",
  product: "MatMul",
  sum: "AddN",
  bins: "Bincount",
  r0: "BroadcastArgs",
  crops: "CropAndResize",
  resized_images: "ResizeBilinear",
  softmax: "Softmax",
  logsoftmax: "LogSoftmax",
  dense: "SparseToDense",
  diagonal: "MatrixDiagPart MatrixDiagPartV3",
  band: "MatrixBandPart",
}

const several: Readonly<Record<string, readonly string[]>> = {
  TopKV2: ["values", "indices"],
  LogMatrixDeterminant: ["sign", "log_abs_determinant"],
  SelfAdjointEigV2: ["e", "v"],
  Svd: ["s", "u", "v"],
  Qr: ["q", "r"],
}

const nameByOp = new Map(
  Object.entries(named).flatMap(([name, ops]) => ops.split(/\s+/).map((op) => [op, name] as const)),
)

/** `name:index` of output `index` of an op, as a function's nodes refer to it. */
export const outputName = (op: string, index: number): string => {
  const names = several[op]
  return names === undefined ? `${nameByOp.get(op) ?? "output"}:${index}` : `${names[index]}:0`
}
