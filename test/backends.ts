/** Which backends the tests run on, and a switch that a `describe` block calls. */
import { afterAll, beforeAll } from "vitest"
import { ready, setBackend } from "../src/engine/backend.js"
import "../src/engine/node.js"

/** Every backend a test should pass on; `LATENTLY_TEST_BACKENDS=wasm,cpu` narrows it. */
export const backends = (process.env.LATENTLY_TEST_BACKENDS ?? "tensorflow,wasm,cpu").split(",") as (
  | "tensorflow"
  | "wasm"
  | "cpu"
)[]

/** Runs the tests of the enclosing block on one backend, and goes back to the default afterwards. */
export const useBackend = (name: (typeof backends)[number]): void => {
  beforeAll(async () => {
    await setBackend(name)
  })
  afterAll(async () => {
    await ready()
  })
}
