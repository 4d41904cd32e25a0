/**
 * Functions, branches and loops as nodes: what TensorFlow calls `StatelessIf`, `StatelessWhile` and `PartitionedCall`.
 * A function is defined by its arguments (placeholders) and results; nodes call it by name. Next: `loop.ts`.
 */
import { functionMessage } from "./definition.js"
import { type Attribute, type Node, type Source, type Typed, typed, typeOf, whole } from "./graph.js"
import { layOut } from "./layout.js"
import type { Bytes } from "./protobuf.js"

/** A function's definition. `compiled` has XLA make machine code of it, whole. */
export const defineFunction = (
  name: string,
  args: readonly Node[],
  results: readonly Source[],
  compiled = false,
): Bytes => {
  const laid = layOut(results, new Map(args.map((node, i) => [node, `a${i}`])))
  return functionMessage({
    name,
    inputs: args.map((node, i) => ({ name: `a${i}`, dtype: node.outputs[0]!.dtype })),
    outputs: results.map((s, i) => ({ name: `r${i}`, dtype: typeOf(s).dtype, from: laid.refer(s) })),
    nodes: laid.nodes,
    compiled,
  })
}

const named = (name: string, value: string): Attribute => ({ name, value: { kind: "function", value } })

const types = (name: string, values: readonly Typed[]): Attribute => ({
  name,
  value: { kind: "types", value: values.map(({ dtype }) => dtype) },
})

const shapes = (values: readonly Typed[]): Attribute => ({
  name: "output_shapes",
  value: { kind: "shapes", value: values.map(({ shape }) => shape) },
})

const outputsOf = (node: Node): Source[] => node.outputs.map((_, i) => ({ node, index: i }))

/** The outputs of a function marked for XLA, called on `inputs`. */
export const callCompiled = (name: string, inputs: readonly Source[], outputs: readonly Typed[]): Source[] =>
  outputsOf({
    op: "StatefulPartitionedCall",
    inputs,
    attributes: [
      types("Tin", inputs.map(typeOf)),
      types("Tout", outputs),
      named("f", name),
      { name: "_XlaMustCompile", value: { kind: "boolean", value: true } },
    ],
    outputs,
  })

/** One of two functions of the same arguments, by a boolean scalar. */
export const ifElse = (
  condition: Source,
  [then, otherwise]: readonly [string, string],
  inputs: readonly Source[],
  outputs: readonly Typed[],
): Source[] =>
  outputsOf({
    op: "StatelessIf",
    inputs: [condition, ...inputs],
    attributes: [
      typed("Tcond", typeOf(condition).dtype),
      types("Tin", inputs.map(typeOf)),
      types("Tout", outputs),
      named("then_branch", then),
      named("else_branch", otherwise),
      shapes(outputs),
    ],
    outputs,
  })

/** The inputs after `body`, from all of them to all of them, has run as long as `condition` says. */
export const repeatWhile = (condition: string, body: string, inputs: readonly Source[]): Source[] => {
  const kept = inputs.map(typeOf)
  const attributes = [types("T", kept), named("cond", condition), named("body", body), shapes(kept)]
  return outputsOf({
    op: "StatelessWhile",
    inputs,
    attributes: [...attributes, whole("parallel_iterations", 1)],
    outputs: kept,
  })
}
