/** The cache of native parts and the order of things, with fakes for what is downloaded, compiled and loaded. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { fakePackage, loadScript, scriptPath, temporaryFolder, writeFiles } from "./native/installer.js"

const { obtain } = await loadScript("obtain.mjs")
const { cacheRoot, commit, entryPath, findDamage, openStaging, sweep, writeManifest } =
  await loadScript("cache.mjs")
const { placeEntry } = await loadScript("package.mjs")

const library = "deps/lib/libtensorflow.so.2"
const addon = "lib/napi-v8/tfjs_binding.node"
const files = { [library]: "a library of some bytes", [addon]: "an addon" }

/** Stands for loading an addon: the file has to be there. */
const load = async (path: string) => (existsSync(path) ? { tensorflow: "2.18.1" } : { reason: "no addon" })
const platforms = [process.platform]
const route = (build: (context: { staging: string }) => Promise<unknown>) => [
  { name: "fake", platforms, build },
]
const working = route(async ({ staging }) => writeFiles(staging, files))
const broken = route(async ({ staging }) => {
  writeFiles(staging, { [library]: "half of a libr" })
  throw new Error("the connection was lost")
})

const entriesIn = (root: string) =>
  existsSync(join(root, "native")) ? readdirSync(join(root, "native")) : []
const request = (root: string, routes: unknown) => ({ into: fakePackage(), root, routes, load })

describe("obtain", () => {
  it("builds once, links the next package from the cache, and then finds it working", async () => {
    const root = temporaryFolder()
    const first = request(root, working)
    expect((await obtain(first)).status).toBe("built")
    const second = request(root, broken)
    expect(await obtain(second)).toMatchObject({ status: "linked", tensorflow: "2.18.1", notes: [] })
    expect(readFileSync(join(second.into, addon), "utf8")).toBe(files[addon])
    expect(lstatSync(join(second.into, "deps")).isSymbolicLink()).toBe(true)
    const mustNotLoad = async () => ({ reason: "was loaded again" })
    expect((await obtain({ ...second, load: mustNotLoad })).status).toBe("present")
  })

  it("leaves nothing in the cache or in the package when a build breaks off", async () => {
    const root = temporaryFolder()
    const asked = request(root, broken)
    expect(await obtain(asked)).toMatchObject({
      status: "unavailable",
      failures: [{ route: "fake", reason: "the connection was lost" }],
    })
    expect(entriesIn(root)).toEqual([])
    expect(existsSync(join(asked.into, "deps"))).toBe(false)
  })

  it("takes the next route when one gives an addon that does not load", async () => {
    const root = temporaryFolder()
    const withoutAddon = route(async ({ staging }) =>
      writeFiles(staging, { [library]: "of another machine" }),
    )
    const result = await obtain(request(root, [...withoutAddon, { ...working[0]!, name: "second" }]))
    expect(result).toMatchObject({ status: "built", route: "second" })
    expect(entriesIn(root)).toHaveLength(1)
  })

  it("finds a truncated library in the cache, says so, and builds it anew", async () => {
    const root = temporaryFolder()
    const { entry } = await obtain(request(root, working))
    truncateSync(join(entry, library), 5)
    const result = await obtain(request(root, working))
    expect(result.status).toBe("built")
    expect(result.notes).toEqual([
      expect.stringContaining(`${library} has 5 bytes, not ${files[library]!.length}`),
    ])
    expect(await findDamage(entry)).toBeUndefined()
    expect(entriesIn(root)).toHaveLength(1)
  })

  it("notices that a file it links to was emptied, and mends it", async () => {
    const root = temporaryFolder()
    const asked = request(root, working)
    const { entry } = await obtain(asked)
    truncateSync(join(entry, addon), 0)
    const loadWhole = async (path: string) =>
      readFileSync(path).length > 0 ? { tensorflow: "2.18.1" } : { reason: "empty" }
    expect((await obtain({ ...asked, load: loadWhole })).status).toBe("built")
    expect(readFileSync(join(asked.into, addon), "utf8")).toBe(files[addon])
  })

  it("has no package to work on", async () => {
    expect(await obtain({ into: join(temporaryFolder(), "nowhere") })).toEqual({ status: "absent" })
  })
})

