/** What an objective must be at recorded draws, in double precision: sums, averages and brute-force expectations. Next: `legal.ts`. */
import type { Case, Draw } from "./case.js"
import type { Answer, Run } from "./recorded.js"

/** Likelihood and divergence of one draw: of each row, and of all that stands in no row. */
export interface Parts {
  readonly rows: readonly { data: number; divergence: number }[]
  readonly outside: { data: number; divergence: number }
  /** log q of each site. */
  readonly guide: ReadonlyMap<string, number>
}

type Answers = ReadonlyMap<string, Answer>

const drawOf = (answers: Answers, rows: Run["rows"]): Draw => {
  const find = (name: string): Answer => {
    const answer = answers.get(name)
    if (answer === undefined) throw new Error(`no site '${name}' was recorded`)
    return answer
  }
  return {
    num: (name) => find(name).numbers[0]!,
    row: (name) => find(name).numbers,
    grid: (name, width) => {
      const { numbers } = find(name)
      return Array.from({ length: numbers.length / width }, (_, i) =>
        numbers.slice(i * width, (i + 1) * width),
      )
    },
    rows: (plate) => rows.get(plate)!,
  }
}

/** The hand-written terms of a case at a draw. */
export const partsAt = (one: Case, draw: Draw): Parts => {
  const rows: { data: number; divergence: number }[] = []
  const outside = { data: 0, divergence: 0 }
  const guide = new Map<string, number>()
  const at = (row: number | undefined) => {
    if (row === undefined) return outside
    rows[row] ??= { data: 0, divergence: 0 }
    return rows[row]
  }
  one.terms(draw, {
    data: (log, row) => {
      at(row).data += log
    },
    prior: (log, row) => {
      at(row).divergence -= log
    },
    guide: (name, log, row) => {
      at(row).divergence += log
      guide.set(name, (guide.get(name) ?? 0) + log)
    },
  })
  return { rows, outside, guide }
}

const cut = (answer: Answer, copies: number, particle: number): Answer => {
  if ((answer.plates[0]?.repeats ?? 1) === 1) return answer
  const size = answer.numbers.length / copies
  return { ...answer, numbers: answer.numbers.slice(particle * size, (particle + 1) * size) }
}

const isTiled = (run: Run): boolean =>
  [...run.answers.values()].some(({ plates }) => (plates[0]?.repeats ?? 1) > 1)

/** The draws of the particles of one step: from one run over copies of the rows, or from a run for each. */
export const particlesOf = (
  runs: readonly Run[],
  particles: number,
): { answers: Answers; rows: Run["rows"]; draw: Draw }[] => {
  const merged = runs.flatMap((run, i) => {
    if (run.whose !== "model") return []
    const guide = runs
      .slice(0, i)
      .reverse()
      .find((other) => other.whose === "guide")!
    return [
      {
        tiled: isTiled(run) || isTiled(guide),
        answers: new Map([...guide.answers, ...run.answers]),
        rows: run.rows,
      },
    ]
  })
  return Array.from({ length: particles }, (_, particle) => {
    const { tiled, answers, rows } = merged[0]!.tiled ? merged[0]! : merged[particle]!
    if (!tiled) return { answers, rows, draw: drawOf(answers, rows) }
    const own = new Map([...answers].map(([name, answer]) => [name, cut(answer, particles, particle)]))
    const seen = new Map([...rows].map(([name, all]) => [name, all.slice(0, all.length / particles)]))
    return { answers: own, rows: seen, draw: drawOf(own, seen) }
  })
}

const rowsIn = (answer: Answer): number => answer.plates.reduce((n, plate) => n * plate.count, 1)

/** The values of an exactly summed site, each an event. */
const valuesOf = (answer: Answer): number[][] => {
  const count = answer.shape[0]!
  const width = answer.numbers.length / count
  return Array.from({ length: count }, (_, k) => answer.numbers.slice(k * width, (k + 1) * width))
}

/** A draw that was made for every value of a summed site: its numbers where that site took `chosen`. */
const pickedBy = (answer: Answer, count: number, chosen: readonly number[]): Answer => {
  const size = answer.numbers.length / count
  const rows = rowsIn(answer)
  const width = size / rows
  const of = (row: number): number => (chosen.length === 1 ? chosen[0]! : chosen[row]!)
  const numbers = Array.from(
    { length: size },
    (_, i) => answer.numbers[of(Math.floor(i / width)) * size + i]!,
  )
  return { ...answer, numbers }
}

const combinations = (count: number, places: number): number[][] =>
  places === 0
    ? [[]]
    : combinations(count, places - 1).flatMap((rest) => Array.from({ length: count }, (_, k) => [...rest, k]))

const assign = (answers: Answers, exact: readonly string[]): Answers[] =>
  exact.reduce<Answers[]>(
    (so, name) => {
      const answer = answers.get(name)!
      const values = valuesOf(answer)
      return so.flatMap((before) =>
        combinations(values.length, rowsIn(answer)).map((chosen) => {
          const numbers = chosen.flatMap((k) => values[k]!)
          const after = new Map(before).set(name, { ...answer, numbers })
          for (const [other, drawn] of before) {
            const repeated = drawn.shape[0] === values.length && drawn.shape.length > drawn.plates.length
            if (
              !exact.includes(other) &&
              drawn.plates.length > 0 &&
              repeated &&
              drawn.numbers.length === values.length * rowsIn(drawn)
            )
              after.set(other, pickedBy(drawn, values.length, chosen))
          }
          return after
        }),
      )
    },
    [answers],
  )

/** The parts of a draw, averaged over all values of the exactly summed sites under the guide's own weights, by brute force. */
export const expectedParts = (
  one: Case,
  { answers, rows, draw }: { answers: Answers; rows: Run["rows"]; draw: Draw },
  exact: readonly string[],
): Parts => {
  if (exact.length === 0) return partsAt(one, draw)
  const all = assign(answers, exact).map((chosen) => {
    const parts = partsAt(one, drawOf(chosen, rows))
    return { parts, share: Math.exp(exact.reduce((log, name) => log + parts.guide.get(name)!, 0)) }
  })
  const mean = (of: (parts: Parts) => { data: number; divergence: number }) => ({
    data: all.reduce((sum, { parts, share }) => sum + share * of(parts).data, 0),
    divergence: all.reduce((sum, { parts, share }) => sum + share * of(parts).divergence, 0),
  })
  return {
    rows: all[0]!.parts.rows.map((_, row) => mean((parts) => parts.rows[row]!)),
    outside: mean((parts) => parts.outside),
    guide: new Map(),
  }
}
