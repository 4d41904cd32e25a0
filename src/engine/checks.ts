/**
 * Whether parameters and values are read back and checked. On for code a person runs by hand and for the first step of a
 * fit; off inside a step that has already been checked at the same shapes, where reading a tensor would stall the
 * device. Next: `error.ts`.
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
