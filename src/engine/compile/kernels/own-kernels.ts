/**
 * Kernels of latently's own, recorded on any backend as what they are made of on the native one: each is registered there too, with a
 * body in TensorFlow's ops. Next: `stand-in.ts`, the backend that such a body runs on.
 */
import { type Tensor, tf } from "../../tensor.js"
import type { Source } from "../graph.js"
import type { Sources } from "./sources.js"
import { createStandIn } from "./stand-in.js"

/** A kernel about to be recorded. */
export interface OwnCall {
  readonly name: string
  readonly inputs: Readonly<Record<string, Tensor | undefined>>
  readonly attributes: unknown
}

/** What a recording lends. */
export interface Recorded {
  readonly sources: Sources
  /** Runs something that is not to be written down. */
  hidden<R>(make: () => R): R
}

/** The body's operations are part of a kernel: no gradient goes through them. */
const inKernel = <R>(body: () => R): R => {
  const { state } = tf.engine()
  state.kernelDepth++
  try {
    return body()
  } finally {
    state.kernelDepth--
  }
}

/** The source of what the native body of such a kernel computes; undefined for other kernels. */
export const recordBody = (
  { name, inputs, attributes }: OwnCall,
  { sources, hidden }: Recorded,
): Source | undefined => {
  const kernel = name.startsWith("Latently") ? tf.getKernel(name, "tensorflow") : undefined
  if (kernel === undefined) return undefined
  const tensorFor = (source: Source, zeros: () => Tensor): Tensor => {
    const tensor = hidden(zeros)
    sources.set(tensor, source)
    return tensor
  }
  const backend = createStandIn({ sourceOf: sources.of, tensorFor })
  return inKernel(() => {
    const result = kernel.kernelFunc({ inputs, attrs: attributes, backend } as never) as Tensor
    const source = sources.of(result)
    tf.dispose(result)
    return source
  })
}
