/**
 * What recording a computation gives, whichever way it was watched, and what the ways have in common: constants, places, the refusal
 * of values that are read. Next: `record.ts`, which watches native calls, and `record-kernels.ts`, which watches kernels.
 */
import { RecordingError } from "../error.js"
import { describeLocation, type Location } from "../source-location.js"
import { sizeOf, type Tensor } from "../tensor.js"
import {
  type ConstantValue,
  constant,
  first,
  integers,
  makeNode,
  type Node,
  type Source,
  typed,
} from "./graph.js"
import type { Output } from "./session.js"

/** A large tensor that was reached but is no input. */
export interface Captured {
  readonly node: Node
  /** Made while recording, not before: its numbers may be different at every step. */
  readonly made: boolean
  /** Its numbers as they lie in memory; good until the recording is released. */
  bytes(): Uint8Array
  /** On the native backend, the addon's handle. */
  readonly held?: Output
}

/** What one run recorded. */
export interface Recording {
  /** The placeholders of the inputs, in their order. */
  readonly inputs: readonly Node[]
  readonly captured: readonly Captured[]
  readonly results: readonly Source[]
  /** Where each constant was made in JavaScript. */
  readonly places: ReadonlyMap<Node, Location>
  /** Lets go of the captured tensors. */
  release(): void
}

/**
 * Runs `body` once on copies of `inputs` and records what it computes from them to the tensors it returns, which stay the
 * caller's. Throws what `body` throws, and an `EngineError` ("value-read") where it reads a value that depends on the inputs.
 */
export type Recorder = (
  inputs: readonly Tensor[],
  body: (inputs: readonly Tensor[]) => readonly Tensor[],
) => Recording

/** The user's line, as ` at main.ts:3:5`, or nothing where there is none. */
export const atPlace = (place: Location | undefined): string => {
  const text = place && describeLocation(place)
  return text === undefined ? "" : ` at ${text}`
}

/** The refusal of a step that looks at its numbers. */
export const valueRead = (place: Location): RecordingError =>
  new RecordingError(
    "value-read",
    `a tensor's value is read inside the step${atPlace(place)}; what the step computes may depend on that value`,
  )

/** Constants and captured tensors of up to this many bytes are written into the graph; larger ones are fed. */
export const inlineUpTo = 4096

/** A constant, or `Fill` where all its numbers are one; undefined where it is too large to write down. */
export const constantOf = ({ dtype, shape, bytes }: ConstantValue): Source | undefined => {
  if (bytes.length <= inlineUpTo) return constant({ dtype, shape, bytes })
  const width = bytes.length / sizeOf(shape)
  if (bytes.some((byte, i) => i >= width && byte !== bytes[i - width])) return undefined
  const value = constant({ dtype, shape: [], bytes: bytes.slice(0, width) })
  return first(makeNode("Fill", [integers(...shape), value], [typed("T", dtype)], { dtype, shape }))
}

/** TensorFlow.js has a dozen frames between a call of the user's and the native one, and latently some more. */
const framesKept = 50

/** The place that is running now. */
export const placeHere = (): Location => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = framesKept
  const place = new Error()
  Error.stackTraceLimit = limit
  return place
}
