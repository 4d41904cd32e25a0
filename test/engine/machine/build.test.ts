/** Building, caching, placing and loading of the step machine, with a tiny addon in its place. */
import { execFile } from "node:child_process"
import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import { findMachine } from "../../../src/engine/machine/load.js"
import {
  fakePackage,
  loadScript,
  scriptPath,
  temporaryFolder,
  writeFiles,
  writeProgram,
} from "../native/installer.js"
import { canBuild, entriesIn, extensions, request, source, tinySources } from "./tiny.js"

const { machineName, obtainMachine, placedMachine } = await loadScript("machine.mjs")

describe.runIf(canBuild)("the step machine", () => {
  it("is built once, linked for the next package, and loaded at the processor's level", async () => {
    const asked = request()
    const built = await obtainMachine(asked)
    expect(built).toMatchObject({ status: "built", notes: [] })
    expect(entriesIn(asked.root)).toEqual([machineName(asked.sources)])
    const second = { ...asked, folder: temporaryFolder() }
    const noCompiler = { PATH: temporaryFolder() }
    expect((await obtainMachine({ ...second, env: noCompiler })).status).toBe("linked")
    expect((await obtainMachine({ ...second, env: noCompiler })).status).toBe("present")
    for (const { folder, sources } of [asked, second])
      expect(findMachine({ folder, sources })).toMatchObject({
        machine: { variant: built.variant, threads: 1, operations: extensions[built.variant as "v4"] },
      })
  })

  it("is never a build of other sources", async () => {
    const asked = request()
    await obtainMachine(asked)
    writeFiles(asked.sources, { "more.h": "// a new file" })
    expect(findMachine(asked)).toEqual({ absence: "it has not been built" })
    expect((await obtainMachine(asked)).status).toBe("built")
    expect(findMachine(asked)).toHaveProperty("machine")
    expect(entriesIn(asked.root)).toHaveLength(2)
  })

  it("is built anew where a file of it was cut short", async () => {
    const asked = request()
    const { entry } = await obtainMachine(asked)
    truncateSync(join(entry, "lib", "level.node"), 5)
    expect(findMachine(asked)).toEqual({ absence: expect.stringContaining("it does not load: ") })
    expect((await obtainMachine(asked)).status).toBe("built")
    expect(entriesIn(asked.root)).toHaveLength(1)
    expect(findMachine(asked)).toHaveProperty("machine")
  })

  it("is taken as it lies in a copied project with a folder for the link, and mended there", async () => {
    const asked = request()
    const { entry, name } = await obtainMachine(asked)
    const copy = join(temporaryFolder(), "tfjs-node")
    cpSync(asked.folder, copy, { recursive: true, dereference: true })
    rmSync(entry, { recursive: true })
    const there = { ...asked, folder: copy }
    expect((await obtainMachine(there)).status).toBe("present")
    truncateSync(join(copy, `latently-${name}`, "lib", "level.node"), 5)
    expect((await obtainMachine(there)).status).toBe("built")
    expect(findMachine(there)).toHaveProperty("machine")
  })

  it("is built by two at once, with one whole entry", async () => {
    const asked = request()
    const [first, second] = [asked, { ...asked, folder: temporaryFolder() }]
    const results = await Promise.all([obtainMachine(first), obtainMachine(second)])
    expect(results.map(({ status }) => status)).toEqual(["built", "built"])
    expect(entriesIn(asked.root)).toHaveLength(1)
    for (const { folder } of [first, second])
      expect(await placedMachine(folder, machineName(asked.sources))).toBe(realpathSync(results[0].entry))
  })

  it("takes away links whose builds are gone, and leaves others", async () => {
    const asked = request()
    const { entry } = await obtainMachine(asked)
    const other = await obtainMachine({
      ...asked,
      root: temporaryFolder(),
      sources: tinySources(`${source} `),
    })
    writeFiles(asked.sources, { "more.h": "// a new file" })
    const newest = await obtainMachine(asked)
    expect(readdirSync(asked.folder)).toHaveLength(3)
    rmSync(entry, { recursive: true })
    writeFiles(asked.sources, { "more.h": "// another" })
    const last = await obtainMachine(asked)
    const links = readdirSync(asked.folder).map((name) => realpathSync(join(asked.folder, name)))
    expect(links.sort()).toEqual([other, newest, last].map((result) => realpathSync(result.entry)).sort())
  })

  it("leaves nothing where it cannot be built, and gives the compiler's own words", async () => {
    const asked = { ...request(), sources: tinySources("#error of the test") }
    const result = await obtainMachine(asked)
    expect(result).toMatchObject({ status: "unavailable", reason: expect.stringContaining("of the test") })
    expect(result.reason).toContain("addon.cc:1:2: error:")
    expect([entriesIn(asked.root), readdirSync(asked.folder)]).toEqual([[], []])
  })

  it("is skipped without a word where there is no compiler", async () => {
    const asked = { ...request(), env: { PATH: temporaryFolder() } }
    expect(await obtainMachine(asked)).toEqual({ status: "skipped", name: machineName(asked.sources) })
    expect(findMachine(asked)).toEqual({ absence: "it has not been built" })
  })

  it("loads in a worker thread as well", async () => {
    const { entry, variant } = await obtainMachine(request())
    const workerData = ["base", variant].map((name) => join(entry, "lib", `machine-${name}.node`))
    const text = `const { parentPort, workerData } = require("node:worker_threads")
      parentPort.postMessage(workerData.map((file) => require(file).operations))`
    const worker = new Worker(text, { eval: true, workerData })
    expect(await new Promise((resolve) => worker.once("message", resolve))).toEqual([
      "plain",
      extensions[variant as "v4"],
    ])
    await worker.terminate()
  })
})

describe.runIf(process.platform === "linux")("the installer", () => {
  const packageThatWorks = async () => {
    const into = fakePackage()
    const { describePackage, writeStamp } = await loadScript("package.mjs")
    const files = { "lib/napi-v8/tfjs_binding.node": "an addon", "deps/lib/libtensorflow.so.2": "a library" }
    writeStamp(describePackage(writeFiles(into, files)), "2.18.1")
    return into
  }

  it("tells of a failure in one line, ends with 0, and before npm start does not try again soon", async () => {
    const folder = temporaryFolder()
    const failing = ['test "$1" = --version && exit 0', 'echo tried >> "$0.log"', 'echo "error: no"; exit 1']
    const CXX = writeProgram(join(folder, "g++"), ...failing)
    const env = { PATH: folder, LATENTLY_CACHE: temporaryFolder(), CXX }
    const args = [scriptPath("install.mjs"), "--into", await packageThatWorks(), "--quiet-fail"]
    const first = await promisify(execFile)(process.execPath, args, { env })
    const tries = readFileSync(`${CXX}.log`, "utf8")
    const [step, line] = first.stderr.trim().split("\n")
    expect(step).toBe("latently: building the step machine")
    expect(line).toBe(
      `latently: no step machine: ${CXX} could not build it: error: no. ` +
        "Training runs on TensorFlow alone, slower; npm run native tries again.",
    )
    const second = await promisify(execFile)(process.execPath, args, { env })
    expect(second.stderr.trim()).toBe(line)
    expect(readFileSync(`${CXX}.log`, "utf8")).toBe(tries)
  })
})
