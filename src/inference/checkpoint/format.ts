/**
 * The bytes of a checkpoint: a magic line, a SHA-256 of the rest, a JSON header, then every array as little-endian numbers in
 * the order of the header. Any truncated or changed byte is refused. Next: `checkpoint.ts`.
 */
import { LatentlyError } from "../../engine/error.js"

/** A named array in a checkpoint. */
export interface Section {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: "float32" | "float64"
  readonly values: Float32Array | Float64Array
}

/** What a checkpoint holds: facts as JSON, and arrays. */
export interface Contents {
  readonly facts: Readonly<Record<string, unknown>>
  readonly sections: readonly Section[]
}

const magic = "latently checkpoint 1\n"
const start = magic.length + 32

const refuse = (code: string, problem: string): never => {
  throw new LatentlyError(code, `this is not a checkpoint that can be loaded: ${problem}`)
}

const hash = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>))

const join = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const numbers = ({ kind, values }: Section): Uint8Array => {
  const width = kind === "float32" ? 4 : 8
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    if (kind === "float32") view.setFloat32(i * width, value, true)
    else view.setFloat64(i * width, value, true)
  })
  return bytes
}

/** The bytes of a checkpoint. */
export const encode = async ({ facts, sections }: Contents): Promise<Uint8Array> => {
  const header = new TextEncoder().encode(
    JSON.stringify({ facts, sections: sections.map(({ name, shape, kind }) => ({ name, shape, kind })) }),
  )
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, header.length, true)
  const body = join([length, header, ...sections.map(numbers)])
  return join([new TextEncoder().encode(magic), await hash(body), body])
}

const readNumbers = (
  bytes: Uint8Array,
  kind: Section["kind"],
  count: number,
  at: number,
): Section["values"] => {
  const width = kind === "float32" ? 4 : 8
  if (at + count * width > bytes.length) refuse("damaged-checkpoint", "it ends too early")
  const view = new DataView(bytes.buffer, bytes.byteOffset + at)
  return kind === "float32"
    ? Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true))
    : Float64Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true))
}

/**
 * The contents of a checkpoint's bytes.
 * @throws LatentlyError "foreign-checkpoint" for other files, "damaged-checkpoint" for a truncated or changed one.
 */
export const decode = async (bytes: Uint8Array): Promise<Contents> => {
  if (new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic)
    refuse("foreign-checkpoint", "it does not begin as one")
  if (bytes.length < start + 4) refuse("damaged-checkpoint", "it ends too early")
  const body = bytes.subarray(start)
  const sum = await hash(body.slice())
  if (!sum.every((byte, i) => byte === bytes[magic.length + i]))
    refuse("damaged-checkpoint", "its checksum does not agree")
  const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
  const { facts, sections } = JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + length))) as {
    facts: Contents["facts"]
    sections: Omit<Section, "values">[]
  }
  let at = 4 + length
  const read = sections.map((section) => {
    const values = readNumbers(body, section.kind, sizeOf(section.shape), at)
    at += values.byteLength
    return { ...section, values }
  })
  return { facts, sections: read }
}
