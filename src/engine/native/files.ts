/** File access in Node: a write goes to a file beside the target, is flushed to disk, and takes its name in one step. */
import { randomUUID } from "node:crypto"
import { open, readFile, rename, rm } from "node:fs/promises"
import type { Files } from "../files.js"

const write = async (path: string, bytes: Uint8Array): Promise<void> => {
  const beside = `${path}.${randomUUID()}.part`
  try {
    const file = await open(beside, "wx")
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Files of the file system. */
export const nodeFiles: Files = { read: async (path) => new Uint8Array(await readFile(path)), write }
