/**
 * Writing the protocol-buffer wire format: a message is a list of fields, a field is bytes. Bytes are held as strings of
 * characters below 256, which JavaScript joins without copying. Only what a TensorFlow graph needs; nothing here reads.
 * Next: `definition.ts`, which lays out the messages.
 */

/** Bytes, one character each. */
export type Bytes = string

const varint = (value: number): Bytes => {
  if (value >= 0 && value < 128) return String.fromCharCode(value)
  let bytes = ""
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes += String.fromCharCode(Number(rest & 127n) | 128)
  return bytes + String.fromCharCode(Number(rest))
}

const tag = (field: number, wire: 0 | 2 | 5): Bytes => varint((field << 3) | wire)

/** The bytes of a typed array. */
export const raw = (values: Uint8Array): Bytes =>
  Buffer.from(values.buffer, values.byteOffset, values.length).toString("latin1")

/** An integer, enum or boolean field. */
export const integer = (field: number, value: number | boolean): Bytes =>
  tag(field, 0) + varint(Number(value))

/** A float32 field. */
export const float = (field: number, value: number): Bytes =>
  tag(field, 5) + raw(new Uint8Array(Float32Array.of(value).buffer))

/** A nested message, or raw bytes. */
export const message = (field: number, ...parts: readonly Bytes[]): Bytes => {
  const bytes = parts.join("")
  return tag(field, 2) + varint(bytes.length) + bytes
}

/** A string field. */
export const text = (field: number, value: string): Bytes => message(field, raw(Buffer.from(value, "utf8")))

/** A map field with string keys: one entry a key. */
export const map = (field: number, entries: Iterable<readonly [string, Bytes]>): Bytes =>
  Array.from(entries, ([key, value]) => message(field, text(1, key), message(2, value))).join("")

/** The bytes as they are written to a file. */
export const encode = (bytes: Bytes): Uint8Array => Buffer.from(bytes, "latin1")
