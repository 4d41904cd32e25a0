/**
 * The main job, `npm start`: fits the three worked examples, prints one table, and writes one page to look at, `report.html`.
 * `LATENTLY_BACKEND` names a backend to run on; `LATENTLY_EXAMPLE_STEPS` limits every fit to that many steps.
 */
import { writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { resolve } from "node:path"
import { type BackendName, ready, setBackend } from "latently"
import { formatDuration, htmlReport, table } from "latently/report"
import { sectionsOf } from "../examples/all/report.js"
import { alarmsOf, columns, fullEffort, linesOf, runAll, shortEffort } from "../examples/all/results.js"

const engines = {
  tensorflow: "native TensorFlow",
  wasm: "WebAssembly",
  webgl: "WebGL",
  cpu: "plain JavaScript",
}

const start = async (): Promise<BackendName> => {
  const wanted = process.env.LATENTLY_BACKEND as BackendName | undefined
  if (wanted === undefined) return ready()
  await setBackend(wanted)
  return wanted
}

const machineOf = (engine: string, took: string) => ({
  Engine: engine,
  Node: process.version,
  Processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} threads`,
  Took: took,
  Made: new Date().toISOString().slice(0, 16).replace("T", " "),
})

const began = performance.now()
const engine = engines[await start()]
console.log(`latently on ${engine}, Node ${process.version}\n`)
const steps = process.env.LATENTLY_EXAMPLE_STEPS
const results = await runAll(steps === undefined ? fullEffort : shortEffort(Number(steps)))
console.log(`\n${table(linesOf(results), columns, { groupBy: "model" })}`)
for (const alarm of alarmsOf(results)) console.log(`\n${alarm}`)
const sections = await sectionsOf(results)
const took = formatDuration((performance.now() - began) / 1e3)
const page = htmlReport({
  title: "What latently finds",
  lead:
    "Three models, each beside its exact answer where there is one: a mixture against exact EM, probabilistic PCA against its " +
    "closed form, an autoencoder against what its bound is made of.",
  sections,
  machine: machineOf(engine, took),
})
const path = resolve("report.html")
writeFileSync(path, page)
console.log(`${took} in all. Pictures: ${path}`)
