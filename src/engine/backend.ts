/**
 * Which TensorFlow.js backend runs: native TensorFlow in Node where it loads, else WebAssembly, else plain JavaScript.
 * Left out: how Node finds the native library (`node.ts`) and how it gets there (`native/`). Next: `random.ts`.
 */
import { EngineError } from "./error.js"
import { tf } from "./tensor.js"

/** A backend latently knows how to run on. */
export type BackendName = "tensorflow" | "wasm" | "webgl" | "cpu"

/** A way of getting a backend: resolves to true when the backend is registered with `tf`. */
export type BackendLoader = () => Promise<boolean>

const loaders = new Map<BackendName, BackendLoader>()

/** Adds a backend to try, after those already added; the entry points call it. */
export const offerBackend = (name: BackendName, load: BackendLoader): void => void loaders.set(name, load)

/** The backend in use, for example `"tensorflow"`. Throws before `ready()`. */
export const backend = (): BackendName => tf.getBackend() as BackendName

const tryBackend = async (name: BackendName): Promise<boolean> => {
  const load = loaders.get(name)
  if (load !== undefined && !(await load())) return false
  return await tf.setBackend(name).catch(() => false)
}

/** Switches to one backend by name; throws an `EngineError` where it cannot be had. */
export const setBackend = async (name: BackendName): Promise<void> => {
  if (!(await tryBackend(name)))
    throw new EngineError(
      "backend-unavailable",
      `backend '${name}' cannot be loaded here; run npx latently doctor`,
    )
  await tf.ready()
}

/** Loads the best backend there is and resolves to its name; calling it again goes back to that one. */
export const ready = async (): Promise<BackendName> => {
  for (const name of loaders.keys()) if (await tryBackend(name)) return await tf.ready().then(() => name)
  await setBackend("cpu")
  return "cpu"
}
