/** What there is of the native part on this machine, and what is missing, for `npx latently doctor`. */
import { join } from "node:path"
import { cacheRoot, findDamage, findEntries, machineKey } from "./cache.mjs"
import { describePackage, findTfjsNode, loadAddon, tfjsNodeVersion } from "./package.mjs"
import { findCompiler, findPython } from "./toolchain.mjs"

/** What tfjs-node's own package file would say, which is not there to be asked: it is built for Node-API 8 at most. */
const usualMachine = machineKey(Math.min(8, Number(process.versions.napi)))

const inspectPackage = async (folder) => {
  if (folder === undefined)
    return { machine: usualMachine, addon: { reason: "@tensorflow/tfjs-node is not installed" } }
  const target = describePackage(folder)
  const addon = await loadAddon(join(folder, target.addon))
  return { folder, version: target.version, machine: target.machine, addon }
}

const inspectCache = async (root, machine, sums) => {
  const entries = findEntries(root, { tfjsNode: tfjsNodeVersion, machine })
  return Promise.all(
    entries.map(async (entry) => ({ ...entry, damage: await findDamage(entry.path, { sums }) })),
  )
}

/**
 * Resolves to `{ root, entries, folder?, version?, addon, python, compiler }`: `addon` is `{ tensorflow }` or `{ reason }`,
 * `python` and `compiler` name the program or what is `missing`. `sums` also reads every byte of the cache. Changes
 * nothing.
 */
export const inspect = async ({ sums = false, root = cacheRoot(), folder = findTfjsNode() } = {}) => {
  const found = await inspectPackage(folder)
  const [entries, python, compiler] = await Promise.all([
    inspectCache(root, found.machine, sums),
    findPython(),
    findCompiler(),
  ])
  return { root, entries, ...found, python, compiler }
}
