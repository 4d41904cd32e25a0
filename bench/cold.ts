/**
 * What a first step and a fit cost a new process: seconds from the start of the process, and of the fit, to the first step
 * (VAE, batch 128), and the most memory it ever held. Ours runs as a bundle of the sources on plain Node, as an installed
 * package would. Next: `ours/first-step.ts` and `peers/first_step.py`, the two programs.
 */
import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { against, type Measured, type Result, spreadOf } from "./contest.js"
import { dataFile } from "./data.js"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** Where bundles and generated projects go: inside node_modules, so that packages are found from there. */
export const scratchFolder = (name: string): string => {
  const folder = here(`../node_modules/.cache/latently-bench/${name}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

const bundleOurs = async (): Promise<string> => {
  const outfile = `${scratchFolder("first-step")}/first-step.mjs`
  const options = { bundle: true, packages: "external", platform: "node", ignoreAnnotations: true } as const
  await build({
    ...options,
    format: "esm",
    entryPoints: [here("ours/first-step.ts")],
    outfile,
    logLevel: "error",
  })
  return outfile
}

type Marks = Readonly<Record<string, number>>

/** Runs a program that prints marks; gives the second at which each came, and the number that "memory" came with. */
const timeMarks = (command: string, args: readonly string[]): Promise<Marks> =>
  new Promise((resolve, reject) => {
    const start = performance.now()
    const marks: Record<string, number> = {}
    const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "ignore"] })
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [mark, value] = line.split(" ") as [string, string | undefined]
      marks[mark] = value === undefined ? (performance.now() - start) / 1e3 : Number(value)
    })
    child.on("error", reject)
    child.on("close", (code) =>
      code === 0 && marks.memory !== undefined
        ? resolve(marks)
        : reject(new Error(`${command} ended with ${code}`)),
    )
  })

const measures: Readonly<Record<string, (marks: Marks) => number>> = {
  "import, s": (marks) => marks.imported!,
  "start of the fit to its first step, s": (marks) => marks.stepped! - marks.begin!,
  "start of the process to the first step, s": (marks) => marks.stepped!,
  "most memory held over 200 steps, MiB": (marks) => marks.memory!,
}

const measured = (side: string, all: readonly Marks[], measure: (marks: Marks) => number): Measured => {
  const values = all.map(measure)
  return { side, ...spreadOf(values), values }
}

const compare = (ours: readonly Marks[], theirs: readonly Marks[] | undefined): Result["modes"] =>
  Object.fromEntries(
    Object.entries(measures).map(([name, measure]) => {
      const first = measured("latently", ours, measure)
      if (theirs === undefined) return [name, [first]]
      const second = measured("numpyro", theirs, measure)
      return [name, [first, { ...second, ours: against(first.values, second.values) }]]
    }),
  )

/** Runs both programs in turn, each time in a new process. */
export const coldRow = async (folder: string, rounds = 3): Promise<Result> => {
  const bundle = await bundleOurs()
  const { path } = dataFile(folder, ["binaryRows", 1024, 784], "float32")
  const python = process.env.LATENTLY_BENCH_PYTHON
  const [ours, theirs]: [Marks[], Marks[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(await timeMarks(process.execPath, [bundle, path]))
    if (python !== undefined) theirs.push(await timeMarks(python, [here("peers/first_step.py"), path]))
  }
  return {
    id: "cold-start",
    title: "A new process: VAE 784-400-20-400-784, batch 128",
    unit: "",
    modes: compare(ours, python === undefined ? undefined : theirs),
    facts: {},
    missing: python === undefined ? { numpyro: "LATENTLY_BENCH_PYTHON is not set" } : {},
    when: new Date().toISOString(),
  }
}
