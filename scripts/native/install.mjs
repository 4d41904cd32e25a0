/**
 * Gets the native part of tfjs-node, and the step machine beside it: `node scripts/native/install.mjs`, also `npx latently native`. Only Node's own
 * modules are used, since it runs before anything is built. Options: `--quiet-fail` (exit 0 on failure, and do not try
 * again for six hours: for use before `npm start` and `npm test`), `--again` (build anew), `--into DIR` (another copy of
 * tfjs-node), `--from own|wheel` (one route only). Next: `obtain.mjs`.
 */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { cacheRoot } from "./cache.mjs"
import { obtainMachine } from "./machine.mjs"
import { obtain } from "./obtain.mjs"
import { createProgress } from "./progress.mjs"
import { describeMachine, describeResult } from "./report.mjs"

const sixHours = 6 * 3600_000

const options = {
  "quiet-fail": { type: "boolean", default: false },
  again: { type: "boolean", default: false },
  into: { type: "string" },
  from: { type: "string" },
}

const failureFile = (root, part) => join(root, "native", `last-${part}failure.json`)

/**
 * The last failure with `--quiet-fail` if it is less than six hours old: `{ time, line, name }`, else undefined. `part` is `""` for
 * TensorFlow, `"machine-"` for the step machine.
 */
export const recentFailure = (root = cacheRoot(), now = Date.now(), part = "") => {
  try {
    const failure = JSON.parse(readFileSync(failureFile(root, part), "utf8"))
    return now - failure.time < sixHours ? failure : undefined
  } catch {
    return undefined
  }
}

const rememberFailure = (root, failure, part = "") => {
  try {
    mkdirSync(join(root, "native"), { recursive: true })
    writeFileSync(failureFile(root, part), JSON.stringify({ time: Date.now(), ...failure }))
  } catch {
    // A cache that cannot be written is already what the line says.
  }
}

const attempt = async (request) => {
  try {
    return await obtain(request)
  } catch (error) {
    return { status: "unavailable", failures: [{ route: "none", reason: error.message, missing: [] }] }
  }
}

/** The step machine, which nobody needs: a failure is told, and told again for six hours if these very sources have failed. */
const installMachine = async ({ folder, root, again, progress, quietFail, stream, command }) => {
  const started = Date.now()
  const failure = quietFail ? recentFailure(root, started, "machine-") : undefined
  const mayBuild = (name) => failure?.name !== name
  const result = await obtainMachine({ folder, root, again, progress, mayBuild })
  const seconds = (Date.now() - started) / 1000
  const known = result.status === "skipped" && failure?.name === result.name
  const line = known ? failure.line : describeMachine(result, { command, seconds })
  if (line !== undefined) stream.write(`latently: ${line}\n`)
  if (result.status === "unavailable" && quietFail)
    rememberFailure(root, { line, name: result.name }, "machine-")
}

/**
 * Runs the installer with command-line arguments and resolves to the exit code: 0, or 1 where a person asked for the
 * native part and cannot have it. `command` is how this person runs it again.
 */
export const main = async (argv, { stream = process.stderr, command = "npm run native" } = {}) => {
  const { values } = parseArgs({ args: argv, options })
  const quietFail = values["quiet-fail"]
  const root = cacheRoot()
  const { again } = values
  const progress = createProgress(stream)
  const request = { again, only: values.from, root, progress }
  if (values.into !== undefined) request.into = resolve(values.into)
  if (quietFail && recentFailure(root) !== undefined) request.only = "none"
  const started = Date.now()
  const result = await attempt(request)
  const failed = result.status === "unavailable" || result.status === "absent"
  const seconds = (Date.now() - started) / 1000
  const line =
    request.only === "none" && failed
      ? recentFailure(root).line
      : describeResult(result, { command, seconds })
  if (line !== undefined) stream.write(`latently: ${line}\n`)
  if (failed && quietFail && request.only !== "none") rememberFailure(root, { line })
  if (!failed)
    await installMachine({ folder: result.folder, root, again, progress, quietFail, stream, command })
  return failed && !quietFail ? 1 : 0
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain) process.exitCode = await main(process.argv.slice(2))
