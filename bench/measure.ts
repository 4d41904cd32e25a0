/**
 * Timing that a shared machine does not spoil: a measurement is the median over blocks of about a quarter of a second,
 * and a block counts only while other processes used little of the processor. Next: the rows, `step-*.ts`.
 */
import { readFileSync } from "node:fs"

/** A row's timing in milliseconds a step: median, smallest and largest block, processor time, and how many were quiet. */
export interface Timing {
  readonly ms: number
  readonly low: number
  readonly high: number
  readonly cpuMs: number
  readonly quiet: number
  readonly ran: number
}

/** Seconds of processor time the whole machine has used; 0 where the system does not say. */
const machineBusy = (): number => {
  try {
    const [, ...ticks] = readFileSync("/proc/stat", "utf8").split("\n")[0]!.split(/\s+/).map(Number)
    const counted = ticks.slice(0, 8)
    return (counted.reduce((a, b) => a + b, 0) - counted[3]! - counted[4]!) / 100
  } catch {
    return 0
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const oneBlock = (call: () => void, calls: number, stepsPerCall: number) => {
  const busy = machineBusy()
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let i = 0; i < calls; i++) call()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const own = (user + system) / 1000
  const others = ((machineBusy() - busy) * 1000 - own) / wall
  const steps = calls * stepsPerCall
  return { ms: wall / steps, cpuMs: own / steps, quiet: others < 0.15 }
}

/** Times `call`, which runs `stepsPerCall` steps; runs up to three times `blocks` to find enough quiet ones. */
export const measure = (call: () => void, { stepsPerCall = 1, blocks = 7, blockMs = 250 } = {}): Timing => {
  for (let i = 0; i < 3; i++) call()
  const start = performance.now()
  call()
  const calls = Math.max(1, Math.round(blockMs / (performance.now() - start)))
  const ran: ReturnType<typeof oneBlock>[] = []
  while (ran.filter((block) => block.quiet).length < blocks && ran.length < 3 * blocks)
    ran.push(oneBlock(call, calls, stepsPerCall))
  const quiet = ran.filter((block) => block.quiet)
  const used = quiet.length >= 3 ? quiet : ran
  const ms = used.map((block) => block.ms)
  return {
    ms: median(ms),
    low: Math.min(...ms),
    high: Math.max(...ms),
    cpuMs: median(used.map((block) => block.cpuMs)),
    quiet: quiet.length,
    ran: ran.length,
  }
}
