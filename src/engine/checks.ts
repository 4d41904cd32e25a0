/**
 * Whether parameters and values are read back and checked. On for code a person runs by hand and for the first step of a
 * fit; off inside a step that has already been checked at the same shapes, where reading a tensor would stall the
 * device. Left out: what is
 * checked (`../distributions/parameter.ts`). Next: `error.ts`.
 */
let enabled = true

/** True while domains of parameters and values are being checked. */
export const checksEnabled = (): boolean => enabled

/** Runs `body` (synchronous) with checks on or off, and puts the former state back even when it throws. */
export const withChecks = <R>(on: boolean, body: () => R): R => {
  const before = enabled
  enabled = on
  try {
    return body()
  } finally {
    enabled = before
  }
}

let deferred: Error[] | undefined

/** Runs `body` with complaints about parameters set aside, for the next site to be named by (`takeDeferred`). */
export const deferringComplaints = <R>(body: () => R): R => {
  const before = deferred
  deferred = []
  try {
    return body()
  } finally {
    deferred = before
  }
}

/** Throws `error`, or sets it aside where complaints are being deferred. */
export const complain = (error: Error): void => {
  if (deferred === undefined) throw error
  deferred.push(error)
}

/** The complaint set aside since the last call, if any. */
export const takeDeferred = (): Error | undefined => {
  const [first] = deferred ?? []
  if (deferred !== undefined) deferred = []
  return first
}
