/**
 * Counts of the golden values: how many log-probabilities are right, strictly right (16 units in the last place), and how
 * many derivatives are right, by kind and backend; `--families` lists every family, `--wrong` every wrong answer.
 *
 * Run: npx tsx test/golden/score.ts
 */
import { setBackend } from "../../src/engine/backend.js"
import "../../src/engine/node.js"
import {
  answer,
  derivatives,
  type Golden,
  goldenOf,
  judgeGradient,
  judgeLogProb,
} from "../distributions/battery/judge.js"
import { invalidCases, type Row } from "../distributions/battery/row.js"
import { rows } from "../distributions/table/index.js"

const backends = ["tensorflow", "wasm", "cpu"] as const

interface Count {
  asked: number
  right: number
  strict: number
}

const kinds = ["ordinary", "boundary", "extreme", "outside"] as const
const columns = [...kinds, "gradients"] as const
type Table = Readonly<Record<(typeof columns)[number], Count>>

const empty = (): Table =>
  Object.fromEntries(columns.map((name) => [name, { asked: 0, right: 0, strict: 0 }])) as unknown as Table

const flags = new Set(process.argv.slice(2))

const add = (count: Count, verdict: "strict" | "right" | "wrong", what: () => string): void => {
  count.asked++
  if (verdict !== "wrong") count.right++
  if (verdict === "strict") count.strict++
  if (verdict === "wrong" && flags.has("--wrong")) console.log(`  wrong: ${what()}`)
}

const scoreOne = (row: Row, golden: Golden, table: Table): void => {
  const shown = `${row.name} ${JSON.stringify(golden.parameters)} at ${JSON.stringify(golden.value)}`
  const got = answer(row, golden)
  add(table[golden.kind], judgeLogProb(golden, got), () => `${shown}: ${got}, exact ${golden.logProb}`)
  if (Object.keys(golden.gradients).length === 0 || got === "refused") return
  derivatives(row, golden).forEach((gradient, i) => {
    const name = Object.keys(golden.gradients)[i]!
    const exact = JSON.stringify(golden.gradients[name]!.exact)
    add(
      table.gradients,
      judgeGradient(golden, name, gradient),
      () => `${shown} by ${name}: ${gradient}, exact ${exact}`,
    )
  })
}

const share = (part: number, whole: number): string =>
  `${part}/${whole} (${((100 * part) / whole).toFixed(1)} %)`

const print = (title: string, table: Table): void => {
  const total = kinds
    .map((kind) => table[kind])
    .reduce((a, b) => ({
      asked: a.asked + b.asked,
      right: a.right + b.right,
      strict: a.strict + b.strict,
    }))
  const each = kinds.map((kind) => `${kind} ${table[kind].right}/${table[kind].asked}`).join(", ")
  console.log(
    `${title}: right ${share(total.right, total.asked)} [${each}], ` +
      `strict ${share(total.strict, total.asked)}, gradients ${share(table.gradients.right, table.gradients.asked)}`,
  )
}

const score = async (backend: (typeof backends)[number]): Promise<void> => {
  await setBackend(backend)
  const whole = empty()
  for (const row of rows) {
    const own = empty()
    for (const golden of goldenOf(row)) {
      scoreOne(row, golden, whole)
      if (flags.has("--families")) scoreOne(row, golden, own)
    }
    if (flags.has("--families")) print(`  ${row.name}`, own)
  }
  print(backend, whole)
}

const invalid = rows.flatMap((row) => invalidCases(row).map(() => row.name)).length
console.log(
  `${rows.length} rows, ${invalid} invalid parameters (refused by name: test/distributions/shapes.test.ts)`,
)
for (const backend of backends) await score(backend)
