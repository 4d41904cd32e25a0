/** `docs/errors.md` and the code agree: every code that can be thrown has its row, and no row is of a code that cannot. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const textOf = (file: string): string => readFileSync(join(root, file), "utf8")

/** What `diagnose` tells is advice in a report, never thrown. */
const advice = "src/inference/diagnostics/"

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".ts") && !file.startsWith(advice))

/** Where codes stand: as `code:` of a complaint, or first in an error, in the choice between two, or in a file's own `refuse`. */
const places = [
  /\bcode: "([a-z-]+)"/g,
  /Error\(\s*"([a-z-]+)"/g,
  /Error\(\s*[^,"]*\? "([a-z-]+)" : "[a-z-]+"/g,
  /Error\(\s*[^,"]*\? "[a-z-]+" : "([a-z-]+)"/g,
  /\b(?:refuse|complain)\(\s*"([a-z]+(?:-[a-z]+)+)"/g,
]

const codesOf = (text: string): string[] => {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "")
  return places.flatMap((place) => [...code.matchAll(place)].map((match) => match[1]!))
}

const thrown = new Set(sources.flatMap((file) => codesOf(textOf(file))))

const rows = [...textOf("docs/errors.md").matchAll(/^\| `([a-z-]+)` \| (.+?) \| (.+?) \|$/gm)].map(
  ([, code, cause, fix]) => ({ code: code!, cause: cause!, fix: fix! }),
)

describe("the page of errors", () => {
  it("has a row for every code in src, and for no other", () => {
    expect(rows.map(({ code }) => code).sort()).toEqual([...thrown].sort())
  })

  it("says of each what is wrong and what to do", () => {
    for (const { code, cause, fix } of rows)
      expect(Math.min(cause.length, fix.length), code).toBeGreaterThan(3)
  })

  it("would notice a code without a row", () => {
    expect(codesOf('throw programError("brand-new", "text", "fix")')).toEqual(["brand-new"])
    expect(codesOf('throw siteError(site, { code: "other", problem, fix })')).toEqual(["other"])
    expect(codesOf('new ModelError(\n  size === 0 ? "first" : "second",')).toEqual(["first", "second"])
  })
})
