/**
 * One row of the bench: every side opens the same task on the same data, then they take turns, a block each, round after
 * round, so that a busy machine slows all alike. A ratio is the median of the rounds' ratios, not the ratio of medians. Next:
 * `tables.ts`.
 */

import { machineBusy } from "./machine.js"
import type { Row } from "./rows.js"
import type { Side, Sides } from "./side.js"
import type { Facts, TaskRequest } from "./task.js"

/** Median, least and largest of some numbers. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** One side in one mode. `others`: how many cores other work took, at the median. */
export interface Measured extends Spread {
  readonly side: string
  readonly values: readonly number[]
  readonly others?: number
  /** Processor time in milliseconds a unit, all threads, at the median: a busy machine changes it least. */
  readonly processor?: number
  /** Our value over this one's, round by round; absent for ourselves. */
  readonly ours?: Spread
}

/** What a row gave. */
export interface Result {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** Measurements by mode: ours first. */
  readonly modes: Readonly<Record<string, readonly Measured[]>>
  /** What each side says of the work it did. */
  readonly facts: Readonly<Record<string, Facts>>
  /** Sides that could not be asked, and why. */
  readonly missing: Readonly<Record<string, string>>
  readonly when: string
}

/** The median, least and largest of `values`. */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, low: sorted[0]!, high: sorted.at(-1)! }
}

/** Our values against a peer's of the same rounds. */
export const against = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, round) => value / theirs[round]!))

const blockMilliseconds = 250

type Turn = { readonly ms: number; readonly others: number; readonly processor: number }

const takeTurn = async (side: Side, mode: string): Promise<Turn> => {
  const [busy, start] = [machineBusy(), performance.now()]
  const { ms, cpuMs } = await side.block(mode, blockMilliseconds)
  const wall = performance.now() - start
  return { ms, others: (machineBusy() - busy - cpuMs) / wall, processor: (cpuMs * ms) / wall }
}

const measureMode = async (sides: readonly Side[], mode: string, rounds: number): Promise<Measured[]> => {
  const turns = new Map<Side, Turn[]>(sides.map((side) => [side, []]))
  for (const side of sides) await side.block(mode, 1) // compiled and warm before the first round
  for (let round = 0; round < rounds; round++)
    for (const side of sides) turns.get(side)!.push(await takeTurn(side, mode))
  const ours = turns.get(sides[0]!)!.map((turn) => turn.ms)
  return sides.map((side, i) => {
    const own = turns.get(side)!
    const values = own.map((turn) => turn.ms)
    const typical = (of: "others" | "processor"): number => spreadOf(own.map((turn) => turn[of])).median
    return {
      side: side.name,
      ...spreadOf(values),
      values,
      others: typical("others"),
      processor: typical("processor"),
      ...(i > 0 ? { ours: against(ours, values) } : {}),
    }
  })
}

/** Opens the task on every side that can; ours must. */
const openAll = async (row: Row, sides: Sides, request: TaskRequest) => {
  const opened: Side[] = []
  const facts: Record<string, Facts> = {}
  const missing: Record<string, string> = {}
  for (const name of row.sides) {
    const side = await sides.get(name)
    const reply = typeof side === "string" ? side : await side.open(request).catch((e: Error) => e.message)
    if (typeof side === "string" || typeof reply === "string") missing[name] = reply as string
    else {
      opened.push(side)
      facts[name] = reply.facts
    }
  }
  return { opened, facts, missing }
}

/** Runs a row. Without a peer ours runs alone; without ours there is no row. */
export const runRow = async (row: Row, sides: Sides, folder: string): Promise<Result> => {
  const request = row.request(folder)
  const { opened, facts, missing } = await openAll(row, sides, request)
  const modes: Record<string, readonly Measured[]> = {}
  try {
    if (opened[0]?.name === row.sides[0])
      for (const mode of row.modes) modes[mode] = await measureMode(opened, mode, row.rounds ?? 7)
  } finally {
    for (const side of opened) await side.close()
  }
  const { id, title, unit } = row
  return { id, title, unit, modes, facts, missing, when: new Date().toISOString() }
}
