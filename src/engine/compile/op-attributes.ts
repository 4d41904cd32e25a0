/** Attributes of TensorFlow ops as the node addon takes them, read for a graph. Next: `record.ts`. */
import type { Attribute, AttributeValue } from "./graph.js"

/** tfjs's attribute types, by TensorFlow's numbers for them (`TF_AttrType`). */
export const attributeTypes = { text: 0, integer: 1, float: 2, boolean: 3, type: 4, shape: 5 } as const

const kinds = new Map<number, AttributeValue["kind"]>(
  Object.entries(attributeTypes).map(([kind, type]) => [type, kind as AttributeValue["kind"]]),
)

/** An attribute on its way to the addon. */
export interface RawAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** The attribute as a graph has it. */
export const attributeOf = ({ name, type, value }: RawAttribute): Attribute =>
  ({ name, value: { kind: kinds.get(type), value } }) as Attribute
