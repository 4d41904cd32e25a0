import { describe, expect, it } from "vitest"
import { escapeXml } from "../../src/report/escape.js"
import { formatClock, formatDuration, formatNumber, typographicMinus } from "../../src/report/format.js"

describe("formatNumber", () => {
  it.each([
    [-1130.26401, 4, "-1130.2640"],
    [0.5, 0, "1"],
    [-0.0004, 3, "0.000"],
    [-0, undefined, "0"],
    [42, undefined, "42"],
    [0.012345, undefined, "0.01235"],
    [123456.7, undefined, "123500"],
    [Number.NaN, 2, "NaN"],
    [Number.NEGATIVE_INFINITY, 2, "-∞"],
  ])("%d with %s digits is %s", (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text)
  })
})

describe("durations", () => {
  it.each([
    [0.4213, "0.42 s"],
    [9.999, "10.0 s"],
    [59.97, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3599.7, "1 h 00 min"],
    [7384, "2 h 03 min"],
  ])("%d seconds is %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
  it.each([
    [0, "0:00"],
    [72.9, "1:12"],
    [3671, "1:01:11"],
  ])("%d seconds on a clock is %s", (seconds, text) => {
    expect(formatClock(seconds)).toBe(text)
  })
})

it("sets a minus before numbers and leaves hyphens in words", () => {
  expect(typographicMinus("-1.5 and (-2), 10-fold, K-means, -∞")).toBe("−1.5 and (−2), 10-fold, K-means, −∞")
})

it("escapes the five characters of XML and drops what XML forbids", () => {
  expect(escapeXml(`<a href="x">'&\u0000\u0008</a>`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&lt;/a&gt;")
})
