/**
 * Builds tfjs-node's addon from its two C++ files, and a small one of our own beside it, with the compiler alone: no node-gyp, no make, and Node's headers are
 * the ones beside the running Node or those of the npm package `node-api-headers`. Next: `wheel.mjs`.
 */
import { mkdirSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { lastLine, run } from "./command.mjs"
import { findNodeHeaders, npmCommand } from "./toolchain.mjs"
import { NativeUnavailable } from "./unavailable.mjs"

const headersPackage = "node-api-headers@1.9.0"

/** Node's headers of npm's package, unpacked into `folder`, for a Node that came without them. */
export const fetchNodeHeaders = async (folder) => {
  mkdirSync(folder, { recursive: true })
  const { command, before } = npmCommand()
  const args = [...before, "pack", headersPackage, "--ignore-scripts", "--pack-destination", folder]
  const packed = await run(command, args, { cwd: folder, timeout: 120_000 })
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"))
  if (packed.code !== 0 || archive === undefined)
    throw new NativeUnavailable(`npm could not get ${headersPackage}: ${lastLine(packed.output)}`, [
      "network",
    ])
  const unpacked = await run("tar", ["-xzf", archive], { cwd: folder })
  if (unpacked.code !== 0) throw new NativeUnavailable("tar is missing", ["tar"])
  return join(folder, "package", "include")
}

const compilerArguments = ({ source, include, headers, libraries, napi, output }) => [
  "-std=c++17",
  "-O3",
  "-fPIC",
  "-shared",
  `-DNAPI_VERSION=${napi}`,
  "-DNODE_GYP_MODULE_NAME=tfjs_binding",
  "-DBUILDING_NODE_EXTENSION",
  `-I${include}`,
  `-I${headers}`,
  join(source, "tfjs_backend.cc"),
  join(source, "tfjs_binding.cc"),
  `-L${libraries}`,
  "-Wl,-rpath,$ORIGIN/../../deps/lib",
  "-ltensorflow",
  "-ltensorflow_framework",
  "-o",
  output,
]

/** Compiles `quiet.cc`; without it everything works, with some notes of TensorFlow's on the terminal. */
const buildQuiet = async ({ compiler, headers, napi, folder }) => {
  const source = fileURLToPath(new URL("./quiet.cc", import.meta.url))
  const output = join(folder, "latently_quiet.node")
  const flags = [
    "-std=c++17",
    "-O2",
    "-fPIC",
    "-shared",
    `-DNAPI_VERSION=${napi}`,
    "-DNODE_GYP_MODULE_NAME=latently_quiet",
  ]
  await run(compiler, [...flags, `-I${headers}`, source, "-o", output])
}

/**
 * Compiles the addon of the package `target` into `<staging>/lib/napi-v<n>/tfjs_binding.node` against
 * `<staging>/deps/lib` and the TensorFlow headers in `include`. Throws `NativeUnavailable` with the compiler's own words.
 */
export const buildAddon = async ({ target, staging, include, scratch, compiler }) => {
  const headers = findNodeHeaders() ?? (await fetchNodeHeaders(join(scratch, "node-headers")))
  const output = join(staging, target.addon)
  mkdirSync(dirname(output), { recursive: true })
  const libraries = join(staging, "deps", "lib")
  const source = join(target.folder, "binding")
  const args = compilerArguments({ source, include, headers, libraries, napi: target.napi, output })
  const built = await run(compiler, args)
  if (built.code === 0)
    return await buildQuiet({ compiler, headers, napi: target.napi, folder: dirname(output) })
  const reason = /error: .*/.exec(built.output)?.[0] ?? lastLine(built.output)
  throw new NativeUnavailable(`${compiler} could not build the addon: ${reason}`, [])
}
