/** Random words against Philox in JavaScript, which is tested against TensorFlow's own. */
import { expect, it } from "vitest"
import { philoxBits } from "../../../../src/engine/philox.js"
import { asIntegers, onEveryMachine, runInstruction } from "../instruction.js"

const seeds = [
  [1, 2],
  [0, 0],
  [-1, 7],
  [2147483647, -5],
] as const

onEveryMachine("bits", (machine) => {
  it("gives TensorFlow's stream, bit for bit", () => {
    for (const [first, second] of seeds)
      for (const count of [0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 1000, 16_384, 32_767, 32_768, 70_001]) {
        const [words] = runInstruction(machine, "bits", [count], [Int32Array.of(first, second)], [count])
        expect(asIntegers(words!), `${count} words of ${first}, ${second}`).toEqual(
          philoxBits(first, second, count),
        )
      }
  })
})
