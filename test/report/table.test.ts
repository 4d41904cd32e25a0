import { describe, expect, it } from "vitest"
import { type Column, table } from "../../src/report/table.js"
import { displayWidth, terminalAbility } from "../../src/report/terminal.js"

interface Fitted {
  model: string
  method: string
  value: number | null
  seconds?: number
}
const rows: Fitted[] = [
  { model: "mixture", method: "exact EM", value: -1130.26401, seconds: 0.0312 },
  { model: "mixture", method: "amortized", value: -1130.5, seconds: 4.2 },
  { model: "PPCA", method: "closed | form", value: null },
]
const columns: Column<Fitted>[] = [
  { key: "model", heading: "model" },
  { key: "method", heading: "method" },
  { key: "value", heading: "ELBO", digits: 4 },
  { key: "seconds", heading: "s", digits: 2 },
]

describe("table", () => {
  it("rules with box-drawing characters, numbers to the right at their digits, blocks parted", () => {
    expect(table(rows, columns, { form: "box", groupBy: "model" })).toBe(
      [
        "───────────────────────────────────────────",
        "model     method                ELBO      s",
        "───────────────────────────────────────────",
        "mixture   exact EM        -1130.2640   0.03",
        "          amortized       -1130.5000   4.20",
        "───────────────────────────────────────────",
        "PPCA      closed | form            –      –",
        "───────────────────────────────────────────",
      ].join("\n"),
    )
  })

  it("writes Markdown with alignment marks and escaped pipes", () => {
    expect(table(rows, columns.slice(1), { form: "markdown" })).toBe(
      [
        "| method         |       ELBO |    s |",
        "| -------------- | ---------: | ---: |",
        "| exact EM       | -1130.2640 | 0.03 |",
        "| amortized      | -1130.5000 | 4.20 |",
        "| closed \\| form |          – |    – |",
      ].join("\n"),
    )
  })

  it("takes the form from the stream's ability", () => {
    const stream = { write: () => true, isTTY: true, columns: 80 }
    const first = (environment: Record<string, string>) => table(rows, columns, { stream, environment })[0]
    expect(first({ LANG: "C" })).toBe(process.platform === "darwin" ? "─" : "-")
    expect(first({ LANG: "en_US.UTF-8" })).toBe(process.platform === "win32" ? "-" : "─")
  })

  it("aligns by display width: combining marks take no column, wide characters two", () => {
    expect(displayWidth("\u001b[1mμ̂\u001b[0m")).toBe(1)
    const lines = table(
      [
        { a: "μ̂", b: 1 },
        { a: "漢字", b: 22 },
      ],
      [
        { key: "a", heading: "a" },
        { key: "b", heading: "b" },
      ],
      {
        form: "plain",
      },
    ).split("\n")
    expect(lines.slice(3, 5)).toEqual(["μ̂       1", "漢字   22"])
  })

  it("formats a cell by its column's function, and keeps it on one line", () => {
    const text = table(
      [{ share: 0.5 }],
      [{ key: "share", heading: "share", format: (v) => `${Number(v) * 100}\n%` }],
      {
        form: "plain",
      },
    )
    expect(text.split("\n")[3]).toBe(" 50 %".trimStart().padStart(5))
  })

  it("names a column that no row has", () => {
    const wrong = [{ key: "elbo" as "model", heading: "ELBO" }]
    expect(() => table(rows, wrong)).toThrow(
      "table column 'elbo' is in no row; the rows have: model, method, value, seconds",
    )
    expect(() => table(rows, [])).toThrow("table needs at least one column")
  })
})

describe("terminalAbility", () => {
  const stream = { write: () => true, isTTY: true, columns: 120 }
  it("is live on a terminal only, and not in CI or on a dumb one", () => {
    expect(terminalAbility(stream, {}).live).toBe(true)
    expect(terminalAbility({ write: () => true }, {}).live).toBe(false)
    expect(terminalAbility(stream, { CI: "1" }).live).toBe(false)
    expect(terminalAbility(stream, { TERM: "dumb" }).live).toBe(false)
  })
  it("obeys NO_COLOR and reads the locale", () => {
    expect(terminalAbility(stream, { NO_COLOR: "1" }).color).toBe(false)
    expect(terminalAbility(stream, { NO_COLOR: "" }).color).toBe(true)
    expect(terminalAbility(stream, { LANG: "en_US.utf8" }, "linux").unicode).toBe(true)
    expect(terminalAbility(stream, { LC_ALL: "C", LANG: "en_US.UTF-8" }, "linux").unicode).toBe(false)
    expect(terminalAbility(stream, {}, "win32").unicode).toBe(false)
  })
  it("takes 80 columns where the stream does not say", () => {
    expect(terminalAbility({ write: () => true, columns: 0 }, {}).columns).toBe(80)
    expect(terminalAbility(stream, {}).columns).toBe(120)
  })
})
