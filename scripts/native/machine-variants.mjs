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

const compile = async ({ compiler, headers, scratch, library }, recipe, { source, name, more }) => {
  const defines = [`-DNAPI_VERSION=${recipe.napi}`, "-DNODE_GYP_MODULE_NAME=latently_machine"]
  const flags = [...recipe.flags, ...more, ...defines, `-I${headers}`]
  const args = [...flags, source, "-o", join(library, `${name}.node`)]
  const built = await run(compiler, args, { cwd: scratch })
  if (built.code === 0) return undefined
  if (more.length > 0 && refusal.test(built.output)) return undefined
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
 * Compiles the sources in `scratch` by the recipe in their `build.json`: `<library>/level.node`, which says what the processor can
 * do, and `<library>/machine-<variant>.node` for every variant, or for `only` one. Resolves to notes on those that failed; one whose
 * instructions the compiler does not know is left out. Throws `NativeUnavailable` with the compiler's own words where what every
 * processor needs fails.
 */
export const compileVariants = async (place, only) => {
  const recipe = JSON.parse(readFileSync(join(place.scratch, "build.json"), "utf8"))
  const all = process.arch === "x64" ? Object.keys(recipe.variants) : ["base"]
  // The last of them takes longest.
  const names = all.filter((name) => (only ?? name) === name).reverse()
  if (names.length === 0)
    throw new NativeUnavailable(`there is no level ${only} of this processor, only ${all.join(", ")}`)
  const failures = {}
  const jobs = names.map((name) => async () => {
    const what = { source: "addon.cc", name: `machine-${name}`, more: recipe.variants[name] }
    failures[name] = await compile(place, recipe, what)
  })
  const level = async () => {
    failures.level = await compile(place, recipe, { source: "level.cc", name: "level", more: [] })
  }
  await byTwos([level, ...jobs])
  const failure = failures.level ?? failures[only ?? "base"]
  if (failure !== undefined) throw new NativeUnavailable(`${place.compiler} could not build it: ${failure}`)
  return names
    .filter((variant) => failures[variant] !== undefined)
    .map((variant) => `the step machine's build ${variant} failed (${failures[variant]})`)
}
