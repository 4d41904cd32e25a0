/**
 * Gets the native part of tfjs-node: `node scripts/native/install.mjs`, also `npx latently native`. Only Node's own
 * modules are used, since it runs before anything is built. Options: `--quiet-fail` (exit 0 on failure, and do not try
 * again for six hours: for use before `npm start` and `npm test`), `--again` (build anew), `--into DIR` (another copy of
 * tfjs-node), `--from own|wheel` (one route only). Next: `obtain.mjs`.
 */
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { cacheRoot } from "./cache.mjs"
import { obtain } from "./obtain.mjs"
import { createProgress } from "./progress.mjs"
import { describeResult } from "./report.mjs"

const sixHours = 6 * 3600_000

const options = {
  "quiet-fail": { type: "boolean", default: false },
  again: { type: "boolean", default: false },
  into: { type: "string" },
  from: { type: "string" },
}

const failureFile = (root) => join(root, "native", "last-failure.json")

/** The last failure with `--quiet-fail` if it is less than six hours old: `{ time, line }`, else undefined. */
export const recentFailure = (root = cacheRoot(), now = Date.now()) => {
  try {
    const failure = JSON.parse(readFileSync(failureFile(root), "utf8"))
    return now - failure.time < sixHours ? failure : undefined
  } catch {
    return undefined
  }
}

const rememberFailure = (root, line) => {
  try {
    mkdirSync(join(root, "native"), { recursive: true })
    writeFileSync(failureFile(root), JSON.stringify({ time: Date.now(), line }))
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

/**
 * Runs the installer with command-line arguments and resolves to the exit code: 0, or 1 where a person asked for the
 * native part and cannot have it. `command` is how this person runs it again.
 */
export const main = async (argv, { stream = process.stderr, command = "npm run native" } = {}) => {
  const { values } = parseArgs({ args: argv, options })
  const quietFail = values["quiet-fail"]
  const root = cacheRoot()
  const request = { again: values.again, only: values.from, root, progress: createProgress(stream) }
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
  if (failed && quietFail && request.only !== "none") rememberFailure(root, line)
  return failed && !quietFail ? 1 : 0
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
if (isMain) process.exitCode = await main(process.argv.slice(2))
