/**
 * Which tensors were computed from which: read off TensorFlow.js's own gradient tape, which lists every kernel with its
 * inputs and outputs while it is on, differentiable or not. Used once per fit to learn a program's structure.
 */
import { type Tensor, tf } from "./tensor.js"

interface TapeNode {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly outputs: readonly Tensor[]
  readonly saved?: readonly Tensor[]
}

interface TapedEngine {
  startTape(): void
  endTape(): void
  readonly state: { activeTape?: readonly TapeNode[]; gradientDepth: number }
}

/** The kernels a piece of code ran, in order. */
export type Tape = readonly TapeNode[]

/** Runs `body` with the tape on. */
export const recordingTape = <R>(body: () => R): { result: R; tape: Tape } => {
  const engine = tf.engine() as unknown as TapedEngine
  engine.startTape()
  try {
    const result = body()
    return { result, tape: [...(engine.state.activeTape ?? [])] }
  } finally {
    engine.endTape()
    if (engine.state.gradientDepth === 0)
      for (const node of engine.state.activeTape ?? []) tf.dispose([...(node.saved ?? [])])
  }
}

const merge = (sets: readonly (ReadonlySet<string> | undefined)[]): Set<string> => {
  const all = new Set<string>()
  for (const set of sets) for (const name of set ?? []) all.add(name)
  return all
}

/**
 * A function from a tensor to the names of the sources it was computed from, through any number of kernels. With `direct`, a
 * source itself counts as computed from nothing, so that only what reaches a tensor without passing another source is told.
 * @example dependencies(tape, { z: zValue })(term).has("z")
 */
export const dependencies = (
  tape: Tape,
  sources: Readonly<Record<string, Tensor>>,
  direct = false,
): ((tensor: Tensor) => ReadonlySet<string>) => {
  const known = new Map<number, Set<string>>()
  for (const [name, tensor] of Object.entries(sources))
    known.set(tensor.id, merge([known.get(tensor.id), new Set([name])]))
  const cut = new Set(direct ? known.keys() : [])
  for (const { inputs, outputs } of tape) {
    const from = merge(Object.values(inputs).map((input) => known.get(input.id)))
    for (const output of outputs)
      if (from.size > 0 && !cut.has(output.id)) known.set(output.id, merge([known.get(output.id), from]))
  }
  return (tensor) => known.get(tensor.id) ?? new Set()
}
