/**
 * The tfjs-node package that is to get its native part: where it lies, whether it already works, and how folders of the
 * cache are put into it. A stamp in the package remembers that its files were once loaded, so that the usual check
 * compares a few sizes and dates and runs nothing. Next: `obtain.mjs`.
 */
import { randomBytes } from "node:crypto"
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { machineKey } from "./cache.mjs"
import { lastLine, run } from "./command.mjs"

const stampName = "latently-native.json"

/** The tfjs-node version that latently is built against. */
export const tfjsNodeVersion = "4.22.0"

const resolveFrom = (file) => {
  try {
    return dirname(createRequire(file).resolve("@tensorflow/tfjs-node/package.json"))
  } catch {
    return undefined
  }
}

/** The folder of the tfjs-node that latently itself would load, else the one of the current project, else undefined. */
export const findTfjsNode = (cwd = process.cwd()) =>
  resolveFrom(import.meta.url) ?? resolveFrom(join(cwd, "package.json"))

/** What the cache and the builders need to know of a package: `{ folder, version, napi, machine, addon }`. */
export const describePackage = (folder) => {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const napi = Math.max(...manifest.binary.napi_versions.filter((n) => n <= Number(process.versions.napi)))
  const addon = join("lib", `napi-v${napi}`, "tfjs_binding.node")
  return {
    folder,
    version: manifest.version,
    napi,
    machine: machineKey(napi),
    addon,
    binary: manifest.binary,
  }
}

const libraries = (folder) => {
  const deps = join(folder, "deps", "lib")
  if (!existsSync(deps)) return []
  return readdirSync(deps)
    .filter((name) => /tensorflow/.test(name))
    .map((name) => join("deps", "lib", name))
}

const fingerprint = ({ folder, machine, addon }) => {
  const sizes = [addon, ...libraries(folder)].map((path) => {
    const real = statSync(realpathSync(join(folder, path)))
    return [path, real.size, Math.round(real.mtimeMs)]
  })
  return JSON.stringify([machine, sizes])
}

/** The TensorFlow version of a package whose native part has been loaded before and has not changed since. */
export const readStamp = (target) => {
  try {
    const stamp = JSON.parse(readFileSync(join(target.folder, stampName), "utf8"))
    return stamp.fingerprint === fingerprint(target) ? stamp.tensorflow : undefined
  } catch {
    return undefined
  }
}

/** Remembers that the native part of this package loads. */
export const writeStamp = (target, tensorflow) =>
  writeFileSync(
    join(target.folder, stampName),
    `${JSON.stringify({ tensorflow, fingerprint: fingerprint(target) })}\n`,
  )

/**
 * Loads an addon in a process of its own and resolves to `{ tensorflow }`, or to `{ reason }` where it does not load. A
 * library that crashes on this machine's processor (no AVX, say) therefore takes nothing down.
 */
export const loadAddon = async (path) => {
  if (!existsSync(path)) return { reason: "the addon tfjs_binding.node is not there" }
  const script = "process.stdout.write('version:' + require(process.argv[1]).TF_Version)"
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" }
  const { code, output } = await run(process.execPath, ["-e", script, path], { env, timeout: 60_000 })
  const tensorflow = /version:(\S+)/.exec(output)?.[1]
  if (code === 0 && tensorflow !== undefined) return { tensorflow }
  const reason = /^Error: (.*)$/m.exec(output)?.[1] ?? lastLine(output)
  return { reason: reason === "" ? `loading it ended with code ${code}` : reason }
}

const makeLink = (source, temporary) => {
  try {
    symlinkSync(source, temporary, process.platform === "win32" ? "junction" : "dir")
  } catch {
    cpSync(source, temporary, { recursive: true, verbatimSymlinks: true })
  }
}

const moveAside = (path, aside) => {
  try {
    renameSync(path, aside)
  } catch (error) {
    if (error.code !== "ENOENT") throw error
  }
}

const replace = (path, temporary, aside) => {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? true
  if (!isLink || process.platform === "win32") moveAside(path, aside)
  renameSync(temporary, path)
  rmSync(aside, { recursive: true, force: true })
}

/**
 * Makes `deps` and `lib` of the package links to the cache entry's (copies where the system refuses links). Each is
 * made under another name and renamed into place; the libraries come first, so that no addon is seen without them.
 */
export const placeEntry = ({ folder }, entry) => {
  for (const name of ["deps", "lib"]) {
    const unique = `${process.pid}-${randomBytes(4).toString("hex")}`
    const temporary = join(folder, `.${name}-${unique}-new`)
    mkdirSync(folder, { recursive: true })
    makeLink(join(entry, name), temporary)
    replace(join(folder, name), temporary, join(folder, `.${name}-${unique}-old`))
  }
}
