/**
 * The bench: our rows and the peers' side by side on this machine, in turns, in a few minutes. Writes `results/*.json`, the
 * tables of `README.md` beside it, `results/table.md` and the table in the repository's README.
 *
 * Run: npm run bench [-- row ...], a row being the start of an id in `rows.ts`, or cold-start, or types. Peers: `README.md`.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { coldRow } from "./cold.js"
import { type Result, runRow } from "./contest.js"
import { describeMachine, type Machine } from "./machine.js"
import { type Row, rows } from "./rows.js"
import { createSides, type Sides } from "./side.js"
import { between, fullTables, type Saved, shortTable } from "./tables.js"
import { typeRow } from "./type-cost.js"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const wanted = process.argv.slice(2)
const isWanted = (id: string): boolean => wanted.length === 0 || wanted.some((name) => id.startsWith(name))

const order = [...rows.map(({ id }) => id), "cold-start", "types"]

/** Whether the sides did the same work: the fact of each, and whether they lie as near as the row asks. */
const agreementOf = ({ agree }: Row, { facts }: Result): string | undefined => {
  if (agree === undefined) return undefined
  const values = Object.values(facts).map((fact) => Number(fact[agree.fact]))
  if (values.length < 2) return undefined
  const apart = (Math.max(...values) - Math.min(...values)) / Math.abs(values[0]!)
  const shown = values.map((value) => Number(value.toPrecision(6))).join(" / ")
  return `${agree.fact} ${shown}${apart <= agree.within ? "" : ": DIFFERS"}`
}

const machineNow = async (sides: Sides): Promise<Machine> => {
  const all = await sides.running()
  const own = all.find(({ name }) => name === "latently")?.versions
  const peers = all.filter(({ name }) => !name.startsWith("latently"))
  return describeMachine(
    Object.fromEntries(peers.map(({ name, versions }) => [name, versions])),
    own?.tensorflow,
  )
}

const tell = (result: Result & { agreement?: string }): void => {
  console.log(`${result.id}: ${result.title}${result.agreement ? ` (${result.agreement})` : ""}`)
  for (const [mode, measured] of Object.entries(result.modes))
    for (const { side, median, low, high, ours, processor } of measured) {
      const numbers = [median, low, high].map((value) => value.toPrecision(3))
      const ratio = ours === undefined ? "" : `   ours / theirs ${ours.median.toFixed(2)}`
      const busy = processor === undefined ? "" : `   processor ${processor.toPrecision(3)}`
      console.log(`  ${mode} ${side}: ${numbers[0]} [${numbers[1]}-${numbers[2]}]${busy}${ratio}`)
    }
  for (const [side, why] of Object.entries(result.missing)) console.log(`  without ${side}: ${why}`)
}

const save = (result: Saved): void => {
  writeFileSync(here(`results/${result.id}.json`), `${JSON.stringify(result, null, 2)}\n`)
}

const savedResults = (): Saved[] =>
  readdirSync(here("results"))
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(here(`results/${file}`), "utf8")) as Saved)
    .filter(({ id }) => order.includes(id))
    .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))

const fillIn = (file: string, name: string, content: string): void => {
  const filled = existsSync(file) ? between(readFileSync(file, "utf8"), name, content) : undefined
  if (filled !== undefined) writeFileSync(file, filled)
}

const writeTables = (): void => {
  const results = savedResults()
  const short = shortTable(results)
  writeFileSync(here("results/table.md"), `${short}\n`)
  fillIn(here("README.md"), "results", fullTables(results))
  fillIn(here("../README.md"), "speed", short)
}

/** Runs what is asked for; tells and saves each row as it ends. */
const runAll = async (sides: Sides, folder: string): Promise<void> => {
  const keep = async (result: Result, agreement?: string): Promise<void> => {
    const machine = await machineNow(sides)
    const whole = { ...result, machine, ...(agreement === undefined ? {} : { agreement }) }
    tell(whole)
    if (Object.keys(result.modes).length > 0) save(whole)
  }
  for (const row of rows.filter(({ id }) => isWanted(id))) {
    const result = await runRow(row, sides, folder)
    await keep(result, agreementOf(row, result))
  }
  if (isWanted("cold-start")) await keep(await coldRow(folder))
  if (isWanted("types")) await keep(typeRow())
}

const main = async (): Promise<void> => {
  mkdirSync(here("results"), { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), "latently-bench-"))
  const sides = createSides()
  try {
    await sides.get("latently")
    await runAll(sides, folder)
  } finally {
    writeTables()
    await sides.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
