/**
 * Builds the step machine as a WebAssembly module: `node scripts/native/wasm.mjs [python]`, where that Python has the package
 * `ziglang` (`pip install ziglang==0.17.1`). The results are kept with the sources, as `src/engine/machine/machine-wasm*.ts`, since
 * browsers cannot compile; a test tells when they are not of the present sources. Next: `src/engine/machine/native/wasm/wasm.cc`.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

const machineFolder = fileURLToPath(new URL("../../src/engine/machine/", import.meta.url))
const source = join(machineFolder, "native", "wasm", "wasm.cc")

/** What is built: for every engine that has vectors, and for those that also multiply and add in one instruction. */
const targets = [
  { file: "machine-wasm.ts", more: [] },
  { file: "machine-wasm-fused.ts", more: ["-mcpu=baseline+simd128+relaxed_simd"] },
]

/** Clang never ends on some recursions in `reduce-kernel.h` where it may turn them into loops (-fno-optimize-sibling-calls). */
const flags = [
  "-target",
  "wasm32-wasi",
  "-mcpu=baseline+simd128",
  "-mexec-model=reactor",
  "-std=gnu++17",
  "-O3",
  "-ffp-contract=fast",
  "-fno-math-errno",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-c++-static-destructors",
  "-fno-optimize-sibling-calls",
  "-Wno-bitwise-conditional-parentheses",
  "-Wl,--import-memory",
  "-Wl,--export=__stack_pointer",
  "-Wl,--gc-sections",
  "-Wl,--strip-all",
]

/** Text with the headers that it includes by name, each file once, in the order they are met. */
const withHeaders = (file, known = new Set()) => {
  if (known.has(file)) return known
  known.add(file)
  // What other targets alone include is not read.
  const text = readFileSync(file, "utf8").replace(/#else\n#include "pool\.h"/, "")
  for (const [, name] of text.matchAll(/^#include "(.*)"$/gm)) withHeaders(join(dirname(file), name), known)
  return known
}

/** The hash of all that the module is made from: sources and flags. */
export const hashOfSources = () => {
  const hash = createHash("sha256").update(flags.join(" ")).update(JSON.stringify(targets))
  for (const file of withHeaders(source)) hash.update("\0").update(readFileSync(file))
  return hash.digest("hex")
}

const compile = (python, more) => {
  const folder = mkdtempSync(join(tmpdir(), "latently-wasm-"))
  try {
    const output = join(folder, "machine.wasm")
    execFileSync(python, ["-m", "ziglang", "c++", ...flags, ...more, source, "-o", output], {
      stdio: "inherit",
    })
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const textOf = (module, hash) => `// biome-ignore-all format: made by a program
/**
 * The step machine as a WebAssembly module: gzip, base64. Made by \`scripts/native/wasm.mjs\` from the sources in \`native/\`; not to be
 * edited. Next: \`wasm-module.ts\`, which unpacks it.
 */

/** The sha256 of the sources and flags it was made from. */
export const machineSourcesHash = "${hash}"

/** The module. */
export const machineModule: string =
  "${gzipSync(module, { level: 9 }).toString("base64")}"
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Before, since someone may be writing the sources meanwhile.
  const hash = hashOfSources()
  for (const { file, more } of targets) {
    const module = compile(process.argv[2] ?? "python3", more)
    writeFileSync(join(machineFolder, file), textOf(module, hash))
    console.log(`${file}: ${module.length} bytes, sources ${hash.slice(0, 16)}`)
  }
}
