/** Whether a carry is finite, told by one number. Next: `plain.ts` and `loop.ts`, which fetch it. */
import { dataType, first, integers, makeNode, number, type Source, typed, typeOf, whole } from "./graph.js"

const float = typed("T", dataType.float32)
const scalar = { dtype: dataType.float32, shape: [] }

const total = (source: Source): Source => {
  const axes = integers(...typeOf(source).shape.keys())
  return first(makeNode("Sum", [source, axes], [float, typed("Tidx", dataType.int32)], scalar))
}

/** The sum of all float32 numbers: finite if each of them is. */
export const sumOf = (sources: readonly Source[]): Source => {
  const sums = sources.filter((source) => typeOf(source).dtype === dataType.float32).map(total)
  return first(makeNode("AddN", [number(0), ...sums], [float, whole("N", sums.length + 1)], scalar))
}
