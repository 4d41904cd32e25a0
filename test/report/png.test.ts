import { describe, expect, it } from "vitest"
import { encodePng, pngDataUri } from "../../src/report/png.js"
import { decodePng, pngIn } from "./decodePng.js"

const image = { width: 37, height: 11, data: Uint8Array.from({ length: 37 * 11 }, (_, i) => (i * 101) % 256) }

describe("encodePng", () => {
  it("gives the same grey pixels back", () => {
    const decoded = decodePng(encodePng(image, "grey"))
    expect([decoded.width, decoded.height, decoded.colorType]).toEqual([37, 11, 0])
    expect(decoded.data).toEqual(image.data)
  })

  it("writes ink as a palette of one colour whose opacity is the pixel", () => {
    const decoded = decodePng(encodePng(image, "ink"))
    expect(decoded.colorType).toBe(3)
    expect(decoded.data).toEqual(image.data)
    expect([...decoded.chunks.tRNS!]).toEqual(Array.from({ length: 256 }, (_, i) => i))
    expect(
      new Set(Array.from({ length: 256 }, (_, i) => decoded.chunks.PLTE!.slice(3 * i, 3 * i + 3).join())),
    ).toEqual(new Set(["22,24,28"]))
  })

  it("ends with the twelve bytes that end every PNG", () => {
    expect(Buffer.from(encodePng(image, "grey").slice(-12)).toString("hex")).toBe("0000000049454e44ae426082")
  })

  it("becomes a data address that decodes to the same", () => {
    expect(pngIn(pngDataUri(image, "ink")).data).toEqual(image.data)
  })

  it("names a size that the bytes do not fill", () => {
    expect(() => encodePng({ width: 2, height: 3, data: new Uint8Array(5) }, "grey")).toThrow(
      "a picture of 2 by 3 pixels needs 6 bytes, one a pixel, got 5",
    )
    expect(() => encodePng({ width: 0, height: 3, data: new Uint8Array(0) }, "grey")).toThrow("0 by 3")
  })
})
