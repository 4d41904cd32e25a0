/**
 * Keeps TensorFlow's notes about its compiler off the terminal while a graph runs for the first time. Where the small addon for
 * it is not there, they are printed and nothing else differs. Next: `../compile/session.ts`, which uses it.
 */
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { findTfjsNode } from "./addon.js"

interface Quiet {
  hush(): void
  speak(): void
}

const load = (): Quiet | undefined => {
  const package_ = findTfjsNode()
  if (package_ === undefined || process.env.TF_CPP_MIN_LOG_LEVEL === "0") return undefined
  const file = join(dirname(dirname(package_)), "lib", "napi-v8", "latently_quiet.node")
  try {
    return existsSync(file) ? (createRequire(import.meta.url)(file) as Quiet) : undefined
  } catch {
    return undefined
  }
}

let quiet: Quiet | undefined
let looked = false

/** Runs `body` with the process's standard error silent, as far as it can be. Errors are thrown as ever. */
export const hushed = <R>(body: () => R): R => {
  if (!looked) quiet = load()
  looked = true
  quiet?.hush()
  try {
    return body()
  } finally {
    quiet?.speak()
  }
}
