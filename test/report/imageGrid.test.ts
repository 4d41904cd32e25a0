import { describe, expect, it } from "vitest"
import { layOut } from "../../src/report/atlas.js"
import { imageGrid, reconstructions } from "../../src/report/imageGrid.js"
import { sizeOf } from "../../src/report/svg.js"
import { pngIn } from "./decodePng.js"

/** A picture of 2 rows and 3 columns that is `level` of 255 throughout, but for its first pixel. */
const flat = (level: number) => [1, ...new Array(5).fill(level / 255)]

describe("layOut", () => {
  it("puts each picture where its row and column are, and leaves gaps clear", () => {
    const { image, lefts, tops } = layOut([flat(10), flat(20), flat(30)], {
      shape: [2, 3],
      columns: 2,
      gap: 1,
    })
    expect([lefts, tops]).toEqual([
      [0, 4],
      [0, 3],
    ])
    const rows = Array.from({ length: image.height }, (_, row) => [...image.data.slice(row * 7, row * 7 + 7)])
    expect(rows).toEqual([
      [255, 10, 10, 0, 255, 20, 20],
      [10, 10, 10, 0, 20, 20, 20],
      [0, 0, 0, 0, 0, 0, 0],
      [255, 30, 30, 0, 0, 0, 0],
      [30, 30, 30, 0, 0, 0, 0],
    ])
  })

  it("takes one flat array as well", () => {
    const layout = { shape: [2, 3], columns: 2, gap: 1 } as const
    expect(layOut(Float32Array.from([...flat(10), ...flat(20)]), layout)).toEqual(
      layOut([flat(10), flat(20)], layout),
    )
  })

  it("widens the gap between groups of rows", () => {
    const pictures = [1, 2, 3, 4].map(flat)
    const { tops } = layOut(pictures, { shape: [2, 3], columns: 1, gap: 1, groupRows: 2, groupGap: 5 })
    expect(tops).toEqual([0, 3, 10, 13])
  })

  it("cuts values to [0, 1], as a Gaussian decoder needs", () => {
    const { image } = layOut([[-0.5, 0.5, 1.5]], { shape: [1, 3], columns: 1, gap: 0 })
    expect([...image.data]).toEqual([0, 128, 255])
  })

  it("names what does not fit", () => {
    const layout = { shape: [2, 3], columns: 2, gap: 1 } as const
    expect(() => layOut(new Float32Array(8), layout)).toThrow(
      "pictures of 6 pixels each were asked for, got picture 1 with 2",
    )
    expect(() => layOut([], layout)).toThrow("got no picture")
    expect(() => layOut([[0, 0, 0, Number.NaN, 0, 0]], layout)).toThrow("pixel 3 of a picture is NaN")
  })
})

describe("imageGrid", () => {
  const pictures = Array.from({ length: 6 }, (_, index) => flat(index))

  it("is one PNG, drawn at scale, sharp, and turned over in the dark", () => {
    const svg = imageGrid({ pictures, shape: [2, 3], columns: 3, scale: 4 })
    expect(sizeOf(svg)).toEqual({ width: 4 * 13, height: 4 * 6 })
    expect(svg.match(/<image /g)).toHaveLength(1)
    expect(svg).toContain("image-rendering:var(--fig-image-rendering,pixelated)")
    expect(svg).toContain("filter:var(--fig-image-filter,none)")
    expect(svg).toContain("--fig-image-filter:invert(1)")
    expect(pngIn(svg).width).toBe(13)
  })

  it("names its axes, escaped", () => {
    const svg = imageGrid({ pictures, shape: [2, 3], columns: 3, gap: 0, axes: ["a<b", "c&d"] })
    expect(svg).toContain(">a&lt;b →</text>")
    expect(svg).toContain(">c&amp;d →</text>")
  })

  it("refuses a number of columns that is none", () => {
    expect(() => imageGrid({ pictures, shape: [2, 3], columns: 0 })).toThrow("imageGrid needs columns")
  })
})

describe("reconstructions", () => {
  it("puts each reconstruction right under its original", () => {
    const originals = [1, 2, 3, 4].map((level) => [level / 255])
    const made = [11, 12, 13, 14].map((level) => [level / 255])
    const options = { originals, reconstructions: made, shape: [1, 1], columns: 2, gap: 0 } as const
    const { width, height, data } = pngIn(reconstructions(options))
    expect([width, height]).toEqual([2, 6])
    expect([...data]).toEqual([1, 2, 11, 12, 0, 0, 0, 0, 3, 4, 13, 14])
    expect(reconstructions({ ...options, labels: ["x", "x̂"] }).match(/>x̂<\/text>/g)).toHaveLength(2)
  })

  it("refuses counts that do not pair up", () => {
    const options = { originals: [[0], [0]], reconstructions: [[0]], shape: [1, 1], columns: 2 } as const
    expect(() => reconstructions(options)).toThrow(
      "2 originals and 1 reconstructions do not make full pairs of rows of 2",
    )
  })
})
