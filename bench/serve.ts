/**
 * Our side of the bench: a process that opens tasks and times blocks of them, one JSON line each way (`task.ts`). Settings:
 * LATENTLY_BENCH_BACKEND names another backend than the best one. Next: the tasks in `ours/`.
 */
import { createInterface } from "node:readline"
import { backend, ready, setBackend } from "../src/engine/backend.js"
import "../src/engine/node.js"
import { tf } from "../src/engine/tensor.js"
import { openBeliefNet } from "./ours/belief-net.js"
import { openEm } from "./ours/em.js"
import { openIwae } from "./ours/iwae.js"
import { openLogProb } from "./ours/log-prob.js"
import { openMixture } from "./ours/mixture.js"
import { openPpca } from "./ours/ppca.js"
import { openProducts } from "./ours/products.js"
import { openVae } from "./ours/vae.js"
import type { Block, Open, Opened, TaskRequest } from "./task.js"

const tasks: Readonly<Record<string, Open>> = {
  vae: openVae,
  ppca: openPpca,
  mixture: openMixture,
  beliefNet: openBeliefNet,
  iwae: openIwae,
  em: openEm,
  logProb: openLogProb,
  products: openProducts,
}

type Request =
  | { readonly do: "hello" }
  | ({ readonly do: "open" } & TaskRequest)
  | { readonly do: "block"; readonly mode: string; readonly ms: number }
  | { readonly do: "close" }

/** What computes here: the backend, and of which TensorFlow. */
const versions = (): Record<string, string> => {
  const { binding } = tf.backend() as unknown as { binding?: { TF_Version: string } }
  return { backend: backend(), "tensorflow.js": tf.version_core, tensorflow: binding?.TF_Version ?? "none" }
}

let opened: Opened | undefined

const block = async (mode: string, milliseconds: number): Promise<Block> => {
  const run = opened?.modes[mode]
  if (run === undefined) throw new Error(`no open task with a mode '${mode}'`)
  const cpu = process.cpuUsage()
  const ms = await run(milliseconds)
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuMs: (user + system) / 1000 }
}

const close = (): object => {
  opened?.close()
  opened = undefined
  return {}
}

const answer = async (request: Request): Promise<object> => {
  if (request.do === "hello") return { versions: versions() }
  if (request.do === "block") return block(request.mode, request.ms)
  if (request.do === "close") return close()
  const open = tasks[request.task]
  if (open === undefined) throw new Error(`no task '${request.task}'`)
  opened = await open(request)
  return { facts: opened.facts, modes: Object.keys(opened.modes) }
}

const start = async (): Promise<void> => {
  const wanted = process.env.LATENTLY_BENCH_BACKEND
  if (wanted === undefined) await ready()
  else await setBackend(wanted as "wasm")
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line)).catch((error: Error) => ({ error: error.message }))
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
}

await start()
