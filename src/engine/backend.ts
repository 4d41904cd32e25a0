/**
 * Which TensorFlow.js backend runs: native TensorFlow in Node where it loads, else WebAssembly, else plain JavaScript.
 * Left out: how Node finds the native library (`node.ts`, `native/`) and what a browser has (`browser.ts`). Next:
 * `random.ts`.
 */
import { EngineError } from "./error.js"
import "./repair/index.js"
import { tf } from "./tensor.js"

/** A backend latently knows how to run on. */
export type BackendName = "tensorflow" | "wasm" | "webgl" | "cpu"

/** A way of getting a backend: `true` once it is registered with `tf`, else the reason in a phrase (or `false`). */
export type BackendLoader = () => Promise<boolean | string>

/** What was passed over: the backend wanted first, why it cannot be had, and the one that runs instead. */
export type Fallback = {
  readonly wanted: BackendName
  readonly reason: string
  readonly running: BackendName
}

const loaders = new Map<BackendName, BackendLoader>()
let chosen = false
let tellFallback: (fallback: Fallback) => void = () => {}

/** Adds a backend to try, after those already added; the entry points call it. */
export const offerBackend = (name: BackendName, load: BackendLoader): void => void loaders.set(name, load)

/** Whom `ready()` tells that it passed over the first choice for a reason; one listener, the last one set. */
export const onFallback = (listener: (fallback: Fallback) => void): void => {
  tellFallback = listener
}

/** The backend in use, for example `"tensorflow"`. Before `ready()` it is whatever `tf` has by default. */
export const backend = (): BackendName => tf.getBackend() as BackendName

const tryBackend = async (name: BackendName): Promise<true | string> => {
  const loaded = (await loaders.get(name)?.()) ?? true
  if (loaded !== true) return loaded || "it is not available here"
  const set = await tf.setBackend(name).catch((error: Error) => error.message)
  return set === true ? true : set || "it could not be started"
}

/** Where tensors lie in memory that JavaScript reads, training steps run on a step machine; others have no use for it. */
const prepareSteps = async (name: BackendName): Promise<void> => {
  if (name !== "wasm" && name !== "cpu") return
  const { startMachine } = await import("./compile/machine-compiler.js")
  await startMachine()
}

/**
 * Switches to one backend by name.
 *
 * @throws EngineError `backend-unavailable`, with the reason, where it cannot be had.
 * @example
 * await setBackend("wasm")
 */
export const setBackend = async (name: BackendName): Promise<void> => {
  const outcome = await tryBackend(name)
  if (outcome !== true)
    throw new EngineError(
      "backend-unavailable",
      `backend '${name}' cannot be loaded: ${outcome}; npx latently doctor says how to get it`,
    )
  chosen = true
  await tf.ready()
  await prepareSteps(name)
}

/**
 * Loads the best backend there is and resolves to its name; calling it again goes back to that one.
 *
 * @example
 * console.log(await ready()) // "tensorflow"
 */
export const ready = async (): Promise<BackendName> => {
  let passedOver: Omit<Fallback, "running"> | undefined
  for (const name of new Set([...loaders.keys(), "cpu" as const])) {
    const outcome = await tryBackend(name)
    if (outcome === true) {
      chosen = true
      await tf.ready()
      await prepareSteps(name)
      if (passedOver !== undefined) tellFallback({ ...passedOver, running: name })
      return name
    }
    passedOver ??= { wanted: name, reason: outcome }
  }
  throw new EngineError("backend-unavailable", `no backend can be loaded: ${passedOver?.reason}`)
}

/** `ready()` for a caller who may have forgotten it; keeps a backend that was chosen with `ready` or `setBackend`. */
export const ensureReady = async (): Promise<void> => {
  if (!chosen) await ready()
}
