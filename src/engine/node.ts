/**
 * What only Node has: the native backend, and where the WebAssembly files lie on disk. Imported by `index.node.ts`
 * alone, never reachable from the browser's entry. Next: `backend.ts`.
 */
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { offerBackend } from "./backend.js"

const require = createRequire(import.meta.url)

offerBackend("tensorflow", async () => {
  try {
    require("@tensorflow/tfjs-node")
    return true
  } catch {
    return false
  }
})

offerBackend("wasm", async () => {
  const wasm = require("@tensorflow/tfjs-backend-wasm")
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`)
  return true
})
