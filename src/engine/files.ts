/**
 * Where files are read and written: nowhere, until an entry point offers a way (`node.ts` does), so that a browser's bundle
 * holds no Node module. Next: `../inference/checkpoint/checkpoint.ts`.
 */
import { EngineError } from "./error.js"

/** Access to whole files. `write` replaces the file in one step: whoever reads sees the old one or the new one. */
export interface Files {
  read(path: string): Promise<Uint8Array>
  write(path: string, bytes: Uint8Array): Promise<void>
}

let offered: Files | undefined

/** Registers file access; the Node entry calls it. */
export const offerFiles = (files: Files): void => {
  offered = files
}

/** The registered file access. Throws an `EngineError` where there is none. */
export const files = (): Files => {
  if (offered !== undefined) return offered
  throw new EngineError(
    "no-files",
    "there are no files here; use toBytes(fit) and fromBytes(bytes, model, guide) in a browser",
  )
}
