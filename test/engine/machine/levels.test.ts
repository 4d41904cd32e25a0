/** Which of the step machine's builds there are, and which one is loaded. */
import { describe, expect, it } from "vitest"
import { findMachine, machineLink } from "../../../src/engine/machine/load.js"
import { loadScript } from "../native/installer.js"
import { canBuild, env, extensions, failingCompiler, isX64, librariesIn, request } from "./tiny.js"

const { machineName, machineSources, obtainMachine } = await loadScript("machine.mjs")

describe.runIf(canBuild)("the step machine's levels", () => {
  it.runIf(isX64)("has a build for each level, and loads the one that is wished for", async () => {
    const asked = request()
    const { variant, entry } = await obtainMachine(asked)
    expect(librariesIn(entry)).toEqual([
      "level.node",
      "machine-base.node",
      "machine-v3.node",
      "machine-v4.node",
    ])
    const levels = ["base", "v3", "v4"] as const
    const runnable = levels.slice(0, levels.indexOf(variant) + 1)
    for (const wish of runnable)
      expect(findMachine({ ...asked, wish })).toMatchObject({
        machine: { variant: wish, operations: extensions[wish] },
      })
    for (const wish of levels.slice(runnable.length))
      expect(findMachine({ ...asked, wish })).toMatchObject({ absence: expect.stringContaining(wish) })
  })

  it.runIf(isX64)("is built for one level alone under a name of its own", async () => {
    const asked = { ...request(), env: { ...env, LATENTLY_MACHINE: "base" } }
    const { entry } = await obtainMachine(asked)
    expect(librariesIn(entry)).toEqual(["level.node", "machine-base.node"])
    expect(findMachine({ ...asked, wish: "base" })).toMatchObject({ machine: { operations: "plain" } })
    expect(findMachine(asked)).toEqual({ absence: "it has not been built" })
    expect((await obtainMachine({ ...asked, env })).status).toBe("built")
    expect((await obtainMachine(asked)).name).toBe(machineName(asked.sources))
  })

  it("is not built where it is turned off, nor for a level that there is not", async () => {
    const off = { ...env, LATENTLY_MACHINE: "off" }
    expect(await obtainMachine({ ...request(), env: off })).toEqual({ status: "skipped" })
    const unknown = { ...env, LATENTLY_MACHINE: "v5" }
    expect((await obtainMachine({ ...request(), env: unknown })).reason).toMatch(/^there is no level v5 /)
  })

  it.runIf(isX64)("does without a level that the compiler does not know", async () => {
    const env = failingCompiler("mavx512cd", "error: unrecognized command line option '-mavx512cd'")
    const { status, notes, entry } = await obtainMachine({ ...request(), env })
    expect([status, notes]).toEqual(["built", []])
    expect(librariesIn(entry)).toEqual(["level.node", "machine-base.node", "machine-v3.node"])
  })

  it.runIf(isX64)("says when a level could not be built for another reason", async () => {
    const env = failingCompiler("machine-v3.node", "addon.cc:7:1: internal compiler error: too large")
    const { status, notes } = await obtainMachine({ ...request(), env })
    expect(status).toBe("built")
    expect(notes).toEqual([
      "the step machine's build v3 failed (addon.cc:7:1: internal compiler error: too large)",
    ])
  })
})

describe("findMachine", () => {
  it("looks for the link that the installer makes", () => {
    expect(machineLink(machineSources)).toBe(`latently-${machineName(machineSources)}`)
    // what a bundle looks for; else: node scripts/native/note-sources.mjs
    expect(machineLink()).toBe(machineLink(machineSources))
  })

  it("finds nothing where the machine is turned off, and refuses a wish it does not know", () => {
    expect(findMachine({ wish: "off" })).toEqual({ absence: "LATENTLY_MACHINE=off" })
    expect(() => findMachine({ wish: "v5" })).toThrow(
      'LATENTLY_MACHINE is "v5"; it can be off, base, v3 or v4',
    )
  })
})
