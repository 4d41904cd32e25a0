/**
 * One line of a stack trace, read: V8's form (Node, Chrome) and that of Firefox and Safari. Also the place where Node
 * registers how a frame of built code is led back to its source. Next: `source-location.ts`, which uses it.
 */

/** A place in a file: its path or URL, line and column, both counted from 1. */
export type Frame = { readonly file: string; readonly line: number; readonly column: number }

/** Leads a frame of built code back to the source it was built from; gives the frame back where there is no way. */
export type FrameMapper = (frame: Frame) => Frame

type Surroundings = { readonly map: FrameMapper; readonly directory: () => string }

let surroundings: Surroundings = { map: (frame) => frame, directory: () => globalThis.location?.origin ?? "" }

/** Sets how frames are mapped and the directory that paths are told relative to; `node.ts` calls it. */
export const registerSurroundings = (given: Surroundings): void => {
  surroundings = given
}

/** The frame led back to its source, where a mapper is registered and knows how. */
export const mapFrame: FrameMapper = (frame) => surroundings.map(frame)

/** A `file:` URL or a Windows path as a plain path with forward slashes; other URLs without their query. */
export const plainPath = (file: string): string => {
  const path = file.startsWith("file://") ? decodeURIComponent(file.slice("file://".length)) : file
  return path
    .replace(/\?.*$/, "")
    .replaceAll("\\", "/")
    .replace(/^\/(?=[A-Za-z]:\/)/, "")
}

const placeIn = (line: string): string | undefined => {
  const text = line.trim()
  if (!text.startsWith("at ")) return text.includes("@") ? text.slice(text.indexOf("@") + 1) : undefined
  const open = text.indexOf(" (")
  if (open >= 0 && text.endsWith(")")) return text.slice(open + 2, -1)
  return text.slice("at ".length).replace(/^async /, "")
}

/** The frame that a line of a stack trace tells of; undefined for a line without a place. */
export const parseFrame = (line: string): Frame | undefined => {
  const match = /^(.+):(\d+):(\d+)$/.exec(placeIn(line) ?? "")
  if (match === null || match[1]!.includes("eval at ")) return undefined
  return { file: plainPath(match[1]!), line: Number(match[2]), column: Number(match[3]) }
}

/** A frame as a person reads it, relative to the working directory (or the page's origin) where it lies inside it. */
export const formatFrame = ({ file, line, column }: Frame): string => {
  const directory = `${plainPath(surroundings.directory()).replace(/\/$/, "")}/`
  const short = directory !== "/" && file.startsWith(directory) ? file.slice(directory.length) : file
  return `${short}:${line}:${column}`
}
