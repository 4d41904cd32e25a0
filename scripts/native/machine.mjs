/**
 * Builds the step machine, the addon in `src/engine/machine/native/`, with the compiler alone: once for each level of the processor
 * that its `build.json` names, into one entry of the cache that a link in tfjs-node's folder leads to. Entry and link are named by a
 * hash of the sources, so a changed source is another machine. `LATENTLY_MACHINE=base|v3|v4` builds that level alone, for whoever
 * works on the sources, under a name of its own; `off` builds none. Where it cannot be built everything works without it, slower.
 * Next: `src/engine/machine/load.ts`, which loads it; `cache.mjs`.
 */
import { createHash, randomBytes } from "node:crypto"
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { fetchNodeHeaders } from "./addon.mjs"
import { cacheRoot, commit, discard, findDamage, sweep, writeManifest } from "./cache.mjs"
import { lastLine, run } from "./command.mjs"
import { compileVariants } from "./machine-variants.mjs"
import { silentProgress } from "./progress.mjs"
import { withStaging } from "./staging.mjs"
import { findCompiler, findNodeHeaders } from "./toolchain.mjs"
import { NativeUnavailable } from "./unavailable.mjs"

/** The folder of the machine's sources, in a checkout and in the published package alike. */
export const machineSources = fileURLToPath(new URL("../../src/engine/machine/native/", import.meta.url))

const namesOfSources = (sources) =>
  readdirSync(sources)
    .filter((name) => /\.(cc|h|json)$/.test(name))
    .sort()

/** The name of a build of these sources on this kind of machine: `"machine-<hash>-linux-x64"`. */
export const machineName = (sources) => {
  const hash = createHash("sha256")
  for (const name of namesOfSources(sources))
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(sources, name)))
      .update("\0")
  return `machine-${hash.digest("hex").slice(0, 16)}-${process.platform}-${process.arch}`
}

const nameOf = (sources, only) => machineName(sources) + (only === undefined ? "" : `-${only}`)

/** The link to a build in tfjs-node's folder; `machineLink` in `load.ts` gives the same name. */
const linkPath = (folder, name) => join(folder, `latently-${name}`)

const isDangling = (path) => !existsSync(path)

/** Makes the link, and takes away those whose builds are gone from the cache. */
const placeLink = (folder, name, entry) => {
  const temporary = join(folder, `.${name}-${process.pid}-${randomBytes(4).toString("hex")}`)
  symlinkSync(entry, temporary, "dir")
  const link = linkPath(folder, name)
  // Whoever copies a project with its links followed has a folder here.
  if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory()) rmSync(link, { recursive: true })
  renameSync(temporary, link)
  for (const other of readdirSync(folder))
    if (other.startsWith("latently-machine-") && isDangling(join(folder, other)))
      rmSync(join(folder, other), { force: true })
}

const loadScript = `
  const { existsSync } = require("node:fs")
  const library = process.argv[1] + "/lib/"
  const file = (variant) => library + "machine-" + variant + ".node"
  const variants = ["base", "v3", "v4"]
  const level = require(library + "level.node").level()
  const usable = variants.slice(0, variants.indexOf(level) + 1).filter((variant) => existsSync(file(variant)))
  require(file(usable.at(-1)))
  process.stdout.write("variant:" + usable.at(-1))`

/** Loads the best variant of a build in a process of its own: `{ variant }` or `{ reason }`. */
export const tryMachine = async (entry) => {
  const { code, output } = await run(process.execPath, ["-e", loadScript, entry], { timeout: 60_000 })
  const variant = /variant:(\w+)/.exec(output)?.[1]
  if (code === 0 && variant !== undefined) return { variant }
  const reason = /^Error: (.*)$/m.exec(output)?.[1] ?? lastLine(output)
  return { reason: reason === "" ? `loading it ended with code ${code}` : reason }
}

const copySources = (sources, scratch) => {
  mkdirSync(scratch, { recursive: true })
  for (const name of namesOfSources(sources)) copyFileSync(join(sources, name), join(scratch, name))
}

/** Builds into the cache. What is hashed and compiled is a copy, since someone may be writing the sources. */
const buildEntry = ({ root, sources, compiler, again, only, name: unfinished }) =>
  withStaging(join(root, "native", unfinished), async (staging) => {
    const [scratch, library] = [join(staging, "scratch"), join(staging, "lib")]
    copySources(sources, scratch)
    mkdirSync(library)
    const name = nameOf(scratch, only)
    const headers = findNodeHeaders() ?? (await fetchNodeHeaders(join(staging, "node-headers")))
    const notes = await compileVariants({ compiler, headers, scratch, library }, only)
    const { variant, reason } = await tryMachine(staging)
    if (variant === undefined) throw new NativeUnavailable(`it does not load: ${reason}`)
    for (const path of [scratch, join(staging, "node-headers")])
      rmSync(path, { recursive: true, force: true })
    await writeManifest(staging, { machine: name, compiler }, ["lib"])
    const entry = join(root, "native", name)
    if (again) discard(entry)
    await commit(staging, entry)
    return { name, entry, variant, notes }
  })

const takeFromCache = async ({ root, name }) => {
  const entry = join(root, "native", name)
  if (!existsSync(entry)) return undefined
  const damage = await findDamage(entry, { sums: true })
  const { variant } = damage === undefined ? await tryMachine(entry) : {}
  if (variant !== undefined) return { name, entry, variant, notes: [] }
  discard(entry)
  return undefined
}

/** The build that the link of tfjs-node's folder leads to where it is whole (sizes only), else undefined. */
export const placedMachine = async (folder, name = machineName(machineSources)) => {
  const link = linkPath(folder, name)
  if (!existsSync(link) || (await findDamage(link)) !== undefined) return undefined
  return realpathSync(link)
}

/**
 * Gets the step machine and links to it from tfjs-node's `folder`. Resolves to what happened: `status` is `"present"`, `"linked"`
 * (from the cache), `"built"`, `"skipped"` (no sources, no compiler, turned off, or another system than Linux) or `"unavailable"` (with a
 * `reason`); `mayBuild(name)` is asked before a build.
 */
export const obtainMachine = async (request) => {
  const { folder, root = cacheRoot(), again = false, progress = silentProgress } = request
  const { sources = machineSources, mayBuild = () => true, env = process.env } = request
  const only = env.LATENTLY_MACHINE || undefined
  if (process.platform !== "linux" || !existsSync(sources) || only === "off") return { status: "skipped" }
  const name = nameOf(sources, only)
  for (const one of again ? [] : [machineName(sources), name])
    if ((await placedMachine(folder, one)) !== undefined) return { status: "present", name: one }
  try {
    const cached = again ? undefined : await takeFromCache({ root, name })
    if (cached !== undefined) placeLink(folder, name, cached.entry)
    if (cached !== undefined) return { status: "linked", ...cached }
    const { compiler } = mayBuild(name) ? await findCompiler(env) : {}
    if (compiler === undefined) return { status: "skipped", name }
    progress.step("building the step machine")
    mkdirSync(join(root, "native"), { recursive: true })
    sweep(root)
    const built = await buildEntry({ root, sources, compiler, again, only, name })
    placeLink(folder, built.name, built.entry)
    return { status: "built", ...built }
  } catch (error) {
    return { status: "unavailable", name, reason: error.message }
  } finally {
    progress.close()
  }
}
