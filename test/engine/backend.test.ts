import { execFile } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"
import { backend, setBackend } from "../../src/engine/backend.js"
import { findTfjsNode, loadTfjsNode } from "../../src/engine/native/addon.js"
import { tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { fakePackage, temporaryFolder, writeFiles } from "./native/installer.js"

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    it("runs and differentiates", () => {
      expect(backend()).toBe(name)
      expect(
        tf
          .grad((x) => tf.square(x))(tf.scalar(3))
          .dataSync()[0],
      ).toBe(6)
    })
  })

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Runs a program in a process of its own, in which tfjs-node is not installed, and gives back all it printed. */
const runWithoutNative = async (program: string, env: Record<string, string> = {}) => {
  const folder = writeFiles(temporaryFolder(), {
    "hide.cjs": `const Module = require("node:module")
      const resolve = Module._resolveFilename
      Module._resolveFilename = function (name, ...rest) {
        if (name === "@tensorflow/tfjs-node") throw new Error("hidden")
        return resolve.call(this, name, ...rest)
      }`,
    "program.mts": `import { ready, setBackend } from ${JSON.stringify(join(root, "src/engine/backend.ts"))}
      import { tf } from ${JSON.stringify(join(root, "src/engine/tensor.ts"))}
      import ${JSON.stringify(join(root, "src/engine/node.ts"))}
      ${program}`,
  })
  const args = ["--require", join(folder, "hide.cjs"), "--import", "tsx", join(folder, "program.mts")]
  const options = { cwd: root, env: { ...process.env, LATENTLY_QUIET: "", ...env } }
  return await promisify(execFile)(process.execPath, args, options)
}

describe("without native TensorFlow", () => {
  const program = `console.log(await ready(), await ready())
    console.log(tf.matMul(tf.ones([1, 2]), tf.ones([2, 1])).dataSync()[0])
    await setBackend("cpu")
    console.log(tf.ones([3]).sum().dataSync()[0])`

  it("runs on WebAssembly and says so in one line, once", async () => {
    const { stdout, stderr } = await runWithoutNative(program)
    expect(stdout).toBe("wasm wasm\n2\n3\n")
    expect(stderr).toBe(
      "latently: native TensorFlow is not installed (@tensorflow/tfjs-node is not installed); running on WebAssembly. " +
        "npx latently doctor says how to get it.\n",
    )
  })

  it("says nothing under LATENTLY_QUIET=1", async () => {
    expect((await runWithoutNative(program, { LATENTLY_QUIET: "1" })).stderr).toBe("")
  })

  it("refuses the backend by name, with the reason", async () => {
    const { stdout } = await runWithoutNative(
      'await setBackend("tensorflow").catch((error) => console.log(error.message))',
    )
    expect(stdout).toBe(
      "backend 'tensorflow' cannot be loaded: @tensorflow/tfjs-node is not installed; " +
        "npx latently doctor says how to get it\n",
    )
  })
})

describe("loading tfjs-node", () => {
  it("tells in a phrase why it does not load", () => {
    const text =
      "The Node.js native addon module (tfjs_binding.node) can not be found at path: x\\nPlease run"
    const folder = writeFiles(fakePackage(), {
      "index.cjs": `throw new Error("${text}")`,
      "other.cjs": "x +",
    })
    expect(loadTfjsNode(join(folder, "index.cjs"))).toBe("its library has not been fetched yet")
    expect(loadTfjsNode(join(folder, "other.cjs"))).toMatch(/^Unexpected/)
    expect(loadTfjsNode(undefined)).toBe(
      findTfjsNode() === undefined ? "@tensorflow/tfjs-node is not installed" : true,
    )
  })

  it("refuses a backend that nobody offers", async () => {
    await expect(setBackend("webgl")).rejects.toThrow("backend 'webgl' cannot be loaded")
  })

  it.runIf(backends.includes("tensorflow"))(
    "prints nothing, whatever TensorFlow has to say about the processor",
    async () => {
      const folder = writeFiles(temporaryFolder(), {
        "program.mts": `import { ready } from ${JSON.stringify(join(root, "src/engine/backend.ts"))}
        import { tf } from ${JSON.stringify(join(root, "src/engine/tensor.ts"))}
        import ${JSON.stringify(join(root, "src/engine/node.ts"))}
        console.log(await ready(), tf.matMul(tf.ones([1, 2]), tf.ones([2, 1])).dataSync()[0])`,
      })
      const { TF_CPP_MIN_LOG_LEVEL: _level, ...env } = process.env
      const args = ["--import", "tsx", join(folder, "program.mts")]
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env })
      expect([stdout, stderr]).toEqual(["tensorflow 2\n", ""])
    },
  )
})
