/**
 * tfjs-node's own way: its `scripts/install.js`, run in a scratch copy of the package so that a failure leaves nothing
 * behind. It downloads from a host outside the package registries, so that host is asked first, for three seconds.
 * Next: `wheel.mjs`, where that host is not reached.
 */
import { cpSync, existsSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { lastLine, run } from "./command.mjs"
import { NativeUnavailable } from "./unavailable.mjs"

const reachMilliseconds = 3000
const stallMilliseconds = 60_000

const downloadHost = ({ binary }, env) =>
  env.TFJS_NODE_CDN_STORAGE ||
  env.npm_config_TFJS_NODE_CDN_STORAGE ||
  env.CDN_STORAGE ||
  new URL(binary.host).origin

/** Whether the host of tfjs-node's downloads answers a HEAD request within three seconds. */
export const isReachable = async (url, ask = fetch) => {
  try {
    await ask(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(reachMilliseconds) })
    return true
  } catch {
    return false
  }
}

const requireHost = async (target, env) => {
  const url = downloadHost(target, env)
  const hasProxy = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy
  if (!hasProxy && !(await isReachable(url)))
    throw new NativeUnavailable(`tfjs-node's download host ${new URL(url).host} is not reachable`)
}

const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true }).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

/** True once the folder has not grown for a minute: the download hangs. */
const stallDetector = (folder) => {
  let [size, since] = [-1, Date.now()]
  return () => {
    const now = sizeOf(folder)
    if (now !== size) [size, since] = [now, Date.now()]
    return Date.now() - since > stallMilliseconds
  }
}

const copyPackage = (folder, scratch) => {
  for (const name of ["package.json", "scripts", "binding", "binding.gyp"])
    cpSync(join(folder, name), join(scratch, name), { recursive: true })
}

const moduleFolders = (folder) => {
  const real = realpathSync(folder)
  return [join(real, "node_modules"), dirname(dirname(real))]
}

const reasonIn = (output) =>
  /reason: (.*)/.exec(output)?.[1] ?? /Error: (.*)/.exec(output)?.[1] ?? lastLine(output)

/** Fills `staging` through tfjs-node's installer, and resolves to nothing known; the route named "own". */
export const buildOwnWay = async ({ target, staging, progress }) => {
  progress.step("asking for tfjs-node's own download")
  await requireHost(target, process.env)
  progress.step("running tfjs-node's own installer")
  const scratch = join(staging, "scratch")
  copyPackage(target.folder, scratch)
  const modules = moduleFolders(target.folder)
  const path = [...modules.map((folder) => join(folder, ".bin")), process.env.PATH].join(delimiter)
  const env = { ...process.env, NODE_PATH: modules.join(delimiter), PATH: path }
  const args = [join(scratch, "scripts", "install.js")]
  const { output } = await run(process.execPath, args, { cwd: scratch, env, stalled: stallDetector(scratch) })
  if (!existsSync(join(scratch, target.addon)))
    throw new NativeUnavailable(`tfjs-node's own installer failed (${reasonIn(output)})`)
  rmSync(join(scratch, "deps", "include"), { recursive: true, force: true })
  for (const name of ["deps", "lib"]) renameSync(join(scratch, name), join(staging, name))
  rmSync(scratch, { recursive: true, force: true })
}
