/**
 * Leads a line of built JavaScript back to the source it was built from, by the source map that the file names or holds.
 * Node reads maps itself only under `--enable-source-maps`; a frame it (or tsx, or vitest) has mapped already names a
 * file without a map, and stays as it is. Next: `../source-location.ts`.
 */
import { readFileSync } from "node:fs"
import { SourceMap } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import { type Frame, type FrameMapper, plainPath } from "../source-frame.js"

type LoadedMap = { readonly map: SourceMap; readonly base: URL }

const cache = new Map<string, LoadedMap | undefined>()

/** The last `sourceMappingURL` comment counts: an earlier one may stand inside a string. */
const mapUrlIn = (text: string): string | undefined =>
  [...text.matchAll(/^\s*\/\/[#@] sourceMappingURL=(\S+)\s*$/gm)].at(-1)?.[1]

const loadMap = (file: string): LoadedMap | undefined => {
  const url = mapUrlIn(readFileSync(file, "utf8"))
  if (url === undefined) return undefined
  const fileUrl = pathToFileURL(file)
  if (url.startsWith("data:")) {
    const [head, body = ""] = url.split(/,(.*)/s)
    const json = head!.endsWith(";base64")
      ? Buffer.from(body, "base64").toString("utf8")
      : decodeURIComponent(body)
    return { map: new SourceMap(JSON.parse(json)), base: fileUrl }
  }
  const base = new URL(url, fileUrl)
  return { map: new SourceMap(JSON.parse(readFileSync(base, "utf8"))), base }
}

/** A map that is missing or damaged must not hide the error that is being told. */
const tryLoadMap = (file: string): LoadedMap | undefined => {
  try {
    return loadMap(file)
  } catch {
    return undefined
  }
}

const mapOf = (file: string): LoadedMap | undefined => {
  if (!cache.has(file)) cache.set(file, tryLoadMap(file))
  return cache.get(file)
}

const sourcePath = (source: string, base: URL): string => {
  const url = new URL(source, base)
  return url.protocol === "file:" ? plainPath(fileURLToPath(url)) : source
}

/** The frame in the source file, or the frame itself where its file has no map that tells. */
export const mapThroughFile: FrameMapper = (frame: Frame): Frame => {
  const loaded = mapOf(frame.file)
  const entry = loaded?.map.findEntry(frame.line - 1, frame.column - 1)
  if (loaded === undefined || entry === undefined || !("originalSource" in entry)) return frame
  return {
    file: sourcePath(entry.originalSource, loaded.base),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  }
}
