/**
 * The recorded step as an ordinary TensorFlow graph, one call a step: the carry lives in the session's variables and the
 * update is TensorFlow's fused kernel. Best where matrix products dominate, and for the first steps of any fit, since
 * nothing has to be compiled. Next: `loop.ts` for many small steps in one call.
 */
import type { RowsAt } from "../batches.js"
import { carryList } from "../eager.js"
import type { StepProgram, Stepper } from "../step.js"
import { tf } from "../tensor.js"
import { sumOf } from "./checksum.js"
import { savedModel } from "./definition.js"
import { dataType, first, type Node, number, placeholder, type Source } from "./graph.js"
import { type Laid, layOut } from "./layout.js"
import { type CarryOf, listCarry, orderOf, type RecordedStep, splitCarry } from "./recorded-step.js"
import { loadGraph, nodeBackend } from "./session.js"
import { substitute } from "./simplify.js"
import { applyUpdate } from "./update.js"
import { assign, barrier, makeVariable, onceDone, type Variable, waitFor } from "./variables.js"

const makeVariables = (carry: CarryOf<Node>): CarryOf<Variable> => {
  let count = 0
  const make = (node: Node): Variable => makeVariable(node.outputs[0]!, `v${count++}`)
  return {
    parameters: carry.parameters.map(make),
    moments: carry.moments.map(make),
    state: carry.state.map(make),
  }
}

/** What a step reports, once it has updated the variables. Its order and data stay placeholders. */
const stepOn = (program: StepProgram, variables: CarryOf<Variable>, step: RecordedStep): Source => {
  const values = new Map(listCarry(step.carry).map((node, i) => [node, listCarry(variables)[i]!.value]))
  const { next, gradients, rate, reported } = step
  const [report, scale, ...rest] = substitute(
    [reported, rate, ...gradients, ...next.state],
    (node) => values.get(node) ?? (node.op === "Placeholder" ? first(node) : undefined),
  )
  const slopes = rest.slice(0, gradients.length)
  const handles = {
    parameters: variables.parameters.map((v) => v.handle),
    moments: variables.moments.map((v) => v.handle),
  }
  const updates = [
    ...applyUpdate(program.optimizer, handles, scale!, slopes),
    ...variables.state.map((variable, i) => assign(variable, rest[gradients.length + i]!)),
  ]
  // nothing is overwritten before everything that may still read it is done
  const done = barrier(
    [report!, ...rest].map(({ node }) => node).concat([...values.values()].map(({ node }) => node)),
  )
  return onceDone(
    report!,
    updates.map((update) => waitFor(update, [done])),
  )
}

/** The native ids of what a step is fed besides its order, and the names to call it by. */
const callOf = (
  program: StepProgram,
  { step, reported }: { step: RecordedStep; reported: Source },
  laid: Laid,
) => {
  const resident = nodeBackend().getInputTensorIds(program.resident)
  const fed = [
    ...step.resident.map((node, i) => ({ node, id: resident[i]! })),
    ...step.captured.map(({ node, held }) => ({ node, id: held!.id })),
  ].filter(({ node }) => laid.has(node))
  return {
    length: step.order.outputs[0]!.shape[0]!,
    ids: fed.map(({ id }) => id),
    feeds: laid.names([step.order, ...fed.map(({ node }) => node)].map(first)),
    fetches: laid.names([reported]),
  }
}

const noRows = new Int32Array(0)

/** A stepper that calls the graph once a step. `steps` has the step of every length of batch there is. */
export const createPlainStepper = (
  program: StepProgram,
  rowsAt: RowsAt | undefined,
  steps: readonly RecordedStep[],
): Omit<Stepper, "plan"> => {
  const variables = makeVariables(steps[0]!.carry)
  const all = listCarry(variables)
  const given = all.map(({ type }) => placeholder(type))
  const loaded = onceDone(
    number(0),
    all.map((variable, i) => assign(variable, first(given[i]!))),
  )
  const sum = sumOf([...variables.parameters, ...variables.state].map(({ value }) => value))
  const reporting = steps.map((step) => ({ step, reported: stepOn(program, variables, step) }))
  const values = all.map((v) => v.value)
  const laid = layOut([...reporting.map((r) => r.reported), loaded, sum, ...values])
  const session = loadGraph(savedModel(laid.nodes))
  const backend = nodeBackend()
  const { binding } = backend
  const calls = reporting.map((r) => callOf(program, r, laid))
  /** Runs the graph for one small tensor and reads it. */
  const numbersOf = (ids: readonly number[], feeds: string, fetches: string): Float32Array => {
    const [output] = session.run(ids, feeds, fetches)
    const numbers = binding.tensorDataSync(output!.id) as Float32Array
    binding.deleteTensor(output!.id)
    return numbers
  }
  const take = (step: number): Float32Array => {
    const order = orderOf(step, program.optimizer.rate(step), rowsAt?.(step) ?? noRows)
    const call = calls.find(({ length }) => length === order.length)!
    const id = binding.createTensor([order.length], dataType.int32, order)
    try {
      return numbersOf([id, ...call.ids], call.feeds, call.fetches)
    } finally {
      binding.deleteTensor(id)
    }
  }
  return {
    load: (carry) => {
      numbersOf(
        backend.getInputTensorIds(carryList(carry)),
        laid.names(given.map(first)),
        laid.names([loaded]),
      )
    },
    read: () => {
      const outputs = session.run([], "", laid.names(values))
      const tensors = outputs.map((output) => tf.keep(backend.createOutputTensor(output)))
      return splitCarry(tensors, variables)[0]
    },
    advance: (from, count) => {
      const reported = Array.from(
        { length: steps[0]!.reported.node.outputs[0]!.shape[0]! },
        () => new Float32Array(count),
      )
      for (let i = 0; i < count; i++)
        for (const [kind, value] of take(from + i).entries()) reported[kind]![i] = value
      return reported
    },
    finite: () => Number.isFinite(numbersOf([], "", laid.names([sum]))[0]),
    dispose: session.dispose,
  }
}
