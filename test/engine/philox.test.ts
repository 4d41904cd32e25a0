import { describe, expect, it } from "vitest"
import { setBackend } from "../../src/engine/backend.js"
import { nativeBackend, typeAttribute } from "../../src/engine/kernel.js"
import { philoxBits, philoxStream } from "../../src/engine/philox.js"
import { tf } from "../../src/engine/tensor.js"
import { backends } from "../backends.js"

describe("philoxBits", () => {
  // Python: tf.raw_ops.StatelessRandomUniformFullInt(shape=[5], seed=[1, 2], dtype=tf.int32), TensorFlow 2.18
  it("gives TensorFlow's words", () => {
    expect([...philoxBits(1, 2, 5)]).toEqual([1105988140, 1738052849, -335576002, 370444179, 10670227])
  })

  it("gives a prefix of the same stream for a smaller size", () => {
    expect([...philoxBits(7, -3, 3)]).toEqual([...philoxBits(7, -3, 11)].slice(0, 3))
    expect(philoxBits(7, -3, 0).length).toBe(0)
  })

  it("gives the same words one by one in any order", () => {
    const word = philoxStream(7, -3)
    expect([10, 0, 5].map(word)).toEqual([10, 0, 5].map((i) => philoxBits(7, -3, 11)[i]))
  })

  it.runIf(backends.includes("tensorflow"))(
    "agrees with the native op for every sign of the seeds",
    async () => {
      await setBackend("tensorflow")
      const native = nativeBackend()!
      const attributes = ["dtype", "T", "Tseed"].map((name) => typeAttribute(native, "int32", name))
      for (const seed of [
        [0, 0],
        [-1, 5],
        [2147483647, -2147483648],
        [-77, -123456],
      ] as [number, number][]) {
        const inputs = [tf.tensor1d([1003], "int32"), tf.tensor1d(seed, "int32")]
        const words = native
          .executeSingleOutput("StatelessRandomUniformFullInt", attributes, inputs)
          .dataSync()
        expect([...philoxBits(...seed, 1003)]).toEqual([...words])
      }
    },
  )
})
