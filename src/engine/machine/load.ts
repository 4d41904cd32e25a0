/**
 * Finds and loads the step machine: the best build of `native/addon.cc` that this processor can run. `scripts/native/machine.mjs`
 * builds it and leaves a link to it in tfjs-node's folder, named by a hash of the sources, so that no build of other sources is ever
 * loaded. Node only; where there is no machine everything works without it, slower. Next: `machine.ts`, `native/addon.cc`.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { EngineError } from "../error.js"
import { findTfjsNode } from "../native/addon.js"
import type { Machine } from "./machine.js"
import { builtFrom } from "./native-sources.js"

/** What the addon exports. */
interface Addon extends Omit<Machine, "variant" | "threads"> {
  threads(): number
}

/** Where to look: the folder of the sources, the folder with the link, and the wish in `LATENTLY_MACHINE`. */
export type MachineSearch = {
  readonly sources?: string | undefined
  readonly folder?: string | undefined
  readonly wish?: string | undefined
}

/** A machine, or in a phrase why there is none. */
export type FoundMachine = { readonly machine: Machine } | { readonly absence: string }

/** From the slowest, which runs everywhere. */
const variants = ["base", "v3", "v4"]

/** The sources lie in `src/` alone, also when this file runs from `dist/`. */
const sourcesFolder = (): string | undefined =>
  ["./native/", "../../../src/engine/machine/native/"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(join(folder, "addon.cc")))

const packageFolder = (): string | undefined => {
  const file = findTfjsNode()
  return file === undefined ? undefined : dirname(dirname(file))
}

/**
 * The name of the link to a build of these sources, `"latently-machine-<hash>-<platform>-<arch>"`; `linkPath` in
 * `scripts/native/machine.mjs` gives the same. Without sources, in a bundle, of those that latently was published with.
 */
export const machineLink = (sources?: string): string =>
  `latently-machine-${sources === undefined ? builtFrom : hashOf(sources)}-${process.platform}-${process.arch}`

const hashOf = (sources: string): string => {
  const hash = createHash("sha256")
  const names = readdirSync(sources).filter((name) => /\.(cc|h|json)$/.test(name))
  for (const name of names.sort())
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(sources, name)))
      .update("\0")
  return hash.digest("hex").slice(0, 16)
}

const load = <Exports>(build: string, name: string): Exports =>
  createRequire(import.meta.url)(join(build, "lib", `${name}.node`)) as Exports

/** The builds that are there and that this processor can run, from the slowest. */
const usable = (build: string, level: string): string[] =>
  variants
    .slice(0, variants.indexOf(level) + 1)
    .filter((variant) => existsSync(join(build, "lib", `machine-${variant}.node`)))

const open = (build: string, wish: string | undefined): FoundMachine => {
  const level = load<{ level(): string }>(build, "level").level()
  const there = usable(build, level)
  const variant = there.findLast((one) => one === (wish ?? one))
  if (variant === undefined)
    return { absence: `${wish ?? "a build for it"} is not among what was built and runs here (${there})` }
  const { threads, ...machine } = load<Addon>(build, `machine-${variant}`)
  return { machine: { ...machine, variant, threads: threads() } }
}

const checkWish = (wish: string | undefined): void => {
  if (wish !== undefined && wish !== "off" && !variants.includes(wish))
    throw new EngineError(
      "machine",
      `LATENTLY_MACHINE is ${JSON.stringify(wish)}; it can be off, base, v3 or v4`,
    )
}

/**
 * Looks for a machine without remembering what was found. Throws where `wish` is none of off, base, v3, v4.
 *
 * @example findMachine({ wish: "off" }) // { absence: "LATENTLY_MACHINE=off" }
 */
export const findMachine = (search: MachineSearch = {}): FoundMachine => {
  const { sources = sourcesFolder(), folder = packageFolder(), wish } = search
  checkWish(wish)
  if (wish === "off") return { absence: "LATENTLY_MACHINE=off" }
  if (process.platform !== "linux") return { absence: "it is built on Linux alone" }
  if (folder === undefined) return { absence: "@tensorflow/tfjs-node is not installed" }
  const link = join(folder, machineLink(sources))
  const build = [link, `${link}-${wish}`].find((path) => existsSync(path))
  if (build === undefined) return { absence: "it has not been built" }
  try {
    return open(build, wish)
  } catch (error) {
    return { absence: `it does not load: ${(error as Error).message.split("\n")[0]}` }
  }
}

let found: FoundMachine | undefined

const look = (): FoundMachine => {
  found ??= findMachine({ wish: process.env.LATENTLY_MACHINE || undefined })
  return found
}

/**
 * The best step machine that this processor can run, or undefined where there is none (`machineAbsence` says why). Every call but
 * the first costs nothing. `LATENTLY_MACHINE=off` turns it off, `base`, `v3` or `v4` chooses a build. Throws where that variable
 * holds anything else.
 *
 * @example const memory = loadMachine()?.allocate(1024)
 */
export const loadMachine = (): Machine | undefined => {
  const result = look()
  return "machine" in result ? result.machine : undefined
}

/** Why there is no step machine, in a phrase; undefined where there is one. */
export const machineAbsence = (): string | undefined => {
  const result = look()
  return "absence" in result ? result.absence : undefined
}
