/**
 * Runs an example by name: `npm run example ppca`. Without a name, or with an unknown one, it lists what there is. Further
 * arguments go to the example; most take the path of a picture to write.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"

const folder = new URL("../examples/", import.meta.url)

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/main.ts`, folder)))
  .map((entry) => entry.name)
  .sort()

/** The question that an example answers: the first line of its README under the heading. */
const questionOf = (name) => {
  const readme = new URL(`${name}/README.md`, folder)
  const lines = existsSync(readme) ? readFileSync(readme, "utf8").split("\n") : []
  return lines.find((line) => line.trim() !== "" && !line.startsWith("#")) ?? ""
}

const listed = () => {
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) => `  ${name.padEnd(width)}  ${questionOf(name)}`).join("\n")
}

const [name, ...rest] = process.argv.slice(2)
if (!names.includes(name)) {
  const problem = name === undefined ? "Which example?" : `There is no example '${name}'.`
  console.error(`${problem} npm run example NAME, where NAME is one of\n${listed()}`)
  process.exit(1)
}
const tsx = fileURLToPath(
  new URL("dist/cli.mjs", `file://${createRequire(import.meta.url).resolve("tsx/package.json")}`),
)
const main = fileURLToPath(new URL(`${name}/main.ts`, folder))
const settings = fileURLToPath(new URL("../tsconfig.json", import.meta.url))
const { status } = spawnSync(process.execPath, [tsx, "--tsconfig", settings, main, ...rest], {
  stdio: "inherit",
})
process.exit(status ?? 1)
