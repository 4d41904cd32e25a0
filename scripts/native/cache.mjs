/**
 * The cache of built native parts, outside any repository: one folder for each version, platform and machine, each with
 * a manifest of its files. A folder is filled beside its final place and renamed into it whole, so an interrupted or
 * failed build leaves no entry, and of two builds at once one wins and the other is dropped. Next: `obtain.mjs`.
 */
import { createHash, randomBytes } from "node:crypto"
import {
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { pipeline } from "node:stream/promises"

const manifestName = "manifest.json"
const minute = 60_000

/**
 * The folder that holds latently's cache: `$LATENTLY_CACHE`, else `%LOCALAPPDATA%\latently` on Windows,
 * `~/Library/Caches/latently` on macOS, `$XDG_CACHE_HOME/latently` or `~/.cache/latently` elsewhere.
 */
export const cacheRoot = (env = process.env, platform = process.platform, home = homedir()) => {
  if (env.LATENTLY_CACHE) return resolve(env.LATENTLY_CACHE)
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "latently")
  if (platform === "darwin") return join(home, "Library", "Caches", "latently")
  return join(env.XDG_CACHE_HOME || join(home, ".cache"), "latently")
}

/** Raised whenever the addon is built otherwise than before, so that older entries are not used. */
const build = 3

/** What tells one machine's addon from another's: `"linux-x64-napi8-build2"`. */
export const machineKey = (napi, platform = process.platform, arch = process.arch) =>
  `${platform}-${arch}-napi${napi}-build${build}`

/** Where an entry lives: `<root>/native/<tfjs-node>-<tensorflow>-<platform>-<arch>-napi<n>`. */
export const entryPath = (root, { tfjsNode, tensorflow, machine }) =>
  join(root, "native", `${tfjsNode}-${tensorflow}-${machine}`)

const list = (folder) => (existsSync(folder) ? readdirSync(folder) : [])

/** Entries in the cache for one tfjs-node and machine, the newest TensorFlow first: `{ path, tensorflow }`. */
export const findEntries = (root, { tfjsNode, machine }) => {
  const [before, after] = [`${tfjsNode}-`, `-${machine}`]
  return list(join(root, "native"))
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => ({
      path: join(root, "native", name),
      tensorflow: name.slice(before.length, -after.length),
    }))
    .sort((a, b) => b.tensorflow.localeCompare(a.tensorflow, undefined, { numeric: true }))
}

const sha256 = async (path) => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

const describeFile = async (folder, path) => {
  const full = join(folder, path)
  if (lstatSync(full).isSymbolicLink()) return { path, link: readlinkSync(full) }
  return { path, size: statSync(full).size, sha256: await sha256(full) }
}

const walk = (folder, inner) =>
  readdirSync(join(folder, inner), { withFileTypes: true }).flatMap((item) => {
    const path = `${inner}/${item.name}`
    return item.isDirectory() ? walk(folder, path) : [path]
  })

/** Writes the manifest of a filled folder: the files in `inner` with sizes (bytes) and SHA-256, and `facts`. */
export const writeManifest = async (folder, facts, inner = ["deps", "lib"]) => {
  const files = []
  for (const path of inner.flatMap((name) => walk(folder, name))) files.push(await describeFile(folder, path))
  writeFileSync(
    join(folder, manifestName),
    `${JSON.stringify({ format: 1, ...facts, files }, undefined, 2)}\n`,
  )
}

/** The manifest of an entry, or undefined where there is none that can be read. */
export const readManifest = (entry) => {
  try {
    const manifest = JSON.parse(readFileSync(join(entry, manifestName), "utf8"))
    return manifest.format === 1 && Array.isArray(manifest.files) ? manifest : undefined
  } catch {
    return undefined
  }
}

const damageOf = async (entry, file, sums) => {
  const full = join(entry, file.path)
  if (!existsSync(full)) return `${file.path} is missing`
  if (file.link !== undefined) return undefined
  const { size } = statSync(full)
  if (size !== file.size) return `${file.path} has ${size} bytes, not ${file.size}`
  if (sums && (await sha256(full)) !== file.sha256) return `${file.path} has the wrong SHA-256`
  return undefined
}

/**
 * What is wrong with an entry, as a phrase, or undefined where it is whole. Sizes are always compared; `sums` also
 * reads every byte (about a second).
 */
export const findDamage = async (entry, { sums = false } = {}) => {
  const manifest = readManifest(entry)
  if (manifest === undefined) return "its manifest is missing or damaged"
  for (const file of manifest.files) {
    const damage = await damageOf(entry, file, sums)
    if (damage !== undefined) return damage
  }
  return undefined
}

const partialName = (entry) => `${entry}.${process.pid}-${randomBytes(4).toString("hex")}.partial`

/** Makes an empty folder beside `entry` in which to build it. */
export const openStaging = (entry) => {
  const staging = partialName(entry)
  mkdirSync(staging, { recursive: true })
  return staging
}

/**
 * Renames a filled staging folder into its place. Where a whole entry already stands there (another process was
 * faster) that one is kept; a damaged one is replaced. Resolves to `"made"` or `"kept"`.
 */
export const commit = async (staging, entry) => {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      renameSync(staging, entry)
      return "made"
    } catch (error) {
      if (!existsSync(entry)) throw error
    }
    if ((await findDamage(entry)) === undefined) {
      rmSync(staging, { recursive: true, force: true })
      return "kept"
    }
    discard(entry)
  }
  throw new Error(`${entry} could not be replaced`)
}

/** Takes an entry away; it is renamed first, so that nobody sees it half removed. */
export const discard = (entry) => {
  const aside = partialName(entry)
  try {
    renameSync(entry, aside)
  } catch (error) {
    if (error.code !== "ENOENT") throw error
  }
  rmSync(aside, { recursive: true, force: true })
}

const isRunning = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

/** Removes staging folders that a killed process left behind: dead for ten minutes, or a day old. */
export const sweep = (root, now = Date.now()) => {
  for (const name of list(join(root, "native"))) {
    const pid = /\.(\d+)-[0-9a-f]+\.partial$/.exec(name)?.[1]
    if (pid === undefined) continue
    const path = join(root, "native", name)
    const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now)
    if (age > 1440 * minute || (age > 10 * minute && !isRunning(Number(pid))))
      rmSync(path, { recursive: true, force: true })
  }
}
