/**
 * A PNG encoder for what a report shows: one byte a pixel, as grey or as ink whose opacity is the byte, so that the same
 * picture lies on a light and on a dark page. It leaves out colour, other bit depths, interlacing and decoding.
 * Specification: https://www.w3.org/TR/png-3/. Next: `atlas.ts`, `imageGrid.ts`.
 */
import { deflateSync } from "node:zlib"
import { LatentlyError } from "../engine/error.js"

/** A picture: `data` row by row, one byte a pixel, `width * height` of them. */
export interface ByteImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** `grey`: 0 black, 255 white. `ink`: 0 clear, 255 opaque near-black. */
export type PixelMeaning = "grey" | "ink"

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The ink's red, green and blue; `filter: invert(1)` turns it into the light grey of dark-theme text. */
const inkColor = [0x16, 0x18, 0x1c] as const

/**
 * Encodes a picture as a PNG file.
 *
 * @throws LatentlyError `image-size` when the sides are not integers ≥ 1 or the bytes do not fill them.
 * @example encodePng({ width: 2, height: 1, data: Uint8Array.of(0, 255) }, "grey")
 */
export const encodePng = (image: ByteImage, meaning: PixelMeaning): Uint8Array => {
  checkSize(image)
  const chunks = [chunk("IHDR", header(image, meaning))]
  if (meaning === "ink") chunks.push(chunk("PLTE", inkPalette()), chunk("tRNS", opacities()))
  chunks.push(chunk("IDAT", deflateSync(scanlines(image), { level: 9 })), chunk("IEND", new Uint8Array()))
  return joined([signature, ...chunks])
}

/** A PNG as a `data:` address, for an image inside an SVG or a page. Throws as `encodePng` does. */
export const pngDataUri = (image: ByteImage, meaning: PixelMeaning): string =>
  `data:image/png;base64,${Buffer.from(encodePng(image, meaning)).toString("base64")}`

const checkSize = ({ width, height, data }: ByteImage): void => {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1
  if (whole && data.length === width * height) return
  throw new LatentlyError(
    "image-size",
    `a picture of ${width} by ${height} pixels needs ${width * height} bytes, one a pixel, got ${data.length}`,
  )
}

const header = ({ width, height }: ByteImage, meaning: PixelMeaning): Uint8Array => {
  const bytes = new Uint8Array(13)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  bytes.set([8, meaning === "grey" ? 0 : 3, 0, 0, 0], 8) // bit depth, color type, deflate, filter set, no interlace
  return bytes
}

const inkPalette = (): Uint8Array => Uint8Array.from({ length: 256 * 3 }, (_, index) => inkColor[index % 3]!)

const opacities = (): Uint8Array => Uint8Array.from({ length: 256 }, (_, index) => index)

/** Each row with filter type 0 before it: filters help photographs, and cost size on glyphs. */
const scanlines = ({ width, height, data }: ByteImage): Uint8Array => {
  const lines = new Uint8Array(height * (width + 1))
  for (let row = 0; row < height; row++)
    lines.set(data.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
  return lines
}

const chunk = (type: string, body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(body.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, body.length)
  for (let index = 0; index < 4; index++) bytes[4 + index] = type.charCodeAt(index)
  bytes.set(body, 8)
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)))
  return bytes
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** The cyclic redundancy check of PNG chunks (annex D of the specification). */
const crc32 = (bytes: Uint8Array): number => {
  let value = 0xffffffff
  for (const byte of bytes) value = crcTable[(value ^ byte) & 0xff]! ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
