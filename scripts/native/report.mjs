/** What happened, in the one line that a person reads. Next: `install.mjs`. */
import { tfjsNodeVersion } from "./package.mjs"
import { remedies } from "./toolchain.mjs"

const elsewhere = "Everything still runs on WebAssembly"

/** The command that puts tfjs-node itself back where npm dropped it because its install script failed. */
export const packageCommand = `npm install --ignore-scripts @tensorflow/tfjs-node@${tfjsNodeVersion}`

const unavailableLine = ({ failures }, command) => {
  const reasons = failures.map(({ reason }) => reason).join("; ")
  const missing = [...new Set(failures.flatMap((failure) => failure.missing))]
  const wanted = missing.filter((name) => name in remedies).map((name) => remedies[name])
  const needs = wanted.length > 0 ? ` It needs ${wanted.join(" and ")}.` : ""
  return `no native TensorFlow: ${reasons}.${needs} ${elsewhere}; ${command} tries again.`
}

/**
 * One line for a result of `obtain`, or undefined where there is nothing to say. `command` is how this person runs the
 * installer again.
 */
export const describeResult = (result, { command, seconds }) => {
  const notes = (result.notes ?? []).map((note) => `${note}. `).join("")
  if (result.status === "present") return undefined
  if (result.status === "linked")
    return `${notes}native TensorFlow ${result.tensorflow} linked from the cache.`
  if (result.status === "built")
    return `${notes}native TensorFlow ${result.tensorflow} is ready (${Math.round(seconds)} s); later checkouts reuse it.`
  if (result.status === "absent")
    return `no native TensorFlow: @tensorflow/tfjs-node is not installed. ${packageCommand} and then ${command}. ${elsewhere}.`
  return notes + unavailableLine(result, command)
}

/** One line for a result of `obtainMachine`, or undefined where there is nothing to say. */
export const describeMachine = ({ status, reason, notes = [] }, { command, seconds }) => {
  if (status === "built")
    return `${notes.map((note) => `${note}. `).join("")}the step machine is ready (${Math.round(seconds)} s).`
  if (status === "unavailable")
    return `no step machine: ${reason}. Training runs on TensorFlow alone, slower; ${command} tries again.`
  return undefined
}
