/**
 * Loads tfjs-node, which registers the backend "tensorflow" with `tf`, or says in one phrase why it cannot be had. Left
 * out: getting its native part (`scripts/native/`). Next: `environment.ts`, `../node.ts`.
 */
import { createRequire } from "node:module"
import { join } from "node:path"
import { beforeAddonLoads } from "./environment.js"

const packageName = "@tensorflow/tfjs-node"

const resolveFrom = (base: string): string | undefined => {
  try {
    return createRequire(base).resolve(packageName)
  } catch {
    return undefined
  }
}

/** The file that loads tfjs-node: the copy installed beside latently, else the project's own; undefined for none. */
export const findTfjsNode = (cwd: string = process.cwd()): string | undefined =>
  resolveFrom(import.meta.url) ?? resolveFrom(join(cwd, "package.json"))

/** Why tfjs-node did not load, in a phrase: its own text runs over several lines and advises what does not work. */
const phraseOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  if (/native addon module .*can not be found/.test(message)) return "its library has not been fetched yet"
  return message.split("\n")[0] ?? message
}

/** Loads tfjs-node: `true`, or the reason in a phrase. Every call but the first costs nothing. */
export const loadTfjsNode = (file: string | undefined = findTfjsNode()): true | string => {
  if (file === undefined) return `${packageName} is not installed`
  beforeAddonLoads()
  try {
    createRequire(import.meta.url)(file)
    return true
  } catch (error) {
    return phraseOf(error)
  }
}
