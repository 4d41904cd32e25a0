/**
 * Which way imports run: engine <- distributions <- dsl <- inference <- models, with report beside them and cli above. Also the
 * size and the names of files. Next: `bundle.test.ts`, which follows the imports of whole programs.
 */
import { readdirSync, readFileSync } from "node:fs"
import { basename, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

/** What each room may import: itself, and of these rooms values; of the second list types only. */
const rooms: Record<string, { values: string[]; types: string[] }> = {
  engine: { values: [], types: [] },
  distributions: { values: ["engine"], types: [] },
  dsl: { values: ["engine", "distributions"], types: [] },
  inference: { values: ["engine", "distributions", "dsl"], types: [] },
  models: { values: ["engine", "distributions", "dsl", "inference"], types: [] },
  report: { values: ["engine", "distributions", "dsl"], types: ["inference", "models"] },
  cli: { values: ["engine", "distributions", "dsl", "inference", "models", "report"], types: [] },
}

/** The files that may import `engine/node.ts`, and with it everything that only Node has. */
const nodeOnly = ["index.node.ts", "cli/"]

type Import = { readonly target: string; readonly typeOnly: boolean }

const importPattern =
  /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]*)"|\bimport\(\s*"(\.[^"]*)"\s*\)/gm

/** The relative imports of a file's text, as paths below `src`. */
const importsOf = (file: string, text: string): Import[] =>
  [...text.matchAll(importPattern)].map((match) => ({
    target: join(file, "..", (match[2] ?? match[3])!)
      .replace(/\.js$/, ".ts")
      .replaceAll("\\", "/"),
    typeOnly: match[1] !== undefined,
  }))

const isIndex = (file: string): boolean => !file.includes("/")
const roomOf = (file: string): string => file.split("/")[0]!
const mayLoadNode = (file: string): boolean => nodeOnly.some((allowed) => file.startsWith(allowed))

/** What is wrong with one import, as a sentence; undefined where it is allowed. */
const wrong = (file: string, { target, typeOnly }: Import): string | undefined => {
  if (target === "engine/node.ts" && !mayLoadNode(file))
    return `${file} imports engine/node.ts, which only Node has`
  if (isIndex(file)) return undefined
  if (isIndex(target)) return `${file} imports ${target}, the public surface`
  const [from, to] = [roomOf(file), roomOf(target)]
  const room = rooms[from]
  if (room === undefined) return `src/${from} is no room: give it its place in test/imports.test.ts`
  if (to === from || room.values.includes(to) || (typeOnly && room.types.includes(to))) return undefined
  return `${file} imports ${target}: ${from} must not depend on ${to}`
}

const wrongImports = (file: string, text: string): string[] =>
  importsOf(file, text)
    .map((found) => wrong(file, found))
    .filter((sentence) => sentence !== undefined)

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && /\.(ts|mjs)$/.test(item.name))
    .map((item) => relative(root, resolve(item.parentPath, item.name)).replaceAll("\\", "/"))

const textOf = (file: string): string => readFileSync(join(root, file), "utf8")

describe("imports", () => {
  it("run one way", () => {
    const sentences = filesBelow("src").flatMap((file) =>
      wrongImports(file.replace(/^src\//, ""), textOf(file)),
    )
    expect(sentences).toEqual([])
  })

  it.each([
    [
      "engine/a.ts",
      'import { normal } from "../distributions/normal.js"',
      "engine must not depend on distributions",
    ],
    ["dsl/a.ts", 'import type { Fit } from "../inference/fit.js"', "dsl must not depend on inference"],
    ["report/a.ts", 'import { fit } from "../inference/fit.js"', "report must not depend on inference"],
    [
      "inference/a.ts",
      'import {\n  table,\n} from "../report/table.js"',
      "inference must not depend on report",
    ],
    ["models/a.ts", 'export * from "../report/table.js"', "models must not depend on report"],
    ["models/a.ts", 'await import("../report/table.js")', "models must not depend on report"],
    ["dsl/a.ts", 'import "../engine/node.js"', "which only Node has"],
    ["dsl/a.ts", 'import { tf } from "../index.js"', "the public surface"],
    ["stray/a.ts", 'import { tf } from "../engine/tensor.js"', "no room"],
  ])("in %s catches %j", (file, text, sentence) => {
    expect(wrongImports(file, text)).toEqual([expect.stringContaining(sentence)])
  })

  it.each([
    ["report/a.ts", 'import type { Fit } from "../inference/fit.js"'],
    ["models/a.ts", 'import { tf } from "../engine/tensor.js"'],
    ["index.ts", 'export { fit } from "./inference/fit.js"'],
    ["index.node.ts", 'import "./engine/node.js"'],
    ["cli/latently.ts", 'import "../engine/node.js"'],
  ])("in %s allows %j", (file, text) => {
    expect(importsOf(file, text)).toHaveLength(1)
    expect(wrongImports(file, text)).toEqual([])
  })
})

describe("files", () => {
  const files = ["src", "scripts", "test", "bench", "examples"].flatMap(filesBelow)

  it("have 250 lines at most", () => {
    const long = files
      .map((file) => ({ file, lines: textOf(file).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > 250)
    expect(long).toEqual([])
  })

  it("are named for what they are about", () => {
    const vague = /^(.*[-.])?(utils?|helpers?|common|managers?|misc|impl)([-.].*)?$/i
    expect(files.filter((file) => file.split("/").some((part) => vague.test(part)))).toEqual([])
    expect(
      ["src/dsl/utils.ts", "src/helpers/a.ts", "src/plate-manager.ts"].every((file) =>
        file.split("/").some((part) => vague.test(part)),
      ),
    ).toBe(true)
    expect(vague.test(basename("src/dsl/site.ts"))).toBe(false)
  })
})
