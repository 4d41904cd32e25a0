/** What `npx latently doctor` and the command line say. */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"
import { type Diagnosis, describeDiagnosis, remedy } from "../../src/cli/doctor.js"
import type { Inspection } from "../../src/cli/installer.js"
import "../../src/engine/node.js"
import { temporaryFolder } from "./native/installer.js"

const native: Inspection = {
  root: "/home/ada/.cache/latently",
  entries: [{ path: "/home/ada/.cache/latently/native/a", tensorflow: "2.18.1" }],
  folder: "/project/node_modules/@tensorflow/tfjs-node",
  version: "4.22.0",
  addon: { tensorflow: "2.18.1" },
  python: { version: "pip 24.0" },
  compiler: { version: "g++ 12.2.0" },
}
const well: Diagnosis = {
  node: "v22.1.0",
  platform: "linux x64",
  backend: "tensorflow",
  threads: "8",
  reason: undefined,
  machine: { variant: "v4", threads: 8 },
  native,
  packageCommand: "npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0",
}
const onWasm = { ...well, backend: "wasm", threads: "1" }

describe("the doctor's page", () => {
  it("tells every fact, and that all is well", () => {
    expect(describeDiagnosis(well).split("\n")).toEqual([
      "Node        v22.1.0 on linux x64",
      "Backend     tensorflow",
      "Threads     8",
      "TensorFlow  2.18.1",
      "Machine     v4, 8 threads",
      "tfjs-node   4.22.0 in /project/node_modules/@tensorflow/tfjs-node",
      "Cache       /home/ada/.cache/latently (TensorFlow 2.18.1, whole)",
      "Python      pip 24.0",
      "Compiler    g++ 12.2.0",
      "",
      "All is well: programs run on native TensorFlow.",
    ])
  })

  it("names what is missing first, then the one command", () => {
    const bare = { ...native, entries: [], addon: { reason: "no addon" }, python: { missing: "pip" } }
    const page = describeDiagnosis({
      ...onWasm,
      reason: "its library has not been fetched yet",
      native: { ...bare, compiler: { missing: "g++" } },
    })
    expect(page).toContain("TensorFlow  not loaded (its library has not been fetched yet)\n")
    expect(page).toContain(
      "Cache       /home/ada/.cache/latently (empty)\nPython      missing: pip\nCompiler    missing: g++\n",
    )
    expect(
      page.endsWith(
        "First install pip and g++. To get native TensorFlow: npm run native\nUntil then everything runs on WebAssembly.",
      ),
    ).toBe(true)
  })

  it("asks for no Python where it would not be used", () => {
    const bare = { ...native, addon: { reason: "no addon" }, python: { missing: "python3" } }
    const page = describeDiagnosis({
      ...onWasm,
      platform: "darwin arm64",
      reason: "it is not there",
      native: bare,
    })
    expect(page).not.toContain("First install")
  })

  it("gives the npm command where npm has dropped tfjs-node", () => {
    const { folder: _folder, version: _version, ...absent } = native
    const dropped = { ...onWasm, reason: "@tensorflow/tfjs-node is not installed", native: absent }
    expect(remedy(dropped)).toBe(
      "npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0 && npm run native",
    )
    expect(describeDiagnosis(dropped)).toContain("tfjs-node   not installed\n")
  })

  it("says how to get the step machine where only that is missing", () => {
    const without = { ...well, machine: { absence: "it has not been built" } }
    const page = describeDiagnosis(without).split("\n")
    expect(page).toContain("Machine     none (it has not been built)")
    const advice = "To train faster, on the step machine: npm run native"
    expect(page.at(-1)).toBe(`Programs run on native TensorFlow. ${advice}`)
    const bare = { ...without, native: { ...native, compiler: { missing: "g++" } } }
    expect(describeDiagnosis(bare).split("\n").at(-1)).toContain(`First install g++. ${advice}`)
  })

  it("advises nothing where the step machine was turned off, or is not to be had", () => {
    expect(remedy({ ...well, machine: { absence: "LATENTLY_MACHINE=off" } })).toBeUndefined()
    const absence = { absence: "it is built on Linux alone" }
    expect(remedy({ ...well, platform: "darwin arm64", machine: absence })).toBeUndefined()
  })

  it("tells of a damaged cache though the program runs", () => {
    const entries = [{ ...native.entries[0]!, damage: "manifest.json is missing" }]
    const page = describeDiagnosis({ ...well, native: { ...native, entries } })
    expect(page).toContain("(TensorFlow 2.18.1, damaged: manifest.json is missing)")
    expect(page.split("\n").at(-1)).toBe(
      "The cache is damaged; what runs now is not. To mend it: npm run native",
    )
  })
})

describe("the command line", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url))
  const latently = async (...args: string[]) => {
    const env = { ...process.env, LATENTLY_CACHE: temporaryFolder() }
    const command = ["--import", "tsx", "src/cli/latently.ts", ...args]
    return await promisify(execFile)(process.execPath, command, { cwd: root, env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
  }

  it("runs the doctor, who looks at this machine", async () => {
    const { code, stdout, stderr } = await latently("doctor")
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toContain(`Node        ${process.version} on ${process.platform} ${process.arch}\n`)
    expect(stdout).toMatch(/^Backend {5}(tensorflow|wasm)$/m)
    expect(stdout).toMatch(/^Machine {5}(none \(.+\)|(base|v3|v4), \d+ threads?)$/m)
    expect(stdout).toMatch(/^Cache {7}\S+ \(empty\)$/m)
  })

  it("shows its commands, and refuses one it does not know", async () => {
    expect((await latently()).stdout).toMatch(/^Usage: npx latently <command>/)
    const unknown = await latently("docter")
    expect([unknown.code, unknown.stderr.split("\n")[0]]).toEqual([
      2,
      "latently: there is no command 'docter'.",
    ])
  })
})
