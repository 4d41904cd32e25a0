/**
 * Many small parameters as one vector: gradients, moments and update then are a few operations on it instead of a few
 * for each leaf. Only worth it where the leaves are small, since packing copies them. Next: `step.ts`, which decides.
 */
import type { Carry, StepProgram } from "./step.js"
import { type Tensor, tf } from "./tensor.js"

/** A program over one vector, and the way between its carry and the unpacked one. All tensors returned are new. */
export interface Packed {
  readonly program: StepProgram
  pack(carry: Carry): Carry
  unpack(carry: Carry): Carry
}

/** Numbers in all parameters together. */
export const parameterCount = (program: StepProgram): number =>
  program.parameters.reduce((sum, p) => sum + p.size, 0)

const joinAll = (tensors: readonly Tensor[]): Tensor =>
  tf.keep(tf.tidy(() => tf.concat(tensors.map((t) => tf.reshape(t, [-1])))))

/** The program with its parameters packed; `undefined` where there are fewer than two, and nothing to gain. */
export const packProgram = (program: StepProgram): Packed | undefined => {
  const { parameters } = program
  if (parameters.length < 2) return undefined
  const sizes = parameters.map((p) => p.size)
  const split = (vector: Tensor): Tensor[] =>
    tf.split(vector, sizes).map((part, i) => tf.reshape(part, parameters[i]!.shape))
  const splitAll = (vectors: readonly Tensor[]): Tensor[] => tf.tidy(() => vectors.flatMap(split))
  const chunks = (tensors: readonly Tensor[]): Tensor[] =>
    Array.from({ length: tensors.length / parameters.length }, (_, i) =>
      joinAll(tensors.slice(i * parameters.length, (i + 1) * parameters.length)),
    )
  return {
    program: {
      ...program,
      parameters: chunks(parameters),
      objective: (vectors, ...rest) => program.objective(split(vectors[0]!), ...rest),
    },
    pack: ({ parameters: leaves, moments, state }) => ({
      parameters: chunks(leaves),
      moments: chunks(moments),
      state: state.map((t) => tf.clone(t)),
    }),
    unpack: ({ parameters: vectors, moments, state }) => ({
      parameters: splitAll(vectors),
      moments: splitAll(moments),
      state: state.map((t) => tf.clone(t)),
    }),
  }
}
