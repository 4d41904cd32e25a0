/**
 * Timing inside one process: how often to call so that a block lasts as long as it is meant to. Left out: taking turns with
 * other processes (`contest.ts`). Next: `serve.ts`.
 */
import type { Mode } from "./task.js"

const warmUps = 3

/** Calls `call`, which does `unitsPerCall` units of work, as often as fits; the first block of a mode warms it up. */
export const repeated = (call: () => unknown, unitsPerCall = 1): Mode => {
  let perCall = 0
  const time = async (calls: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < calls; i++) {
      const result = call()
      if (result instanceof Promise) await result
    }
    return (performance.now() - start) / calls
  }
  return async (milliseconds) => {
    if (perCall === 0) {
      await time(warmUps)
      perCall = await time(1)
    }
    perCall = await time(Math.max(1, Math.round(milliseconds / perCall)))
    return perCall / unitsPerCall
  }
}
