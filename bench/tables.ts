/**
 * The bench's results as Markdown: one table of everything for `bench/README.md`, a short one for the README. Next: `run.ts`,
 * which writes them.
 */
import type { Measured, Result, Spread } from "./contest.js"
import type { Machine } from "./machine.js"

/** A result as it lies in `results/`, with the machine it was measured on. */
export type Saved = Result & { readonly machine: Machine; readonly agreement?: string }

const number = (value: number): string => {
  if (!Number.isFinite(value)) return "-"
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en")
  return Number(value.toPrecision(3)).toString()
}

const spread = ({ median, low, high }: Spread): string => `${number(median)} [${number(low)}-${number(high)}]`

const ratio = (ours: Spread): string =>
  `${ours.median.toFixed(2)} [${ours.low.toFixed(2)}-${ours.high.toFixed(2)}]`

const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const modeNames: Readonly<Record<string, string>> = { call: "one call a step", loop: "in the loop" }

const nameOf = (mode: string, { unit }: Result): string =>
  unit === "ms a step" ? (modeNames[mode] ?? mode) : unit === "" ? mode : ""

const peersOf = (measured: readonly Measured[]): readonly (Measured | undefined)[] =>
  measured.length > 1 ? measured.slice(1) : [undefined]

const fullLines = (result: Saved): string[][] =>
  Object.entries(result.modes).flatMap(([mode, measured]) =>
    peersOf(measured).map((peer) => [
      result.title,
      nameOf(mode, result),
      spread(measured[0]!),
      peer === undefined ? Object.keys(result.missing).join(", ") : peer.side,
      peer === undefined ? "not asked" : spread(peer),
      peer?.ours === undefined ? "-" : ratio(peer.ours),
      result.agreement ?? "-",
    ]),
  )

/** The machines, each with every peer that some row was measured against on it. */
const machinesOf = (results: readonly Saved[]): string[] => {
  const peersOn = new Map<string, Machine["peers"]>()
  for (const { machine } of results) {
    const { processor, cores, memoryGiB, node, tensorflow, peers } = machine
    const own = `${processor}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, TensorFlow ${tensorflow ?? "none"}`
    peersOn.set(own, { ...peersOn.get(own), ...peers })
  }
  const list = (versions: Readonly<Record<string, string>>): string =>
    Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(", ")
  return [...peersOn].map(
    ([own, peers]) => `${own}; peers: ${Object.values(peers).map(list).join("; ") || "none"}`,
  )
}

const days = (results: readonly Saved[]): string =>
  [...new Set(results.map(({ when }) => when.slice(0, 10)))].join(", ")

/** Whether other work took more than a tenth of a core in a typical block. */
const wasBusy = (results: readonly Saved[]): string => {
  const others = results
    .flatMap(({ modes }) => Object.values(modes).flat())
    .flatMap(({ others }) => (others === undefined ? [] : [others]))
    .sort((a, b) => a - b)
  const typical = others[others.length >> 1] ?? 0
  return typical > 0.1
    ? `Other work took ${typical.toFixed(1)} cores at the median: read ratios, not times.`
    : `The machine was quiet (other work: ${typical.toFixed(2)} cores at the median).`
}

/** Everything measured: a line a row, mode and peer. */
export const fullTables = (results: readonly Saved[]): string =>
  [
    `Measured ${days(results)} on: ${machinesOf(results).join(". And on: ")}.`,
    wasBusy(results),
    table(
      ["row", "mode", "latently [range]", "peer", "peer [range]", "ours / peer [range]", "same work"],
      results.flatMap(fullLines),
    ),
  ].join("\n\n")

const shortLines = (result: Saved): string[][] =>
  Object.entries(result.modes).flatMap(([mode, measured]) =>
    measured
      .slice(1)
      .map((peer) => [
        result.unit === "ms a step"
          ? `${result.title}, ${nameOf(mode, result)}`
          : [result.title, nameOf(mode, result)].filter(Boolean).join(": "),
        number(measured[0]!.median),
        `${number(peer.median)} (${peer.side})`,
        peer.ours!.median.toFixed(2),
      ]),
  )

/** The README's table: medians and ratios of the rows that have a peer, growth left out. */
export const shortTable = (results: readonly Saved[]): string => {
  const shown = results.filter(({ id }) => !id.startsWith("rows-") && !id.startsWith("width-"))
  return table(["ms a step unless said", "latently", "peer", "ours / peer"], shown.flatMap(shortLines))
}

/** `text` with what stands between the markers replaced; undefined where it has no such markers. */
export const between = (text: string, name: string, content: string): string | undefined => {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) return undefined
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}
