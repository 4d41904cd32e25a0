/**
 * Where in the user's own file a site or a distribution was written, for error messages. Taking a location is cheap: the
 * engine keeps the frames and they become text only when an error asks. Left out: reading source maps
 * (`native/source-map.ts`, Node only). Next: `source-frame.ts`.
 */
import { type Frame, formatFrame, mapFrame, parseFrame, plainPath } from "./source-frame.js"

/** A place in the program, not yet made into text; `describeLocation` does that. */
export type Location = { readonly stack?: string }

/** Latently's own calls between the user's line and the taking of the location are fewer than this. */
const framesKept = 8

/**
 * Remembers where it was called from, without making text of it (3 to 6 µs).
 *
 * @example
 * const site = { name: "z", location: captureLocation() }
 */
export const captureLocation = (): Location => {
  if (Error.captureStackTrace === undefined) return new Error()
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = framesKept
  const location: Location = {}
  Error.captureStackTrace(location, captureLocation)
  Error.stackTraceLimit = limit
  return location
}

/** An operation that fails does so below TensorFlow.js's calls and latently's repairs of them. */
const framesOfFailures = 30

/** Runs the body so that an error thrown in it remembers enough frames to lead to the user's line. */
export const rememberingFrames = <R>(body: () => R): R => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = framesOfFailures
  try {
    return body()
  } finally {
    Error.stackTraceLimit = limit
  }
}

const ownUrl = plainPath(import.meta.url ?? "")

/** The folders of latently's own code: `src` and `dist` of this package, or the one file it was bundled into. */
const ownFolders = ((): readonly string[] => {
  const root = /^(.*\/)(?:src|dist)\/engine\/source-location\.[jt]s$/.exec(ownUrl)?.[1]
  return root === undefined ? [ownUrl] : [`${root}src/`, `${root}dist/`]
})()

/** TensorFlow.js's own source maps lead out of `node_modules`, to paths such as `tfjs-core/src/engine.ts`. */
const mappedTfjs = /(^|\/)tfjs[a-z-]*\/src\//

const isForeign = ({ file }: Frame): boolean =>
  file.includes("/node_modules/") ||
  file.startsWith("node:") ||
  file.startsWith("internal/") ||
  mappedTfjs.test(file)

const isOwn = ({ file }: Frame): boolean =>
  ownFolders.some((folder) => folder !== "" && file.startsWith(folder))

/**
 * The user's line as text, `"examples/vae/main.ts:12:20"`: the first frame outside latently, `node_modules` and Node
 * itself, led back through its source map, relative to the working directory where it lies inside it. Undefined where no
 * frame is the user's, as in a bundle that holds both.
 *
 * @example
 * describeLocation(captureLocation()) // "main.ts:3:18"
 */
export const describeLocation = (location: Location): string | undefined => {
  for (const line of (location.stack ?? "").split("\n")) {
    const frame = parseFrame(line)
    if (frame !== undefined && !isOwn(frame) && !isForeign(frame)) return formatFrame(mapFrame(frame))
  }
  return undefined
}
