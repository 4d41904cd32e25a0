/**
 * Writing the protocol-buffer wire format: a message is a list of fields, a field is bytes. Only what a TensorFlow graph
 * needs; nothing here reads. Next: `definition.ts`, which lays out the messages.
 */

/** Bytes not yet joined: joining once at the end keeps large constants from being copied at every level. */
export type Bytes = Uint8Array | readonly Bytes[]

const encoder = new TextEncoder()

/** The number of bytes. */
export const lengthOf = (bytes: Bytes): number =>
  bytes instanceof Uint8Array ? bytes.length : bytes.reduce((sum, part) => sum + lengthOf(part), 0)

/** The bytes in one array. */
export const join = (bytes: Bytes): Uint8Array => {
  const all = new Uint8Array(lengthOf(bytes))
  let at = 0
  const put = (part: Bytes): void => {
    if (part instanceof Uint8Array) {
      all.set(part, at)
      at += part.length
    } else for (const inner of part) put(inner)
  }
  put(bytes)
  return all
}

const varint = (value: number): Uint8Array => {
  if (value >= 0 && value < 128) return Uint8Array.of(value)
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.of(...bytes, Number(rest))
}

const tag = (field: number, wire: 0 | 2 | 5): Uint8Array => varint((field << 3) | wire)

/** An integer, enum or boolean field. */
export const integer = (field: number, value: number | boolean): Bytes => [
  tag(field, 0),
  varint(Number(value)),
]

/** A float32 field. */
export const float = (field: number, value: number): Bytes => [
  tag(field, 5),
  new Uint8Array(Float32Array.of(value).buffer),
]

/** A nested message, or raw bytes. */
export const message = (field: number, ...parts: readonly Bytes[]): Bytes => [
  tag(field, 2),
  varint(lengthOf(parts)),
  ...parts,
]

/** A string field. */
export const text = (field: number, value: string): Bytes => message(field, encoder.encode(value))

/** A map field with string keys: one entry a key. */
export const map = (field: number, entries: Iterable<readonly [string, Bytes]>): Bytes =>
  Array.from(entries, ([key, value]) => message(field, text(1, key), message(2, value)))
