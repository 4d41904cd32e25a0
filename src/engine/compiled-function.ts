/**
 * Functions of tensors that are called again and again (densities, predictions, weights of importance sampling), recorded
 * where the backend can. Left out: steps of training, which carry something (`step.ts`). Next: `compile/function.ts`.
 */
import { type Tensor, tf } from "./tensor.js"

/** What is compiled: a pure function of its tensors. It may look at shapes, not at values. */
export type TensorFunction = (inputs: readonly Tensor[]) => readonly Tensor[]

/** A function that records itself. */
export interface CompiledFunction {
  /** Calls it. Results are new tensors; inside `tf.tidy` they live as long as others made there. */
  (inputs: readonly Tensor[]): Tensor[]
  /** How the latest call ran, and why. */
  readonly plan: string
  /** Frees what was recorded; the function can still be called, and starts anew. */
  dispose(): void
}

let compile: ((f: TensorFunction) => CompiledFunction) | undefined

/** Registers what `compileFunction` uses on the native backend; the Node entry calls it. */
export const offerFunctionCompiler = (offered: (f: TensorFunction) => CompiledFunction): void => {
  compile = offered
}

const eagerly = (f: TensorFunction, inputs: readonly Tensor[]): Tensor[] =>
  tf.tidy(() => f(inputs).map((t) => tf.clone(t)))

/**
 * The function, recorded at its first two calls with each list of shapes and run as one native call from the third on.
 * What cannot be recorded runs eagerly, and `plan` says why.
 *
 * @example
 * const logDensity = compileFunction(([x]) => [tf.sum(normal(0, 1).logProb(x!))])
 * const [total] = logDensity([data])
 */
export const compileFunction = (f: TensorFunction): CompiledFunction => {
  let compiled: CompiledFunction | undefined
  const call = (inputs: readonly Tensor[]): Tensor[] => {
    if (tf.getBackend() !== "tensorflow" || compile === undefined) return eagerly(f, inputs)
    compiled ??= compile(f)
    return compiled(inputs)
  }
  const plan = { get: () => compiled?.plan ?? `eager: backend '${tf.getBackend()}' records no functions.` }
  const dispose = { value: () => compiled?.dispose() }
  return Object.defineProperties(call, { plan, dispose }) as unknown as CompiledFunction
}
