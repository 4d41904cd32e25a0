/**
 * Names for tensors: on backends that keep numbers apart from tensors, a reshaped tensor has the data of the one it was made from, and
 * a copy may have data of its own. Next: `sources.ts`.
 */
import { RecordingError } from "../../error.js"
import type { Tensor } from "../../tensor.js"
import { dataType, integers, type Source, type Typed } from "../graph.js"
import { op } from "./translation.js"

/** What names a tensor's numbers: `dataId` is the backend's. */
export type Named = Pick<Tensor, "dataId" | "dtype" | "shape">

const types: Readonly<Record<string, number>> = {
  float32: dataType.float32,
  int32: dataType.int32,
  bool: dataType.bool,
}

/** Type and shape of a tensor, as a graph has them. */
export const typeOfTensor = ({ dtype, shape }: Named): Typed => {
  const type = types[dtype]
  if (type === undefined)
    throw new RecordingError("recording", `a tensor of type ${dtype} cannot be recorded`)
  return { dtype: type, shape }
}

/** Whether a graph has tensors of its type. */
export const isRecordable = ({ dtype }: Named): boolean => types[dtype] !== undefined

const keyOf = ({ dtype, shape }: Named): string => `${dtype} ${shape}`

/** What is known of data: sources by element type and shape. A copy is known as what it was copied from. */
export const createNames = () => {
  const known = new WeakMap<object, Map<string, Source>>()
  const copied = new WeakMap<object, object>()
  const original = (dataId: object): object => {
    const from = copied.get(dataId)
    return from === undefined ? dataId : original(from)
  }
  const all = (dataId: object): ReadonlyMap<string, Source> | undefined => known.get(original(dataId))
  const set = (tensor: Named, source: Source): void => {
    const dataId = original(tensor.dataId)
    const sources = known.get(dataId) ?? new Map<string, Source>()
    known.set(dataId, sources.set(keyOf(tensor), source))
  }
  /** The source, or a reshape of one that has the same data. */
  const find = (tensor: Named): Source | undefined => {
    const exact = all(tensor.dataId)?.get(keyOf(tensor))
    if (exact !== undefined) return exact
    const [, other] = [...(all(tensor.dataId) ?? [])].find(([key]) => key.startsWith(tensor.dtype)) ?? []
    return other && op("Reshape", [other, integers(...tensor.shape)], typeOfTensor(tensor))
  }
  const copy = (from: Named, to: Named): void => {
    if (original(from.dataId) !== original(to.dataId)) copied.set(to.dataId, from.dataId)
  }
  const has = (tensor: Named): boolean => all(tensor.dataId)?.has(keyOf(tensor)) === true
  return { all, has, set, find, copy }
}
