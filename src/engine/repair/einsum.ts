/**
 * Einstein summation: its gradient, which TensorFlow.js leaves out, and its kernel on WebAssembly, which has none, and on
 * `cpu`, where "ab,c->c" comes out with shape [1]. A product of two tensors becomes one batched matrix product; more than
 * two are multiplied from the left. Left out, as in TensorFlow.js: a label twice in one operand, and ellipses.
 */
import type { Tensor } from "../tensor.js"
import { tf } from "../tensor.js"
import { type KernelArguments, replaceKernel } from "./on-setup.js"

type Equation = { readonly operands: readonly string[]; readonly output: string }

const parse = (equation: string): Equation => {
  const [left, output] = equation.replace(/\s/g, "").split("->")
  return { operands: left!.split(","), output: output! }
}

const sumAway = (x: Tensor, labels: string, kept: string): [Tensor, string] => {
  const axes = [...labels].flatMap((label, axis) => (kept.includes(label) ? [] : [axis]))
  const rest = [...labels].filter((label) => kept.includes(label)).join("")
  return [axes.length > 0 ? tf.sum(x, axes) : x, rest]
}

const arranged = (x: Tensor, from: string, to: string): Tensor =>
  from === to
    ? x
    : tf.transpose(
        x,
        [...to].map((label) => from.indexOf(label)),
      )

/** Two labelled tensors multiplied and summed over the labels that are not kept. */
const multiply = (
  [a, aLabels]: readonly [Tensor, string],
  [b, bLabels]: readonly [Tensor, string],
  kept: string,
): [Tensor, string] => {
  const [left, leftLabels] = sumAway(a, aLabels, bLabels + kept)
  const [right, rightLabels] = sumAway(b, bLabels, aLabels + kept)
  const shared = [...leftLabels].filter((label) => rightLabels.includes(label))
  const batch = shared.filter((label) => kept.includes(label)).join("")
  const summed = shared.filter((label) => !kept.includes(label)).join("")
  const onlyLeft = [...leftLabels].filter((label) => !rightLabels.includes(label)).join("")
  const onlyRight = [...rightLabels].filter((label) => !leftLabels.includes(label)).join("")
  const size = (labels: string): number[] =>
    [...labels].map((label) =>
      leftLabels.includes(label)
        ? left.shape[leftLabels.indexOf(label)]!
        : right.shape[rightLabels.indexOf(label)]!,
    )
  const total = (labels: string) => size(labels).reduce((product, n) => product * n, 1)
  const rows = tf.reshape(arranged(left, leftLabels, batch + onlyLeft + summed), [
    total(batch),
    total(onlyLeft),
    total(summed),
  ])
  const columns = tf.reshape(arranged(right, rightLabels, batch + summed + onlyRight), [
    total(batch),
    total(summed),
    total(onlyRight),
  ])
  const labels = batch + onlyLeft + onlyRight
  return [tf.reshape(tf.matMul(rows, columns), size(labels)), labels]
}

const contract = (tensors: readonly Tensor[], { operands, output }: Equation): Tensor => {
  let [result, labels]: readonly [Tensor, string] = [tensors[0]!, operands[0]!]
  for (let i = 1; i < tensors.length; i++) {
    const kept = output + operands.slice(i + 1).join("")
    ;[result, labels] = multiply([result, labels], [tensors[i]!, operands[i]!], kept)
  }
  ;[result, labels] = sumAway(result, labels, output)
  return arranged(result, labels, output)
}

const einsum = ({ inputs, attrs }: KernelArguments): Tensor => {
  const tensors = Object.values(inputs) as unknown as Tensor[]
  return tf.tidy(() => contract(tensors, parse(attrs!.equation as string)))
}

tf.registerKernel({ kernelName: "Einsum", backendName: "wasm", kernelFunc: einsum })
replaceKernel("Einsum", "cpu", () => einsum)

/** The slope by operand `index`: the same sum with that operand and the output exchanged, repeated over labels it summed alone. */
const operandGradient = (dy: Tensor, saved: readonly Tensor[], equation: Equation, index: number): Tensor => {
  const { operands, output } = equation
  const wanted = operands[index]!
  const others = operands.flatMap((labels, i) => (i === index ? [] : [{ labels, tensor: saved[i]! }]))
  const known = output + others.map((other) => other.labels).join("")
  const reachable = [...wanted].filter((label) => known.includes(label)).join("")
  const source = [output, ...others.map((other) => other.labels)].join(",")
  const slope = tf.einsum(`${source}->${reachable}`, dy, ...others.map((other) => other.tensor))
  const shape = saved[index]!.shape
  const kept = shape.map((size, axis) => (reachable.includes(wanted[axis]!) ? size : 1))
  return tf.broadcastTo(tf.reshape(slope, kept), shape)
}

tf.registerGradient({
  kernelName: "Einsum",
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const equation = parse(attrs.equation as string)
    return Object.fromEntries(
      saved.map((_, i) => [`${i}`, () => operandGradient(dy as Tensor, saved, equation, i)]),
    )
  },
})
