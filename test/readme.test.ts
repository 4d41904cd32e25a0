/** The README's first program runs as it stands there, and prints what stands under it. */
import { spawnSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../", import.meta.url))

/** Text with every number replaced, so that what remains is the same on every machine. */
const withoutNumbers = (text: string): string => text.replaceAll(/-?\d+(\.\d+)?/g, "0").trim()

const numbersIn = (line: string): number[] =>
  [...line.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text))

it("prints what the README says", () => {
  const readme = readFileSync(`${root}README.md`, "utf8")
  const program = /```ts\n([\s\S]*?)```/.exec(readme)![1]!
  const promised = /first-output:start -->\n```\n([\s\S]*?)```/.exec(readme)![1]!
  const file = `${root}readme-program.ts`
  writeFileSync(file, program)
  try {
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], {
      cwd: root,
      encoding: "utf8",
    })
    expect(stderr).toBe("")
    if (stdout.includes("program of the step machine"))
      expect(withoutNumbers(stdout)).toBe(withoutNumbers(promised))
    const [a, b] = numbersIn(stdout.trim().split("\n").at(-1)!)
    expect(Math.abs(a! - 8)).toBeLessThan(0.8)
    expect(Math.abs(b! - 4)).toBeLessThan(0.8)
  } finally {
    rmSync(file)
  }
})
