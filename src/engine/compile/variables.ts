/**
 * Values that live in the session between calls: TensorFlow's resource variables, as nodes. Next: `plain.ts`.
 */
import {
  dataType,
  first,
  makeNode,
  type Node,
  type Source,
  shaped,
  type Typed,
  typed,
  typeOf,
} from "./graph.js"

/** A variable: the handle that ops write through, and its value as a step begins. */
export interface Variable {
  readonly handle: Source
  readonly value: Source
  readonly type: Typed
}

/** A variable of the session; the name must be its own. */
export const makeVariable = (type: Typed, name: string): Variable => {
  const dtype = typed("dtype", type.dtype)
  const text = (key: string, value: string) => ({ name: key, value: { kind: "text", value } }) as const
  const attributes = [dtype, shaped(type.shape), text("shared_name", name), text("container", "")]
  const handle = first(makeNode("VarHandleOp", [], attributes, { dtype: dataType.resource, shape: [] }))
  return { handle, value: first(makeNode("ReadVariableOp", [handle], [dtype], type)), type }
}

/** Puts a value into the variable. */
export const assign = ({ handle, type }: Variable, value: Source): Node =>
  makeNode("AssignVariableOp", [handle, value], [typed("dtype", type.dtype)])

/** The node, run only after the others. */
export const waitFor = (node: Node, after: readonly Node[]): Node => ({ ...node, after })

/** The source, once the nodes have run. */
export const onceDone = (source: Source, nodes: readonly Node[]): Source =>
  first(makeNode("Identity", [source], [typed("T", typeOf(source).dtype)], typeOf(source), nodes))

/** A node that does nothing but run after the others: one edge to wait for instead of many. */
export const barrier = (after: readonly Node[]): Node => makeNode("NoOp", [], [], undefined, after)
