/** The installer's own modules, which are plain JavaScript, for the tests; and fakes of what they work on. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { deflateRawSync } from "node:zlib"
import { afterEach } from "vitest"

const folder = new URL("../../../scripts/native/", import.meta.url)

/** The path of one of the installer's modules. */
export const scriptPath = (name: string): string => fileURLToPath(new URL(name, folder))

/** One of the installer's modules. */
export const loadScript = async (name: string): Promise<any> =>
  await import(/* @vite-ignore */ new URL(name, folder).href)

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** An empty folder that is gone after the test. */
export const temporaryFolder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "latently-native-"))
  made.push(path)
  return path
}

/** Writes files, given by their paths and texts, below `root`. */
export const writeFiles = (root: string, files: Record<string, string | Buffer>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** A program made of shell lines. */
export const writeProgram = (path: string, ...lines: string[]): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"))
  chmodSync(path, 0o755)
  return path
}

/** A package with tfjs-node's name and no native part. */
export const fakePackage = (): string =>
  writeFiles(temporaryFolder(), {
    "package.json": JSON.stringify({
      name: "@tensorflow/tfjs-node",
      version: "4.22.0",
      binary: { napi_versions: [3, 8], host: "https://downloads.invalid/addons" },
    }),
    "scripts/install.js": "process.exit(1)",
    "binding/tfjs_backend.cc": "",
    "binding/tfjs_binding.cc": "",
    "binding.gyp": "",
  })

/** A zip archive of these files, packed the usual way. */
export const zip = (files: Record<string, string | Buffer>): Buffer => {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.from(text)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), packed])
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, place, Buffer.from(name)]))
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write("PK\x05\x06", 0, "latin1")
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}
