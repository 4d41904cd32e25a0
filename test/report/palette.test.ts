import { describe, expect, it } from "vitest"
import { blend, color, seriesColor, themes } from "../../src/report/palette.js"

type Triple = readonly [number, number, number]
const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple
const dot = (row: readonly number[], [r, g, b]: Triple) => row[0]! * r + row[1]! * g + row[2]! * b

/** Relative luminance and contrast as WCAG 2 defines them. */
const luminance = (hex: string) => dot([0.2126, 0.7152, 0.0722], linear(hex))
const contrast = (a: string, b: string) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** Full dichromacy on linear RGB: Machado, Oliveira and Fernandes 2009, severity 1. */
const deficiencies = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

/** OKLab (Ottosson 2020). */
const oklab = (rgb: Triple): Triple => {
  const cone = (row: readonly number[]) => Math.cbrt(dot(row, rgb))
  const lms: Triple = [
    cone([0.4122214708, 0.5363325363, 0.0514459929]),
    cone([0.2119034982, 0.6806995451, 0.1073969566]),
    cone([0.0883024619, 0.2817188376, 0.6299787005]),
  ]
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], lms),
    dot([1.9779984951, -2.428592205, 0.4505937099], lms),
    dot([0.0259040371, 0.7827717662, -0.808675766], lms),
  ]
}
const seen = (hex: string, matrix: readonly (readonly number[])[]) =>
  oklab(matrix.map((row) => Math.max(0, dot(row, linear(hex)))) as unknown as Triple)

describe.each(["light", "dark"] as const)("the %s palette", (name) => {
  const theme = themes[name]
  const five = ([1, 2, 3, 4, 5] as const).map((index) => theme[index])

  it("keeps text and axes readable and every series visible on the page", () => {
    expect(contrast(theme.ink, theme.paper)).toBeGreaterThan(12)
    expect(contrast(theme.muted, theme.paper)).toBeGreaterThan(4.5)
    for (let index = 1; index <= 10; index++)
      expect(contrast(theme[index as keyof typeof theme], theme.paper)).toBeGreaterThan(3)
  })

  it.each(Object.entries(deficiencies))("keeps five series apart with %s", (_, matrix) => {
    five.forEach((first, i) => {
      for (const second of five.slice(i + 1)) {
        const [a, b] = [seen(first, matrix), seen(second, matrix)]
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.1)
      }
    })
  })
})

describe("blend", () => {
  it("is a series colour where one weight has all", () => {
    expect(blend([0, 1])).toBe(seriesColor(1))
    expect(blend([0.99, 0.01])).toBe(seriesColor(0))
  })
  it("mixes two in the share of their weights", () => {
    expect(blend([0.25, 0.75])).toBe(`color-mix(in oklab,${seriesColor(1)} 75%,${seriesColor(0)})`)
  })
  it("nests a third so that shares come out right", () => {
    const [a, b, c] = [0, 1, 2].map(seriesColor)
    expect(blend([0.25, 0.25, 0.5])).toBe(`color-mix(in oklab,${c} 50%,color-mix(in oklab,${b} 50%,${a}))`)
  })
  it("falls back to the muted colour where no weight is left", () => {
    expect(blend([])).toBe(color("muted"))
  })
})