describe("two installs at once", () => {
  /** A process that builds an entry in `pause` milliseconds and prints what came of it. */
  const install = (into: string, root: string, pause: number) => {
    const code = `
      const { obtain } = await import(${JSON.stringify(scriptPath("obtain.mjs"))})
      const { mkdirSync, writeFileSync } = await import("node:fs")
      const build = async ({ staging }) => {
        for (const folder of ["deps/lib", "lib/napi-v8"]) mkdirSync(staging + "/" + folder, { recursive: true })
        writeFileSync(staging + "/${library}", "built by " + process.pid)
        console.log("building")
        await new Promise((resolve) => setTimeout(resolve, ${pause}))
        writeFileSync(staging + "/${addon}", "an addon")
      }
      const load = async () => ({ tensorflow: "2.18.1" })
      const routes = [{ name: "fake", platforms: [process.platform], build }]
      const result = await obtain({ into: ${JSON.stringify(into)}, root: ${JSON.stringify(root)}, routes, load, again: true })
      console.log(result.status)`
    return spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    })
  }

  it("both end well, with one whole entry", async () => {
    const [root, into] = [temporaryFolder(), fakePackage()]
    const processes = [install(into, root, 150), install(into, root, 150)]
    expect(await Promise.all(processes.map(async (child) => (await once(child, "close"))[0]))).toEqual([0, 0])
    const [name, ...others] = entriesIn(root)
    expect(others).toEqual([])
    expect(await findDamage(join(root, "native", name!), { sums: true })).toBeUndefined()
    expect(readFileSync(join(into, library), "utf8")).toMatch(/^built by \d+$/)
    expect(readdirSync(into).filter((item) => item.startsWith("."))).toEqual([])
  })

  it.each([
    ["SIGINT", 0],
    ["SIGTERM", 0],
    ["SIGKILL", 1],
  ] as const)("one ended by %s leaves no entry, and %i unfinished folders", async (signal, leftovers) => {
    const [root, into] = [temporaryFolder(), fakePackage()]
    const child = install(into, root, 60_000)
    await once(child.stdout, "data")
    child.kill(signal)
    await once(child, "close")
    const left = entriesIn(root)
    expect(left).toHaveLength(leftovers)
    expect(left.every((name) => name.endsWith(".partial"))).toBe(true)
    expect(existsSync(join(into, "lib"))).toBe(false)
    sweep(root, Date.now() + 11 * 60_000)
    expect(entriesIn(root)).toEqual([])
  })
})

describe("cache", () => {
  const entryIn = (root: string) =>
    entryPath(root, { tfjsNode: "4.22.0", tensorflow: "2.18.1", machine: "linux-x64-napi8" })
  const stage = async (entry: string, text = "whole") => {
    const staging = openStaging(entry)
    writeFiles(staging, { [library]: text, [addon]: "an addon" })
    await writeManifest(staging, { tensorflow: "2.18.1" })
    return staging
  }

  it("keeps the first of two whole entries and drops the second", async () => {
    const entry = entryIn(temporaryFolder())
    const [first, second] = [await stage(entry, "first"), await stage(entry, "second")]
    expect(await Promise.all([commit(first, entry), commit(second, entry)])).toEqual(["made", "kept"])
    expect(readFileSync(join(entry, library), "utf8")).toBe("first")
    expect(readdirSync(join(entry, ".."))).toHaveLength(1)
  })

  it("replaces a half-made entry", async () => {
    const entry = entryIn(temporaryFolder())
    writeFiles(entry, { [library]: "half" })
    expect(await commit(await stage(entry), entry)).toBe("made")
    expect(await findDamage(entry)).toBeUndefined()
  })

  it("finds a changed byte by its sum alone, and a missing file at once", async () => {
    const entry = entryIn(temporaryFolder())
    await commit(await stage(entry, "whole"), entry)
    writeFiles(entry, { [library]: "whale" })
    expect(await findDamage(entry)).toBeUndefined()
    expect(await findDamage(entry, { sums: true })).toBe(`${library} has the wrong SHA-256`)
    expect(await findDamage(join(entry, "nowhere"))).toBe("its manifest is missing or damaged")
  })

  it("sweeps folders of dead processes, not those being filled", async () => {
    const root = temporaryFolder()
    const mine = openStaging(entryIn(root))
    const old = new Date(Date.now() - 20 * 60_000)
    utimesSync(mine, old, old)
    sweep(root)
    expect(entriesIn(root)).toHaveLength(1)
    sweep(root, Date.now() + 25 * 3600_000)
    expect(entriesIn(root)).toEqual([])
  })

  it.each([
    ["linux", { LATENTLY_CACHE: "/given" }, "/given"],
    ["linux", { XDG_CACHE_HOME: "/xdg" }, "/xdg/latently"],
    ["linux", {}, "/home/ada/.cache/latently"],
    ["darwin", {}, "/home/ada/Library/Caches/latently"],
    ["win32", { LOCALAPPDATA: "/local" }, "/local/latently"],
  ])("on %s with %j lies in %s", (platform, env, folder) => {
    expect(cacheRoot(env, platform, "/home/ada")).toBe(folder)
  })

  it("takes the place of real folders in the package, whole", () => {
    const [into, entry] = [fakePackage(), writeFiles(temporaryFolder(), files)]
    writeFiles(into, { [library]: "an older one", "deps/include/old.h": "" })
    placeEntry({ folder: into }, entry)
    expect(readFileSync(join(into, library), "utf8")).toBe(files[library])
    expect(existsSync(join(into, "deps/include"))).toBe(false)
    mkdirSync(join(entry, "deps", "more"))
    expect(statSync(join(into, "deps", "more")).isDirectory()).toBe(true)
    expect(readdirSync(into).filter((item) => item.startsWith("."))).toEqual([])
  })
})
