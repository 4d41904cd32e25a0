/**
 * A side of the bench as its conductor sees it: a child process that answers one JSON line with another. Sides take turns, so
 * at most one computes at a time. Left out: what is asked (`contest.ts`). Next: `serve.ts`, which answers for us.
 */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Block, Facts, TaskRequest } from "./task.js"

/** The names of the sides: ours on its best backend and on WebAssembly, and the peers. */
export type SideName = "latently" | "latently wasm" | "numpyro" | "jax" | "sklearn" | "jax-js"

/** A process that answers. */
export interface Side {
  readonly name: SideName
  /** What it stands on, with versions. */
  readonly versions: Readonly<Record<string, string>>
  open(request: TaskRequest): Promise<{ readonly facts: Facts; readonly modes: readonly string[] }>
  block(mode: string, milliseconds: number): Promise<Block>
  close(): Promise<void>
  stop(): void
}

interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const ours = (env: Readonly<Record<string, string>> = {}): Command => ({
  command: process.execPath,
  args: ["--import", "tsx", here("serve.ts")],
  env,
})

const python = (peer: string): Command | string => {
  const command = process.env.LATENTLY_BENCH_PYTHON
  return command === undefined
    ? "LATENTLY_BENCH_PYTHON is not set"
    : { command, args: [here("peers/serve.py"), peer] }
}

const jaxJs = (): Command | string =>
  process.env.LATENTLY_BENCH_JAX_JS === undefined
    ? "LATENTLY_BENCH_JAX_JS is not set"
    : { command: process.execPath, args: [here("peers/jax-js.mjs")] }

/** How to start a side, or why it cannot be. */
const commandOf = (name: SideName): Command | string => {
  if (name === "latently") return ours()
  if (name === "latently wasm") return ours({ LATENTLY_BENCH_BACKEND: "wasm" })
  return name === "jax-js" ? jaxJs() : python(name)
}

type Reply = Readonly<Record<string, unknown>> & { readonly error?: string }

/** Starts a side; its promise fails with the reason where the side does not answer. */
const start = async (name: SideName, { command, args, env }: Command): Promise<Side> => {
  const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env }
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "ignore"], env: environment })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.on("error", () => undefined)
  child.stdin.on("error", () => undefined)
  const ask = async (request: object): Promise<Reply> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} does not answer`)
    const reply = JSON.parse(value) as Reply
    if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`)
    return reply
  }
  const { versions } = (await ask({ do: "hello" })) as { versions: Side["versions"] }
  return {
    name,
    versions,
    open: async (request) => (await ask({ do: "open", ...request })) as never,
    block: async (mode, ms) => (await ask({ do: "block", mode, ms })) as unknown as Block,
    close: async () => void (await ask({ do: "close" })),
    stop: () => child.stdin.end(),
  }
}

/** Sides by name, each started when first asked for and kept for the rest of the run. */
export interface Sides {
  /** The side, or the reason why it is missing. */
  get(name: SideName): Promise<Side | string>
  running(): Promise<Side[]>
  stop(): Promise<void>
}

/** No side yet. */
export const createSides = (): Sides => {
  const known = new Map<SideName, Promise<Side | string>>()
  const begin = async (name: SideName): Promise<Side | string> => {
    const command = commandOf(name)
    if (typeof command === "string") return command
    return start(name, command).catch((error: Error) => error.message)
  }
  const get = (name: SideName): Promise<Side | string> => {
    const side = known.get(name) ?? begin(name)
    known.set(name, side)
    return side
  }
  const running = async (): Promise<Side[]> =>
    (await Promise.all(known.values())).filter((side) => typeof side !== "string")
  return {
    get,
    running,
    stop: async () => {
      for (const side of await running()) side.stop()
    },
  }
}
