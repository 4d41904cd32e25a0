/**
 * Gradients of a fit's very step, many of them, at fixed params: what the optimizer would have been given at each of many
 * steps. Baselines are carried on from draw to draw as in a fit. Next: `check-gradient.ts`.
 */
import { createBatches, stepsPerEpoch } from "../../engine/batches.js"
import { differentiate, gatherRows } from "../../engine/eager.js"
import type { StepProgram } from "../../engine/step.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import type { Leaf } from "../leaves.js"

/** What varies from one gradient to the next. */
export interface Varied {
  /** The counter that keys the draws of the n-th gradient. */
  readonly stepAt?: (n: number) => number
  /** Which of the steps the n-th gradient takes its rows from. */
  readonly rowsFrom?: (n: number) => number
  /** Called before each gradient. */
  readonly before?: (n: number) => void
}

/** The gradients of the ELBO that `draws` steps would use, [draws][numbers in all leaves]. */
export const gradientDraws = (
  program: StepProgram,
  draws: number,
  { stepAt = (n) => n, rowsFrom = (n) => n, before }: Varied = {},
): Float64Array[] => {
  const rowsOf = rowsAtStep(program)
  let state = program.state.map((tensor) => tf.keep(tf.clone(tensor)))
  const gradients: Float64Array[] = []
  for (let n = 0; n < draws; n++) {
    before?.(n)
    const next = scoped(() => {
      const rows = gatherRows(program, rowsOf(rowsFrom(n)))
      const step = tf.tensor1d([stepAt(n)], "int32")
      const result = differentiate(
        program,
        { parameters: program.parameters, moments: [], state },
        rows,
        step,
      )
      gradients.push(flattened(result.gradients, -1))
      const carried = result.state.map((tensor) => tf.keep(tf.clone(tensor)))
      tf.dispose([result.loss, ...result.state, ...result.outputs])
      return carried
    })
    tf.dispose(state)
    state = next
  }
  tf.dispose(state)
  return gradients
}

/** The rows of step n: places in an epoch come in turn and each in an epoch of its own, so that draws are independent. */
const rowsAtStep = ({ batch, seed }: StepProgram): ((n: number) => Tensor | undefined) => {
  if (batch === undefined) return () => undefined
  const rowsAt = createBatches(batch.count, batch.size, seed)
  const perEpoch = stepsPerEpoch(batch.count, batch.size)
  return (n) => tf.tensor1d(rowsAt(n * perEpoch + (n % perEpoch)), "int32")
}

/** Tensors end to end in double precision, times `sign`. */
export const flattened = (tensors: readonly Tensor[], sign = 1): Float64Array => {
  const numbers = new Float64Array(tensors.reduce((sum, tensor) => sum + tensor.size, 0))
  let at = 0
  for (const tensor of tensors) for (const value of tensor.dataSync()) numbers[at++] = sign * value
  return numbers
}

/** Numbers of a flattened list, by the name of the leaf they belong to. */
export const byLeaf = (
  leaves: readonly Leaf[],
  tensors: readonly Tensor[],
  flat: Float64Array,
): Record<string, Float64Array> => {
  let at = 0
  return Object.fromEntries(
    leaves.map((leaf, i) => {
      const from = at
      at += tensors[i]!.size
      return [leaf.name, flat.slice(from, at)]
    }),
  )
}
