/** The browser's order of backends, played in Node by telling TensorFlow.js that it is in a browser. */
import { expect, it } from "vitest"
import { onFallback, ready } from "../../src/engine/backend.js"
import { tf } from "../../src/engine/tensor.js"

it("is WebGL, then WebAssembly where the page has no WebGL", async () => {
  tf.env().set("IS_BROWSER", true)
  await import("../../src/engine/browser.js")
  const told: unknown[] = []
  onFallback((fallback) => told.push(fallback))
  expect(await ready()).toBe("wasm")
  expect(tf.matMul(tf.ones([1, 2]), tf.ones([2, 1])).dataSync()[0]).toBe(2)
  expect(told).toEqual([{ wanted: "webgl", reason: "it is not available here", running: "wasm" }])
})

it("is WebGL where there is one", async () => {
  tf.registerBackend("webgl", () => tf.findBackend("cpu"))
  expect(await ready()).toBe("webgl")
})
