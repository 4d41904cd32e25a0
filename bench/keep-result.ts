/** Keeps what a training run on real data found, with the machine it ran on. Next: `vae-mnist.ts`, `iwae-mnist.ts`, `sbn.ts`. */
import { mkdirSync, writeFileSync } from "node:fs"
import { cpus, loadavg } from "node:os"
import { backend } from "latently"

/** Writes `results/NAME.json`: what was done, on what machine and how busy it is now, then the rest. */
export const keepResult = (name: string, what: string, rest: Readonly<Record<string, unknown>>): void => {
  const folder = new URL("results/", import.meta.url)
  mkdirSync(folder, { recursive: true })
  const [processor] = cpus()
  const machine = {
    processor: processor?.model.trim(),
    threads: cpus().length,
    node: process.version,
    backend: backend(),
    load: loadavg()[0],
  }
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ what, machine, ...rest }, null, 2)}\n`)
}
