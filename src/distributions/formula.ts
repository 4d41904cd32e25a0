/**
 * Formulas in double precision, written once: a density whose terms cancel in float32 is given as arithmetic over an
 * abstract number, and becomes a kernel that runs on float64 ops of the native library and on plain numbers elsewhere,
 * rounded once to float32. Next: `gamma.ts`, a density made this way.
 */
import { elementwise } from "../engine/elementwise.js"
import { type DoubleOps, inDouble, type NativeValue } from "../engine/native-double.js"
import { erfc } from "../engine/special/double/error-function.js"
import { digamma, lgamma } from "../engine/special/double/gamma.js"
import { ndtri } from "../engine/special/double/normal-quantile.js"
import type { Tensor, TensorLike } from "../engine/tensor.js"

type Unary =
  | "abs"
  | "neg"
  | "log"
  | "log1p"
  | "exp"
  | "expm1"
  | "square"
  | "sqrt"
  | "sin"
  | "cos"
  | "lgamma"
  | "digamma"
  | "erfc"
  | "ndtri"
  | "tanh"
  | "sinh"

type Binary = "add" | "sub" | "mul" | "div" | "pow" | "xlogy" | "xlog1py" | "min" | "max"

/** Arithmetic over numbers `V` in double precision; a plain number may stand for a constant. */
export type Arithmetic<V> = { readonly [name in Unary]: (x: V) => V } & {
  readonly [name in Binary]: (a: V | number, b: V | number) => V
} & {
  /** `then` where a < b, else `otherwise`; both are computed. */
  readonly whereLess: (a: V | number, b: V | number, then: V | number, otherwise: V | number) => V
}

/** A formula of one to three numbers. */
export type Formula = <V>(ops: Arithmetic<V>, ...inputs: V[]) => V

const plain: Arithmetic<number> = {
  abs: Math.abs,
  neg: (x) => -x,
  log: Math.log,
  log1p: Math.log1p,
  exp: Math.exp,
  expm1: Math.expm1,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sinh: Math.sinh,
  lgamma,
  digamma,
  erfc,
  ndtri,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  min: Math.min,
  max: Math.max,
  xlogy: (x, y) => (x === 0 ? 0 : x * Math.log(y)),
  xlog1py: (x, y) => (x === 0 ? 0 : x * Math.log1p(y)),
  whereLess: (a, b, then, otherwise) => (a < b ? then : otherwise),
}

const unaryOps: Readonly<Record<Unary, string>> = {
  abs: "Abs",
  neg: "Neg",
  log: "Log",
  log1p: "Log1p",
  exp: "Exp",
  expm1: "Expm1",
  square: "Square",
  sqrt: "Sqrt",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  sinh: "Sinh",
  lgamma: "Lgamma",
  digamma: "Digamma",
  erfc: "Erfc",
  ndtri: "Ndtri",
}

const binaryOps: Readonly<Record<Binary, string>> = {
  add: "AddV2",
  sub: "Sub",
  mul: "Mul",
  div: "RealDiv",
  pow: "Pow",
  xlogy: "Xlogy",
  xlog1py: "Xlog1py",
  min: "Minimum",
  max: "Maximum",
}

const mapRecord = <K extends string, A, B>(record: Readonly<Record<K, A>>, f: (a: A) => B): Record<K, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value as A)])) as Record<K, B>

const native = (ops: DoubleOps): Arithmetic<NativeValue> => {
  const constants = new Map<number, NativeValue>()
  const value = (x: NativeValue | number): NativeValue => {
    if (typeof x !== "number") return x
    const made = constants.get(x) ?? ops.constant(x)
    constants.set(x, made)
    return made
  }
  type Two = (a: NativeValue | number, b: NativeValue | number) => NativeValue
  return {
    ...mapRecord(unaryOps, (op) => (x: NativeValue) => ops.call(op, x)),
    ...mapRecord(
      binaryOps,
      (op): Two =>
        (a, b) =>
          ops.call(op, value(a), value(b)),
    ),
    whereLess: (a, b, then, otherwise) =>
      ops.select(ops.call("Less", value(a), value(b)), value(then), value(otherwise)),
  }
}

/** The gradient of a formula: one thunk an input, made of tensor operations, before it is summed to the input's shape. */
export type FormulaGradient = (
  dy: Tensor,
  inputs: readonly Tensor[],
  output: Tensor,
) => readonly (() => Tensor)[]

const withArity = (arity: number, f: (...x: number[]) => number): ((...x: number[]) => number) =>
  arity === 1 ? (a) => f(a!) : arity === 2 ? (a, b) => f(a!, b!) : (a, b, c) => f(a!, b!, c!)

/**
 * An elementwise kernel of `arity` (1 to 3) broadcasting inputs that computes `formula` in double precision on every
 * backend.
 *
 * @example
 * const logistic = fromFormula("LatentlyLogistic", 1, (o, x) => o.div(1, o.add(1, o.exp(o.neg(x)))))
 */
export const fromFormula = (
  name: string,
  arity: 1 | 2 | 3,
  formula: Formula,
  gradient?: FormulaGradient,
): ((...inputs: TensorLike[]) => Tensor) =>
  elementwise({
    name,
    native: (inputs, backend) => inDouble(backend, inputs, (ops, values) => formula(native(ops), ...values)),
    scalar: withArity(arity, (...numbers) => formula(plain, ...numbers)),
    ...(gradient && { gradient }),
  })
