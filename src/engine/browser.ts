/**
 * What a browser has: WebGL, which `@tensorflow/tfjs` brings along, then WebAssembly, loaded only where WebGL is not to
 * be had. In Node it does nothing. Its `.wasm` files are looked for beside the page's script; `setWasmPaths` of
 * `@tensorflow/tfjs-backend-wasm` says otherwise. Next: `backend.ts`.
 */
import { offerBackend } from "./backend.js"
import { tf } from "./tensor.js"

if (tf.env().getBool("IS_BROWSER")) {
  offerBackend("webgl", async () => tf.findBackendFactory("webgl") !== null)
  offerBackend("wasm", async () => {
    await import("@tensorflow/tfjs-backend-wasm")
    return true
  })
}
