/** Building, caching, placing and loading of the step machine, with a tiny addon in its place. */
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync, realpathSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { Worker } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import { findMachine, machineLink } from "../../../src/engine/machine/load.js"
import {
  fakePackage,
  loadScript,
  scriptPath,
  temporaryFolder,
  writeFiles,
  writeProgram,
} from "../native/installer.js"

const { machineName, machineSources, obtainMachine, placedMachine } = await loadScript("machine.mjs")
const { findCompiler } = await loadScript("toolchain.mjs")
const { compiler } = await findCompiler()

const source = `
#include <node_api.h>
#if defined(__AVX512F__)
#define BUILT "AVX-512"
#elif defined(__AVX2__)
#define BUILT "AVX2"
#else
#define BUILT "plain"
#endif
static napi_value Text(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}
static napi_value One(napi_env env, napi_callback_info) {
  napi_value value;
  napi_create_int32(env, 1, &value);
  return value;
}
NAPI_MODULE_INIT() {
  napi_value one;
  napi_create_function(env, "threads", NAPI_AUTO_LENGTH, One, nullptr, &one);
  napi_set_named_property(env, exports, "threads", one);
  napi_set_named_property(env, exports, "operations", Text(env, BUILT));
  return exports;
}
`
const copied = (name: string) => readFileSync(join(machineSources, name), "utf8")
const tinySources = (text = source) =>
  writeFiles(temporaryFolder(), {
    "addon.cc": text,
    "level.cc": copied("level.cc"),
    "level.h": copied("level.h"),
    "build.json": copied("build.json"),
  })
const { LATENTLY_MACHINE: _wish, ...env } = process.env
const request = () => ({
  folder: temporaryFolder(),
  root: temporaryFolder(),
  sources: tinySources(),
  env: env as NodeJS.ProcessEnv,
})
const entriesIn = (root: string) =>
  existsSync(join(root, "native")) ? readdirSync(join(root, "native")) : []
const librariesIn = (entry: string) => readdirSync(join(entry, "lib")).sort()
/** A compiler that fails with `message` where its arguments contain `word`. */
const failingCompiler = (word: string, message: string) => {
  const path = join(temporaryFolder(), "g++")
  const words = `case "$*" in *${word}*) echo "${message}"; exit 1;; esac`
  return { CXX: writeProgram(path, words, `exec ${compiler} "$@"`), PATH: process.env.PATH }
}
/** What each build was compiled for, as it says itself. */
const extensions = { base: "plain", v3: "AVX2", v4: "AVX-512" }
const isX64 = process.arch === "x64"

describe.runIf(process.platform === "linux" && compiler !== undefined)("the step machine", () => {
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

  it.runIf(isX64)("has a build for each level, and loads the one that is wished for", async () => {
    const asked = request()
    const { variant, entry } = await obtainMachine(asked)
    expect(librariesIn(entry)).toEqual([
      "level.node",
      "machine-base.node",
      "machine-v3.node",
      "machine-v4.node",
    ])
    const levels = ["base", "v3", "v4"] as const
    const runnable = levels.slice(0, levels.indexOf(variant) + 1)
    for (const wish of runnable)
      expect(findMachine({ ...asked, wish })).toMatchObject({
        machine: { variant: wish, operations: extensions[wish] },
      })
    for (const wish of levels.slice(runnable.length))
      expect(findMachine({ ...asked, wish })).toMatchObject({ absence: expect.stringContaining(wish) })
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

  it("is built by two at once, with one whole entry", async () => {
    const asked = request()
    const [first, second] = [asked, { ...asked, folder: temporaryFolder() }]
    const results = await Promise.all([obtainMachine(first), obtainMachine(second)])
    expect(results.map(({ status }) => status)).toEqual(["built", "built"])
    expect(entriesIn(asked.root)).toHaveLength(1)
    for (const { folder } of [first, second])
      expect(await placedMachine(folder, machineName(asked.sources))).toBe(results[0].entry)
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
    await promisify(execFile)("rm", ["-r", entry])
    writeFiles(asked.sources, { "more.h": "// another" })
    const last = await obtainMachine(asked)
    const links = readdirSync(asked.folder).map((name) => realpathSync(join(asked.folder, name)))
    expect(links.sort()).toEqual([other, newest, last].map((result) => realpathSync(result.entry)).sort())
  })

  it.runIf(isX64)(
    "is built for one level alone where that is wished for, under a name of its own",
    async () => {
      const asked = { ...request(), env: { ...env, LATENTLY_MACHINE: "base" } }
      const { entry } = await obtainMachine(asked)
      expect(librariesIn(entry)).toEqual(["level.node", "machine-base.node"])
      expect(findMachine({ ...asked, wish: "base" })).toMatchObject({ machine: { operations: "plain" } })
      expect(findMachine(asked)).toEqual({ absence: "it has not been built" })
      expect((await obtainMachine({ ...asked, env })).status).toBe("built")
      expect((await obtainMachine(asked)).name).toBe(machineName(asked.sources))
    },
  )

  it("is not built where it is turned off, nor for a level that there is not", async () => {
    const off = { ...env, LATENTLY_MACHINE: "off" }
    expect(await obtainMachine({ ...request(), env: off })).toEqual({ status: "skipped" })
    const unknown = { ...env, LATENTLY_MACHINE: "v5" }
    expect((await obtainMachine({ ...request(), env: unknown })).reason).toMatch(/^there is no level v5 /)
  })

  it.runIf(isX64)("does without a level that the compiler does not know", async () => {
    const env = failingCompiler("mavx512cd", "error: unrecognized command line option '-mavx512cd'")
    const { status, notes, entry } = await obtainMachine({ ...request(), env })
    expect([status, notes]).toEqual(["built", []])
    expect(librariesIn(entry)).toEqual(["level.node", "machine-base.node", "machine-v3.node"])
  })

  it.runIf(isX64)("says when a level could not be built for another reason", async () => {
    const env = failingCompiler("machine-v3.node", "addon.cc:7:1: internal compiler error: too large")
    const { status, notes } = await obtainMachine({ ...request(), env })
    expect(status).toBe("built")
    expect(notes).toEqual([
      "the step machine's build v3 failed (addon.cc:7:1: internal compiler error: too large)",
    ])
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

describe("findMachine", () => {
  it("looks for the link that the installer makes", () => {
    expect(machineLink(machineSources)).toBe(`latently-${machineName(machineSources)}`)
  })

  it("finds nothing where the machine is turned off, and refuses a wish it does not know", () => {
    expect(findMachine({ wish: "off" })).toEqual({ absence: "LATENTLY_MACHINE=off" })
    expect(() => findMachine({ wish: "v5" })).toThrow(
      'LATENTLY_MACHINE is "v5"; it can be off, base, v3 or v4',
    )
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
