/** The machine that the bench runs on, and how busy it is with other work. Next: `contest.ts`. */
import { readFileSync } from "node:fs"
import { availableParallelism, cpus, totalmem } from "node:os"

/** What a result must be read with. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  /** TensorFlow's version, as the addon says it; absent where native TensorFlow is not installed. */
  readonly tensorflow?: string
  /** Peers by name, with the versions of what they stand on. */
  readonly peers: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** This machine. Linux names an unnamed processor by its features, so the vendor's name may be all there is. */
export const describeMachine = (peers: Machine["peers"], tensorflow: string | undefined): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  ...(tensorflow === undefined ? {} : { tensorflow }),
  peers,
})

/** Milliseconds of processor time that the whole machine has spent on work; NaN where the system does not say. */
export const machineBusy = (): number => {
  try {
    const [, ...ticks] = readFileSync("/proc/stat", "utf8").split("\n")[0]!.split(/\s+/).map(Number)
    const counted = ticks.slice(0, 8).reduce((a, b) => a + b, 0)
    return (counted - ticks[3]! - ticks[4]!) * 10
  } catch {
    return Number.NaN
  }
}
