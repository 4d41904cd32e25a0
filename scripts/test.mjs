/**
 * `npm test`: formatting and lint, types, and all tests, on whatever engine is there; closes with one line that counts.
 * Left out: getting the native engine (`native/install.mjs`, run before this).
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const run = (label, command, args) => {
  console.log(`\n> ${label}`)
  return spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" }).status === 0
}

const folder = mkdtempSync(join(tmpdir(), "latently-test-"))
const results = join(folder, "results.json")

const checks = [
  run("formatting and lint", "npx", ["biome", "check", "."]),
  run("types", "npx", ["tsc", "--noEmit", "-p", "."]),
  run("build", "npm", ["run", "--silent", "build"]),
]
const ran = run("tests", "npx", [
  "vitest",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${results}`,
])

let passed = checks.filter(Boolean).length
let failed = checks.length - passed
let skipped = 0
try {
  const report = JSON.parse(readFileSync(results, "utf8"))
  passed += report.numPassedTests
  failed += report.numFailedTests + (report.numFailedTests === 0 && !ran ? 1 : 0)
  skipped = report.numPendingTests + report.numTodoTests
} catch {
  failed += 1
}
rmSync(folder, { recursive: true, force: true })

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`)
process.exit(failed === 0 ? 0 : 1)
