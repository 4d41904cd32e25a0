/**
 * Milliseconds an iteration of exact EM for a mixture of Gaussians, full covariance: ours beside scikit-learn's and JAX's
 * (float64), in turn on the same rows from the same start, so that a busy machine slows all alike. Prints one JSON line a
 * peer and size: median, least and largest over the rounds, and the log-likelihood at iteration 20, which must agree.
 *
 * Run: npx tsx bench/em.ts [rounds]; PYTHON names a Python that has scikit-learn (and JAX), else only ours is timed.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { fitGaussianMixture } from "../src/models/exact/gaussian-mixture.js"
import type { MixtureProgress } from "../src/models/exact/mixture-options.js"
import type { PackedRows } from "../src/models/exact/rows.js"

const sizes = [
  { n: 10_000, d: 2, k: 3, few: 2, many: 52 },
  { n: 100_000, d: 8, k: 10, few: 2, many: 12 },
]

interface Timing {
  readonly ms: number
  readonly logLikelihood: number
}

type Ask = <Answer>(request: Record<string, unknown>) => Promise<Answer>

/** A Python process that answers one JSON line with another, or undefined where it does not start. */
const startPeers = async (): Promise<
  { ask: Ask; names: Record<string, string>; stop: () => void } | undefined
> => {
  const script = fileURLToPath(new URL("em.py", import.meta.url))
  const child = spawn(process.env.PYTHON ?? "python3", [script], { stdio: ["pipe", "pipe", "ignore"] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.on("error", () => undefined)
  child.stdin.on("error", () => undefined)
  const ask: Ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error("the Python peers have stopped")
    return JSON.parse(value)
  }
  const names = await ask<Record<string, string>>({ do: "peers" }).catch(() => undefined)
  return names && { ask, names, stop: () => child.stdin.end() }
}

/** Our rows where there is no Python to make them: the same kind of mixture. */
const ownRows = (n: number, d: number, k: number): Float64Array => {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const means = Float64Array.from({ length: k * d }, () => 20 * next())
  return Float64Array.from({ length: n * d }, (_, at) => {
    const label = Math.floor(at / d) % k
    return means[label * d + (at % d)]! + 3 * (next() + next() + next())
  })
}

/**
 * Timed between the callbacks of fits, so that what is done once (checks, layout, scores) stays out, as the peers'
 * difference does. A fit that reaches its fixed point, where rounding alone moves it, ends early and is begun again.
 */
const ours = (rows: PackedRows, components: number, iterations: number): Timing => {
  let [total, steps, logLikelihood] = [0, 0, Number.NaN]
  while (steps < iterations) {
    let last = Number.NaN
    const onIteration = ({ iteration, logLikelihood: value }: MixtureProgress) => {
      const now = performance.now()
      if (iteration > 0) total += now - last
      if (iteration > 0) steps++
      if (iteration < 20) logLikelihood = value
      last = now
    }
    const initial = { means: rows.data.slice(0, components * rows.dimension) }
    fitGaussianMixture(rows, { components, tolerance: 0, maxIterations: iterations, initial, onIteration })
  }
  return { ms: total / steps, logLikelihood }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

const print = (peer: string, size: string, timings: Timing[]): void => {
  const ms = timings.map((timing) => timing.ms)
  const round = (value: number) => Number(value.toPrecision(4))
  const row = { workload: "exact EM", peer, size, ms: round(median(ms)), lo: round(Math.min(...ms)) }
  const rest = { hi: round(Math.max(...ms)), rounds: ms.length, logLikelihood: timings[0]!.logLikelihood }
  console.log(JSON.stringify({ ...row, ...rest }))
}

const main = async (): Promise<void> => {
  const rounds = Number(process.argv[2] ?? 7)
  const folder = mkdtempSync(join(tmpdir(), "latently-em-"))
  const peers = await startPeers()
  for (const { n, d, k, few, many } of sizes) {
    const path = join(folder, "rows")
    await peers?.ask({ do: "data", n, d, k, path })
    const bytes = peers && readFileSync(path)
    const data = bytes ? new Float64Array(bytes.buffer, bytes.byteOffset, n * d) : ownRows(n, d, k)
    const timings: Record<string, Timing[]> = { latently: [] }
    for (let round = 0; round < rounds; round++) {
      timings.latently!.push(ours({ data, count: n, dimension: d }, k, Math.max(40, many)))
      for (const peer of Object.keys(peers?.names ?? {})) {
        timings[peer] ??= []
        timings[peer].push(await peers!.ask<Timing>({ do: peer, few, many }))
      }
    }
    for (const [peer, each] of Object.entries(timings)) {
      const version = peers?.names[peer]
      print(version ? `${peer} ${version}` : peer, `N=${n} D=${d} K=${k}`, each)
    }
  }
  peers?.stop()
  rmSync(folder, { recursive: true })
}

await main()
