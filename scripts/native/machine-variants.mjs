/**
 * Compiles the step machine once for each level of the processor. Left out: where the results lie (`machine.mjs`). Next:
 * `src/engine/machine/native/build.json`, the recipe.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { lastLine, run } from "./command.mjs"
import { NativeUnavailable } from "./unavailable.mjs"

/** A compiler too old for the instructions of a level says so in one of these ways. */
const refusal =
  /bad value .* for .*-march|unknown target CPU|unrecognized command[- ]line option|unknown argument/

const compile = async ({ compiler, headers, scratch, library }, recipe, variant) => {
  const output = join(library, `machine-${variant}.node`)
  const defines = [`-DNAPI_VERSION=${recipe.napi}`, "-DNODE_GYP_MODULE_NAME=latently_machine"]
  const flags = [...recipe.flags, ...recipe.variants[variant], ...defines, `-I${headers}`]
  const built = await run(compiler, [...flags, "addon.cc", "-o", output], { cwd: scratch })
  if (built.code === 0) return undefined
  if (variant !== "base" && refusal.test(built.output)) return undefined
  return /^.*error: .*$/m.exec(built.output)?.[0] ?? lastLine(built.output)
}

/** Does all jobs, two at a time. */
const byTwos = async (jobs) => {
  const worker = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job()
  }
  await Promise.all([worker(), worker()])
}

/**
 * Compiles the sources in `scratch` into `<library>/machine-<variant>.node` for every variant of their `build.json` and resolves to
 * notes on those that failed; one whose instructions the compiler does not know is left out. Throws `NativeUnavailable` with the
 * compiler's own words where `base` fails, which runs everywhere and tells what the processor can do.
 */
export const compileVariants = async (place) => {
  const recipe = JSON.parse(readFileSync(join(place.scratch, "build.json"), "utf8"))
  const names = process.arch === "x64" ? Object.keys(recipe.variants) : ["base"]
  const failures = {}
  // The last one takes longest.
  await byTwos(
    names.reverse().map((variant) => async () => {
      failures[variant] = await compile(place, recipe, variant)
    }),
  )
  if (failures.base !== undefined)
    throw new NativeUnavailable(`${place.compiler} could not build it: ${failures.base}`)
  return names
    .filter((variant) => failures[variant] !== undefined)
    .map((variant) => `the step machine's build ${variant} failed (${failures[variant]})`)
}
