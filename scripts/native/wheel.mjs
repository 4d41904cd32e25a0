/**
 * The wheel route (Linux): TensorFlow's C library and headers out of its Python wheel, got through pip so that every
 * mirror, proxy and certificate a person has set for pip counts, then the addon built against them. Any Python 3 with
 * pip will do: the wheel's own Python version is pinned, and nothing of Python is kept. Next: `zip.mjs`, `addon.mjs`.
 */
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { buildAddon } from "./addon.mjs"
import { lastLine, run } from "./command.mjs"
import { megabytes } from "./progress.mjs"
import { findCompiler, findPython } from "./toolchain.mjs"
import { NativeUnavailable } from "./unavailable.mjs"
import { extractEntry, readEntry, readZipDirectory } from "./zip.mjs"

/** The TensorFlow version of the wheels below. */
export const wheelVersion = "2.18.1"

const wheels = {
  x64: {
    requirement: `tensorflow-cpu==${wheelVersion}`,
    platform: "x86_64",
    sha256: "810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298",
    bytes: 230_236_181,
  },
  arm64: {
    requirement: `tensorflow==${wheelVersion}`,
    platform: "aarch64",
    sha256: "8a6485edd2148f70d011dbd1d8dc2c775e91774a5a159466e83d0d1f21580944",
    bytes: 231_937_898,
  },
}

const bytesNeeded = 1.2e9
const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]
const links = [
  ["libtensorflow_cc.so.2", "libtensorflow.so.2"],
  ["libtensorflow.so.2", "libtensorflow.so"],
  ["libtensorflow_framework.so.2", "libtensorflow_framework.so"],
]
const headers =
  /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h$/

const hasGlibc = () => {
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime !== undefined
}

/** The wheel for this machine; throws `NativeUnavailable` where TensorFlow publishes none that runs here. */
export const wheelFor = (platform = process.platform, arch = process.arch, glibc = hasGlibc) => {
  const wheel = platform === "linux" ? wheels[arch] : undefined
  if (wheel === undefined)
    throw new NativeUnavailable(
      `TensorFlow's wheel is used on Linux x64 and arm64 only, not on ${platform} ${arch}`,
    )
  if (!glibc())
    throw new NativeUnavailable("TensorFlow needs glibc, and this Linux has another C library", ["glibc"])
  return wheel
}

/** Python and a C++ compiler, or `NativeUnavailable` naming every one that is missing. */
export const requireTools = async (env = process.env) => {
  const [{ python, missing: noPython }, { compiler, missing: noCompiler }] = [
    await findPython(env),
    await findCompiler(env),
  ]
  const missing = [noPython, noCompiler].filter((name) => name !== undefined)
  if (missing.length > 0) throw new NativeUnavailable(`missing: ${missing.join(", ")}`, missing)
  return { python, compiler }
}

const requireSpace = (folder) => {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < bytesNeeded)
    throw new NativeUnavailable(`only ${megabytes(bavail * bsize)} free in ${folder}; 1200 MB are needed`, [
      "space",
    ])
}

const sizeBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .reduce((sum, item) => {
      const path = join(item.parentPath ?? item.path, item.name)
      return sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    }, 0)

const pipArguments = (wheel, folder) => [
  ...["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--progress-bar=off", "--require-hashes"],
  ...["--platform", `manylinux_2_17_${wheel.platform}`, "--platform", `manylinux2014_${wheel.platform}`],
  ...["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
  ...["--dest", folder, "--requirement", join(folder, "requirements.txt")],
]

const pipFailure = (output) => {
  const unreachable = /connection|timed out|timeout|resolve|network|ssl|proxy|no matching distribution/i.test(
    output,
  )
  const error = /^ERROR: (.*)$/m.exec(output)?.[1] ?? lastLine(output)
  return new NativeUnavailable(`pip could not download TensorFlow (${error})`, unreachable ? ["network"] : [])
}

/** Downloads the wheel into `folder` through pip, which checks its SHA-256, and resolves to its path. */
export const downloadWheel = async ({ wheel, python, folder, progress }) => {
  const temporary = join(folder, "temporary")
  mkdirSync(temporary, { recursive: true })
  writeFileSync(join(folder, "requirements.txt"), `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`)
  progress.step(`downloading TensorFlow ${wheelVersion} (${megabytes(wheel.bytes)}) with pip`)
  const tick = setInterval(
    () =>
      progress.update(`${megabytes(Math.min(sizeBelow(folder), wheel.bytes))} of ${megabytes(wheel.bytes)}`),
    500,
  )
  const retries = process.env.PIP_RETRIES ?? "2"
  const env = { ...process.env, TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: "0", PIP_RETRIES: retries }
  const { code, output } = await run(python, pipArguments(wheel, folder), { env })
  clearInterval(tick)
  const name = readdirSync(folder).find((file) => file.endsWith(".whl"))
  if (code !== 0 || name === undefined) throw pipFailure(output)
  return join(folder, name)
}

const recordedSums = async (path, entries) => {
  const record = [...entries.values()].find(({ name }) => name.endsWith(".dist-info/RECORD"))
  const lines = record === undefined ? [] : (await readEntry(path, record)).split(/\r?\n/)
  return new Map(lines.map((line) => /^(.*),sha256=([^,]*),\d+$/.exec(line)?.slice(1) ?? [line, undefined]))
}

/**
 * Unpacks the two libraries into `<staging>/deps/lib` with the names tfjs-node links to, and the few headers its addon
 * includes into `include`. Each file is held against the SHA-256 in the wheel's own RECORD.
 */
export const unpackWheel = async ({ path, staging, include, progress }) => {
  const entries = await readZipDirectory(path)
  const sums = await recordedSums(path, entries)
  const folder = join(staging, "deps", "lib")
  let written = 0
  const tell = (bytes) => {
    written += bytes
    progress.update(megabytes(written))
  }
  const take = async (name, target) => {
    const entry = entries.get(name)
    if (entry === undefined) throw new Error(`the wheel has no ${name}`)
    const { sha256 } = await extractEntry(path, entry, target, tell)
    if (sha256 !== sums.get(name)) throw new Error(`${name} in the wheel has the wrong SHA-256`)
  }
  progress.step("unpacking TensorFlow's libraries")
  for (const name of libraries) await take(`tensorflow/${name}`, join(folder, name))
  for (const [target, name] of links) symlinkSync(target, join(folder, name))
  for (const name of entries.keys())
    if (headers.test(name)) await take(name, join(include, name.slice("tensorflow/include/".length)))
}

/** Fills `staging` with `deps/lib` and the addon, and resolves to `{ tensorflow }`; the route named "wheel". */
export const buildFromWheel = async ({ target, staging, progress }) => {
  const wheel = wheelFor()
  const { python, compiler } = await requireTools()
  requireSpace(staging)
  const scratch = join(staging, "scratch")
  mkdirSync(scratch)
  const include = join(scratch, "include")
  const path = await downloadWheel({ wheel, python, folder: join(scratch, "wheel"), progress })
  await unpackWheel({ path, staging, include, progress })
  progress.step("building tfjs-node's addon")
  await buildAddon({ target, staging, include, scratch, compiler })
  rmSync(scratch, { recursive: true, force: true })
  return { tensorflow: wheelVersion }
}
