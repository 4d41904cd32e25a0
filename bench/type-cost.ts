/**
 * What a model of 100 sites and its guide of 100 cost the type checker: time and instantiations beyond those of the same file
 * without them. Next: `cold.ts`.
 */
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { scratchFolder } from "./cold.js"
import { type Result, spreadOf } from "./contest.js"

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** A chain of `sites` latents and the guide that covers it. */
const program = (
  sites: number,
): string => `import { fit, guide, model, normal, observe, param, sample } from "latently"
export const chain = model(function* (x: number) {
  const z0 = yield* sample("z0", normal(0, 1))
${indices(sites - 1)
  .map((i) => `  const z${i + 1} = yield* sample("z${i + 1}", normal(z${i}, 1))`)
  .join("\n")}
  yield* observe("x", normal(z${sites - 1}, 1), x)
})
export const belief = guide(chain, function* () {
  const scale = yield* param("scale", 1)
${indices(sites)
  .map((i) => `  yield* sample("z${i}", normal(scale, 1))`)
  .join("\n")}
})
export const fitted = await fit(chain, belief, [1])
export const last = fitted.params.scale
`

const config = (root: string) => ({
  extends: `${root}/tsconfig.json`,
  compilerOptions: { noEmit: true, paths: { latently: [`${root}/src/index.node.ts`] } },
  files: ["main.ts"],
  include: [],
  exclude: [],
})

const check = (folder: string, sites: number): { seconds: number; instantiations: number } => {
  const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "")
  writeFileSync(`${folder}/main.ts`, program(sites))
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config(root)))
  const tsc = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace("package.json", "bin/tsc")
  const start = performance.now()
  const out = execFileSync(process.execPath, [tsc, "-p", folder, "--extendedDiagnostics"], {
    encoding: "utf8",
  })
  const seconds = (performance.now() - start) / 1e3
  return { seconds, instantiations: Number(/Instantiations:\s+(\d+)/.exec(out)?.[1]) }
}

/** Checks the project with 1 site and with 101, in turn. */
export const typeRow = (rounds = 3): Result => {
  const folder = scratchFolder("types")
  const pairs = indices(rounds).map(() => ({ few: check(folder, 1), many: check(folder, 101) }))
  const of = (kind: "seconds" | "instantiations") => {
    const values = pairs.map(({ few, many }) => many[kind] - few[kind])
    return [{ side: "latently", ...spreadOf(values), values }]
  }
  const whole = pairs.map(({ many }) => many.seconds)
  return {
    id: "types",
    title: "Type-checking 100 more sites in a model and 100 in its guide",
    unit: "",
    modes: {
      "added time, s": of("seconds"),
      "added instantiations": of("instantiations"),
      "tsc in all, latently's sources included, s": [{ side: "latently", ...spreadOf(whole), values: whole }],
    },
    facts: {},
    missing: {},
    when: new Date().toISOString(),
  }
}
