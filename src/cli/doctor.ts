/**
 * `npx latently doctor`: what runs here and what would make it faster, as lines of text and the one command that mends
 * it. Left out: mending (`latently native`). Next: `installer.ts`.
 */
import { availableParallelism } from "node:os"
import { backend, ready } from "../engine/backend.js"
import { loadMachine, machineAbsence } from "../engine/machine/load.js"
import { loadTfjsNode } from "../engine/native/addon.js"
import { tf } from "../engine/tensor.js"
import { type Inspection, inspectNative, packageCommand, type Tool } from "./installer.js"

/** Everything the doctor's page tells of. */
export type Diagnosis = {
  readonly node: string
  readonly platform: string
  readonly backend: string
  readonly threads: string
  readonly reason: string | undefined
  readonly machine: { readonly variant: string; readonly threads: number } | { readonly absence: string }
  readonly native: Inspection
  readonly packageCommand: string
}

const threadsOf = (name: string): string => {
  if (name === "tensorflow") return process.env.TF_NUM_INTRAOP_THREADS ?? `${availableParallelism()}`
  const wasmThreads = name === "wasm" && tf.env().getBool("WASM_HAS_MULTITHREAD_SUPPORT")
  return wasmThreads ? `${availableParallelism()}` : "1"
}

const machineOf = (): Diagnosis["machine"] => {
  const machine = loadMachine()
  if (machine === undefined) return { absence: machineAbsence()! }
  return { variant: machine.variant, threads: machine.threads }
}

/** Looks at this computer: loads the best backend, and asks the installer what it finds. */
export const diagnose = async (options: { sums?: boolean; root?: string } = {}): Promise<Diagnosis> => {
  await ready()
  const loaded = loadTfjsNode()
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    backend: backend(),
    threads: threadsOf(backend()),
    reason: loaded === true ? undefined : loaded,
    machine: machineOf(),
    native: await inspectNative(options),
    packageCommand: await packageCommand(),
  }
}

const toolText = ({ version, missing }: Tool): string =>
  missing === undefined ? (version ?? "found") : `missing: ${missing}`

const nativeText = ({ reason, native }: Diagnosis): string => {
  if (reason === undefined) return native.addon.tensorflow ?? "loaded"
  if (native.addon.tensorflow === undefined) return `not loaded (${reason})`
  return `${native.addon.tensorflow} is there but was not loaded (${reason})`
}

const machineText = ({ machine }: Diagnosis): string => {
  if ("absence" in machine) return `none (${machine.absence})`
  return `${machine.variant}, ${machine.threads} ${machine.threads === 1 ? "thread" : "threads"}`
}

const cacheText = ({ native }: Diagnosis): string => {
  const states = native.entries.map(({ tensorflow, damage }) =>
    damage === undefined ? `TensorFlow ${tensorflow}, whole` : `TensorFlow ${tensorflow}, damaged: ${damage}`,
  )
  return `${native.root} (${states.length === 0 ? "empty" : states.join("; ")})`
}

/** How the installer is called here: by npm's script in a checkout, by the package's own command elsewhere. */
const installCommand = import.meta.url.includes("/node_modules/") ? "npx latently native" : "npm run native"

/** Whether the step machine could be had here and is not. */
const lacksMachine = ({ platform, machine }: Diagnosis): boolean =>
  platform.startsWith("linux") && "absence" in machine && !machine.absence.startsWith("LATENTLY_MACHINE")

/** The command that mends what is wrong, or undefined where nothing is. */
export const remedy = (diagnosis: Diagnosis): string | undefined => {
  const { reason, native, packageCommand } = diagnosis
  const damaged = native.entries.some(({ damage }) => damage !== undefined)
  if (native.folder === undefined) return `${packageCommand} && ${installCommand}`
  if (reason !== undefined || damaged || lacksMachine(diagnosis)) return installCommand
  return undefined
}

/** Python and the compiler are used on Linux alone; elsewhere tfjs-node's own download is the only way. */
const missingTools = ({ platform, native }: Diagnosis): string[] =>
  platform.startsWith("linux") ? [native.python, native.compiler].flatMap(({ missing }) => missing ?? []) : []

const verdict = (diagnosis: Diagnosis): string => {
  const command = remedy(diagnosis)
  if (command === undefined) return "All is well: programs run on native TensorFlow."
  if (diagnosis.reason === undefined && lacksMachine(diagnosis)) {
    const first = diagnosis.native.compiler.missing === undefined ? "" : "First install g++. "
    return `Programs run on native TensorFlow. ${first}To train faster, on the step machine: ${command}`
  }
  if (diagnosis.reason === undefined)
    return `The cache is damaged; what runs now is not. To mend it: ${command}`
  const missing = missingTools(diagnosis)
  const first = missing.length === 0 ? "" : `First install ${missing.join(" and ")}. `
  return `${first}To get native TensorFlow: ${command}\nUntil then everything runs on WebAssembly.`
}

/** The doctor's page: one line a fact, then the verdict with the one command that mends it. */
export const describeDiagnosis = (diagnosis: Diagnosis): string => {
  const { node, platform, backend: name, threads, native } = diagnosis
  const facts = [
    ["Node", `${node} on ${platform}`],
    ["Backend", name],
    ["Threads", threads],
    ["TensorFlow", nativeText(diagnosis)],
    ["Machine", machineText(diagnosis)],
    ["tfjs-node", native.folder === undefined ? "not installed" : `${native.version} in ${native.folder}`],
    ["Cache", cacheText(diagnosis)],
    ["Python", toolText(native.python)],
    ["Compiler", toolText(native.compiler)],
  ]
  return [...facts.map(([label, value]) => `${label!.padEnd(11)} ${value}`), "", verdict(diagnosis)].join(
    "\n",
  )
}
