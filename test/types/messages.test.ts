import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const folder = fileURLToPath(new URL("./messages/", import.meta.url))
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")

/** The compiler's messages by file and line, its indented continuation lines included. */
const compiled = (): Map<string, string> => {
  const { stdout } = spawnSync(process.execPath, [compiler, "--noEmit", "--pretty", "false", "-p", folder], {
    encoding: "utf8",
  })
  const messages = new Map<string, string>()
  let key = ""
  for (const line of stdout.split("\n")) {
    const start = /([\w-]+\.ts)\((\d+),\d+\): (.*)/.exec(line)
    if (start) key = `${start[1]}:${start[2]}`
    messages.set(key, `${messages.get(key) ?? ""}${start ? start[3] : line}\n`)
  }
  return messages
}

const wanted = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .flatMap((line, at) => {
        const text = /\/\/ expect: (.*)/.exec(line)?.[1]
        return text === undefined ? [] : [{ file, line: at + 2, text }]
      }),
  )

describe("compile errors", () => {
  const messages = compiled()
  it.each(wanted)("$file:$line says: $text", ({ file, line, text }) => {
    expect(messages.get(`${file}:${line}`) ?? "").toContain(text)
  })
  it("come at those lines and no others", () => {
    const lines = wanted.map(({ file, line }) => `${file}:${line}`)
    expect([...messages.keys()].filter((key) => key !== "" && !lines.includes(key))).toEqual([])
  })
})
