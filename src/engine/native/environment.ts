/**
 * What must be so in the process before TensorFlow's library is loaded into it: it reads its settings once, as it loads.
 * Any further setting of that kind belongs here. Left out: finding and loading the addon (`addon.ts`).
 */
import util from "node:util"

/** Sets an environment variable unless the user has set it; the library sees it through `getenv`. */
const setDefault = (name: string, value: string): void => {
  process.env[name] ??= value
}

/**
 * Puts back the two functions of `node:util` that tfjs-node 4.22.0 calls and that Node 23 dropped. Node 22 still has
 * them, but prints a deprecation warning at the first call, which these do not.
 */
export const restoreRemovedUtil = (): void => {
  if (Number(process.versions.node.split(".")[0]) < 22) return
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  })
}

/**
 * Runs once before the addon is loaded. TensorFlow's log level is set so that its notes about the processor are not
 * printed (errors still are); a user's own `TF_CPP_MIN_LOG_LEVEL` wins.
 */
export const beforeAddonLoads = (): void => {
  restoreRemovedUtil()
  setDefault("TF_CPP_MIN_LOG_LEVEL", "2")
}
