/**
 * Reads a zip archive (a Python wheel is one) with nothing but Node: its directory, and one entry at a time as a
 * stream, so that a file of 600 MB never stands in memory. Left out: zip64, encryption, writing. Next: `wheel.mjs`.
 */
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { mkdir, open } from "node:fs/promises"
import { dirname } from "node:path"
import { PassThrough, Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createInflateRaw } from "node:zlib"

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const endSize = 22
const longestComment = 0xffff

const readAt = async (handle, start, length) => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start)
  if (bytesRead < length) throw new Error("the archive ends too early: it is truncated")
  return buffer
}

const findEnd = async (handle) => {
  const { size } = await handle.stat()
  const length = Math.min(size, endSize + longestComment)
  const tail = await readAt(handle, size - length, length)
  for (let i = length - endSize; i >= 0; i--)
    if (tail.readUInt32LE(i) === endSignature) return tail.subarray(i)
  throw new Error("the archive has no directory: it is truncated, or no zip file")
}

const parseEntry = (bytes, at) => {
  if (bytes.readUInt32LE(at) !== entrySignature) throw new Error("the archive's directory is damaged")
  const nameLength = bytes.readUInt16LE(at + 28)
  const entry = {
    name: bytes.toString("utf8", at + 46, at + 46 + nameLength),
    method: bytes.readUInt16LE(at + 10),
    compressedSize: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  }
  const next = at + 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  return { entry, next }
}

/**
 * The entries of a zip file by name: `{ name, method, compressedSize, size, offset }`, sizes and offset in bytes.
 * Throws where the file is truncated, damaged or needs zip64.
 */
export const readZipDirectory = async (path) => {
  const handle = await open(path)
  try {
    const end = await findEnd(handle)
    const [count, length, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)]
    if (count === 0xffff || start === 0xffffffff)
      throw new Error("the archive needs zip64, which is not read here")
    const bytes = await readAt(handle, start, length)
    const entries = new Map()
    for (let i = 0, at = 0; i < count; i++) {
      const { entry, next } = parseEntry(bytes, at)
      entries.set(entry.name, entry)
      at = next
    }
    return entries
  } finally {
    await handle.close()
  }
}

const startOfData = async (path, entry) => {
  const handle = await open(path)
  try {
    const header = await readAt(handle, entry.offset, 30)
    return entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await handle.close()
  }
}

const decompressor = ({ name, method }) => {
  if (method === 8) return createInflateRaw()
  if (method === 0) return new PassThrough()
  throw new Error(`${name} is packed with zip method ${method}, which is not read here`)
}

const sourceOf = async (path, entry) => {
  const start = await startOfData(path, entry)
  if (entry.compressedSize === 0) return Readable.from([])
  return createReadStream(path, { start, end: start + entry.compressedSize - 1 })
}

/**
 * Unpacks one entry into the file `target` and resolves to `{ size, sha256 }`, the digest as base64url (as a wheel's
 * RECORD has it). `onBytes(n)` hears of each chunk written. Throws where the entry's size is not what the directory says.
 */
export const extractEntry = async (path, entry, target, onBytes = () => {}) => {
  await mkdir(dirname(target), { recursive: true })
  const hash = createHash("sha256")
  let size = 0
  const measure = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  await pipeline(await sourceOf(path, entry), decompressor(entry), measure, createWriteStream(target))
  if (size !== entry.size) throw new Error(`${entry.name} unpacks to ${size} bytes, not ${entry.size}`)
  return { size, sha256: hash.digest("base64url") }
}

/** A small entry as text. */
export const readEntry = async (path, entry) => {
  const chunks = []
  const collect = new Transform({
    transform(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  await pipeline(await sourceOf(path, entry), decompressor(entry), collect.resume())
  return Buffer.concat(chunks).toString("utf8")
}
