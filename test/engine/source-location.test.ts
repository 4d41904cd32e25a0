/** Where the user wrote it: this file stands for the user's, src/ is latently's own. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { buildSync } from "esbuild"
import { describe, expect, it } from "vitest"
import { withChecks } from "../../src/engine/checks.js"
import { mapThroughFile } from "../../src/engine/native/source-map.js"
import "../../src/engine/node.js"
import { formatFrame, parseFrame } from "../../src/engine/source-frame.js"
import { captureLocation, describeLocation } from "../../src/engine/source-location.js"
import { temporaryFolder, writeFiles } from "./native/installer.js"

const here = "test/engine/source-location.test.ts"

/** The line and column, from 1, at which this file has `text`. */
const placeOf = (text: string): string => {
  const lines = readFileSync(import.meta.filename ?? here, "utf8").split("\n")
  const line = lines.findIndex((candidate) => candidate.includes(text))
  return `${line + 1}:${lines[line]!.indexOf(text) + 1}`
}

describe("describeLocation", () => {
  it("gives the line and column where it was called", () => {
    const location = captureLocation() // direct
    expect(describeLocation(location)).toBe(`${here}:${placeOf("captureLocation() // direct")}`)
  })

  it("skips latently's own frames between the user's line and the taking", () => {
    const location = withChecks(false, captureLocation) // through src
    expect(describeLocation(location)).toBe(
      `${here}:${placeOf("withChecks(false, captureLocation) // through src")}`,
    )
  })

  it("finds the line of a generator that latently runs", () => {
    function* program() {
      yield captureLocation() // inside a program
    }
    const location = withChecks(false, () => program().next().value!)
    expect(describeLocation(location)).toBe(`${here}:${placeOf("captureLocation() // inside a program")}`)
  })

  it("is undefined where no frame is the user's", () => {
    const stack = [
      "Error",
      "    at Module._compile (node:internal/modules/cjs/loader:1364:14)",
      "    at run (/project/node_modules/runner/run.js:1:2)",
      `    at sample (${new URL("../../src/dsl/site.ts", import.meta.url)}:1:2)`,
      `    at sample (${new URL("../../dist/dsl/site.js", import.meta.url)}:1:2)`,
      "    at Array.map (<anonymous>)",
    ].join("\n")
    expect(describeLocation({ stack })).toBeUndefined()
    expect(describeLocation({ stack: `${stack}\n    at main (/project/main.js:3:4)` })).toBe(
      "/project/main.js:3:4",
    )
    expect(describeLocation({})).toBeUndefined()
  })

  it("leaves the limit of stack traces as it was", () => {
    const before = Error.stackTraceLimit
    captureLocation()
    expect(Error.stackTraceLimit).toBe(before)
  })
})

describe("parseFrame", () => {
  it.each([
    ["    at file:///home/a%20b/main.js:12:20", "/home/a b/main.js:12:20"],
    ["    at Object.next [as run] (/x/main.ts:1:2)", "/x/main.ts:1:2"],
    ["    at async main (file:///x/(draft)/main.ts:1:2)", "/x/(draft)/main.ts:1:2"],
    ["    at async file:///x/main.ts:1:2", "/x/main.ts:1:2"],
    ["    at f (file:///C:/x/main.ts:1:2)", "C:/x/main.ts:1:2"],
    ["    at f (C:\\x\\main.ts:1:2)", "C:/x/main.ts:1:2"],
    ["f@https://host/src/main.ts?t=17:1:2", "https://host/src/main.ts:1:2"],
  ])("reads %j", (line, text) => {
    expect(formatFrame(parseFrame(line)!)).toBe(text)
  })

  it.each([
    "Error: at 12:20",
    "    at Array.map (<anonymous>)",
    "    at eval (eval at f (/x/a.js:1:1), <anonymous>:1:1)",
  ])("reads nothing in %j", (line) => expect(parseFrame(line)).toBeUndefined())
})

describe("mapThroughFile", () => {
  const source =
    "type Name = string\n\nexport const f = (name: Name) => {\n  throw new Error(name) // here\n}\n"

  /** Builds a TypeScript file and gives the frame of its `throw` in the output. */
  const build = (sourcemap: "inline" | "linked" | false) => {
    const folder = writeFiles(temporaryFolder(), { "source/main.ts": source })
    const outfile = join(folder, "built", "main.js")
    buildSync({
      entryPoints: [join(folder, "source", "main.ts")],
      outfile,
      sourcemap,
      minifyWhitespace: true,
    })
    const lines = readFileSync(outfile, "utf8").split("\n")
    const line = lines.findIndex((text) => text.includes("new Error"))
    return { folder, frame: { file: outfile, line: line + 1, column: lines[line]!.indexOf("new Error") + 1 } }
  }

  it.each(["inline", "linked"] as const)("reads a map that is %s", (kind) => {
    const { folder, frame } = build(kind)
    expect(mapThroughFile(frame)).toEqual({ file: join(folder, "source", "main.ts"), line: 4, column: 9 })
    const stack = `Error\n    at f (${pathToFileURL(frame.file)}:${frame.line}:${frame.column})`
    expect(describeLocation({ stack })).toBe(`${join(folder, "source", "main.ts")}:4:9`)
  })

  it("keeps the frame where there is no map, a damaged one, or no file", () => {
    const { frame } = build(false)
    expect(mapThroughFile(frame)).toEqual(frame)
    const folder = writeFiles(temporaryFolder(), {
      "a.js": "f()\n//# sourceMappingURL=a.js.map\n",
      "a.js.map": "{",
    })
    const damaged = { file: join(folder, "a.js"), line: 1, column: 1 }
    expect(mapThroughFile(damaged)).toEqual(damaged)
    const absent = { file: join(folder, "b.js"), line: 1, column: 1 }
    expect(mapThroughFile(absent)).toEqual(absent)
  })
})
