/**
 * The order of things: already working, in the cache, tfjs-node's own way, the wheel. The first that gives an addon
 * which loads is taken. Next: `package.mjs`, `cache.mjs`, `own-way.mjs`, `wheel.mjs`.
 */
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import {
  cacheRoot,
  commit,
  discard,
  entryPath,
  findDamage,
  findEntries,
  sweep,
  writeManifest,
} from "./cache.mjs"
import { buildOwnWay } from "./own-way.mjs"
import { describePackage, findTfjsNode, loadAddon, placeEntry, readStamp, writeStamp } from "./package.mjs"
import { silentProgress } from "./progress.mjs"
import { withStaging } from "./staging.mjs"
import { NativeUnavailable } from "./unavailable.mjs"
import { buildFromWheel } from "./wheel.mjs"

/** The ways of building a cache entry, in the order in which they are tried. */
export const allRoutes = [
  { name: "own", platforms: ["linux", "darwin", "win32"], build: buildOwnWay },
  { name: "wheel", platforms: ["linux"], build: buildFromWheel },
]

const link = (target, entry, tensorflow) => {
  placeEntry(target, entry)
  writeStamp(target, tensorflow)
}

/** The newest cache entry that is whole and loads. A damaged one is dropped; one that does not load here is left. */
const takeFromCache = async ({ target, root, notes, load }) => {
  const wanted = { tfjsNode: target.version, machine: target.machine }
  for (const { path, tensorflow } of findEntries(root, wanted)) {
    const damage = await findDamage(path)
    const reason = damage ?? (await load(join(path, target.addon))).reason
    if (reason === undefined) {
      link(target, path, tensorflow)
      return { status: "linked", entry: path, tensorflow }
    }
    notes.push(`the cached copy of TensorFlow ${tensorflow} cannot be used (${reason})`)
    if (damage !== undefined) discard(path)
  }
  return undefined
}

const buildEntry = ({ target, root, progress, again, load }, route) => {
  const unfinished = entryPath(root, { tfjsNode: target.version, tensorflow: "new", machine: target.machine })
  return withStaging(unfinished, async (staging) => {
    await route.build({ target, staging, progress })
    progress.step("checking that it loads")
    const { tensorflow, reason } = await load(join(staging, target.addon))
    if (tensorflow === undefined) throw new NativeUnavailable(`the addon does not load: ${reason}`)
    const facts = { tfjsNode: target.version, tensorflow, machine: target.machine, route: route.name }
    await writeManifest(staging, facts)
    const entry = entryPath(root, facts)
    if (again) discard(entry)
    await commit(staging, entry)
    return { entry, tensorflow }
  })
}

const build = async (context) => {
  const failures = []
  for (const route of context.routes) {
    try {
      const { entry, tensorflow } = await buildEntry(context, route)
      link(context.target, entry, tensorflow)
      return { status: "built", route: route.name, entry, tensorflow }
    } catch (error) {
      failures.push({ route: route.name, reason: error.message, missing: error.missing ?? [] })
    }
  }
  return { status: "unavailable", failures }
}

const alreadyWorks = async (target, load) => {
  const stamped = readStamp(target)
  if (stamped !== undefined) return stamped
  const { tensorflow } = await load(join(target.folder, target.addon))
  if (tensorflow !== undefined) writeStamp(target, tensorflow)
  return tensorflow
}

const applicable = (routes, only) =>
  routes.filter(({ name, platforms }) => platforms.includes(process.platform) && (only ?? name) === name)

/**
 * Gets the native part into a tfjs-node package and resolves to what happened: `status` is `"present"`, `"linked"` (from
 * the cache), `"built"`, `"absent"` (no tfjs-node to put it in) or `"unavailable"` (with `failures`, each `{ route,
 * reason, missing }`). `into` is the package's folder; `again` builds anew whatever is there; `only` names one route;
 * `routes` and `load` are how it builds and how it tries an addon.
 */
export const obtain = async (request = {}) => {
  const { into, again = false, only, progress = silentProgress, root = cacheRoot() } = request
  const { routes = allRoutes, load = loadAddon } = request
  const folder = into ?? findTfjsNode()
  if (folder === undefined || !existsSync(join(folder, "package.json"))) return { status: "absent" }
  const target = describePackage(folder)
  const present = again ? undefined : await alreadyWorks(target, load)
  if (present !== undefined) return { status: "present", tensorflow: present, folder }
  mkdirSync(join(root, "native"), { recursive: true })
  sweep(root)
  const context = { target, root, progress, again, load, notes: [], routes: applicable(routes, only) }
  const result = (again ? undefined : await takeFromCache(context)) ?? (await build(context))
  progress.close()
  return { ...result, notes: context.notes, folder, root }
}
