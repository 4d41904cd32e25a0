/**
 * What only Node has: the native backend, where the WebAssembly files lie on disk, and the source maps on disk. Imported
 * by `index.node.ts` and the command line alone, never reachable from the browser's entry. Next: `backend.ts`.
 */
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { type Fallback, offerBackend, onFallback } from "./backend.js"
import "./compile/compiler.js"
import "./compile/function.js"
import { offerFiles } from "./files.js"
import { loadTfjsNode } from "./native/addon.js"
import { nodeFiles } from "./native/files.js"
import { mapThroughFile } from "./native/source-map.js"
import { registerSurroundings } from "./source-frame.js"
import { tf } from "./tensor.js"

const require = createRequire(import.meta.url)
const wasmPackage = "@tensorflow/tfjs-backend-wasm"

const loadWasm = async (): Promise<boolean> => {
  require(wasmPackage).setWasmPaths(`${dirname(require.resolve(wasmPackage))}/`)
  return true
}

/** tfjs's cpu backend prints an advertisement for tfjs-node at its first use in Node; this makes it think it has. */
const loadCpu = async (): Promise<boolean> => {
  const cpu = tf.findBackend("cpu") as (tf.KernelBackend & { firstUse: boolean }) | null
  if (cpu !== null) cpu.firstUse = false
  return cpu !== null
}

const names = { tensorflow: "TensorFlow", wasm: "WebAssembly", webgl: "WebGL", cpu: "plain JavaScript" }
let told = false

/** Says on stderr, once in a process, that the native backend was passed over; `LATENTLY_QUIET=1` keeps it silent. */
const tellOnce = ({ wanted, reason, running }: Fallback): void => {
  if (told || process.env.LATENTLY_QUIET === "1") return
  told = true
  process.stderr.write(
    `latently: native ${names[wanted]} is not installed (${reason}); running on ${names[running]}. ` +
      "npx latently doctor says how to get it.\n",
  )
}

offerBackend("tensorflow", async () => loadTfjsNode())
offerBackend("wasm", loadWasm)
offerBackend("cpu", loadCpu)
onFallback(tellOnce)
offerFiles(nodeFiles)
registerSurroundings({ map: mapThroughFile, directory: () => process.cwd() })
