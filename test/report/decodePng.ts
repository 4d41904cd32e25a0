/** Reads back the PNGs that the report writes: eight bits a pixel, grey or palette, filter 0. An independent check of the encoder. */
import { inflateSync } from "node:zlib"

/** What a decoded file holds; `palette` and `opacities` where it has them. */
export interface DecodedPng {
  readonly width: number
  readonly height: number
  readonly colorType: number
  readonly data: Uint8Array
  readonly chunks: Readonly<Record<string, Uint8Array>>
}

/** CRC-32 bit by bit, slowly, so that it shares no table with the encoder. */
const crc = (bytes: Uint8Array): number => {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (0xedb88320 & -(value & 1))
  }
  return ~value >>> 0
}

/** Decodes a file, and throws at a wrong signature, check sum or filter. */
export const decodePng = (file: Uint8Array): DecodedPng => {
  if (Buffer.from(file.subarray(0, 8)).toString("latin1") !== "\u0089PNG\r\n\u001a\n")
    throw new Error("no PNG")
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const chunks: Record<string, Uint8Array> = {}
  for (let at = 8; at < file.length; ) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 8 + length) !== crc(file.subarray(at + 4, at + 8 + length)))
      throw new Error("check sum")
    chunks[Buffer.from(file.subarray(at + 4, at + 8)).toString("latin1")] = file.subarray(
      at + 8,
      at + 8 + length,
    )
    at += 12 + length
  }
  const header = Buffer.from(chunks.IHDR!)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const lines = inflateSync(chunks.IDAT!)
  const data = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    if (lines[row * (width + 1)] !== 0) throw new Error("filter")
    data.set(lines.subarray(row * (width + 1) + 1, (row + 1) * (width + 1)), row * width)
  }
  if (lines.length !== height * (width + 1)) throw new Error("length")
  return { width, height, colorType: header[9]!, data, chunks }
}

/** The first PNG inside a figure or a page. */
export const pngIn = (markup: string): DecodedPng => {
  const [, base64] = /data:image\/png;base64,([A-Za-z0-9+/=]+)/.exec(markup)!
  return decodePng(new Uint8Array(Buffer.from(base64!, "base64")))
}
