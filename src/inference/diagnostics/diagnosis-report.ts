/** A diagnosis in words: the ELBO by site, the weights, the units, the signal, and last the alarms with what to do. */
import { kHatLimit } from "./alarms.js"
import type { Diagnosis } from "./diagnose.js"

type Told = Omit<Diagnosis, "toString">
type Line = readonly [heading: string, text: string]

const number = (value: number): string => value.toFixed(Math.abs(value) < 100 ? 3 : 1)

const listed = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([site, value]) => `${site} ${number(value)}`)
    .join(", ")

const sum = (heading: string, record: Readonly<Record<string, number>>): Line[] =>
  Object.keys(record).length === 0 ? [] : [[heading, `${listed(record)} nats`]]

const highest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
const lowest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

const verdict = (kHat: number, draws: number): string => {
  if (kHat <= 0.5) return "good"
  return kHat <= kHatLimit(draws) ? "usable" : `above ${kHatLimit(draws).toFixed(2)}, not to be trusted`
}

const weights = ({ kHats, effectiveDraws, draws, divergence }: Told): Line[] => {
  const kHat = highest(kHats)
  if (kHats.length === 0)
    return Object.keys(divergence).length === 0 ? [] : [["weights", "none: the guide is a point"]]
  if (kHat === Number.NEGATIVE_INFINITY)
    return [["weights", "all equal: the guide is the posterior, to float32"]]
  const bad = kHats.filter((each) => each > kHatLimit(draws)).length
  const worst = kHats.length === 1 ? "" : `; the worst of ${kHats.length} rows, ${bad} of them too high`
  return [
    [
      "weights",
      `k-hat ${kHat.toFixed(2)} (${verdict(kHat, draws)}), effective draws ${lowest(effectiveDraws).toFixed(0)} of ${draws}${worst}`,
    ],
  ]
}

const units = ({ activeUnits }: Told): Line[] => {
  const texts = Object.entries(activeUnits).map(
    ([site, { active, units: all }]) => `${site} ${active} of ${all}`,
  )
  return texts.length === 0 ? [] : [["active units", texts.join(", ")]]
}

const shownParams = 4

const ratios = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([name, ratio]) => `${name} ${ratio.toPrecision(2)}`).join(", ")

const signal = ({ signalToNoise }: Told): Line[] => {
  const noisy = Object.entries(signalToNoise).filter(([, ratio]) => Number.isFinite(ratio))
  if (noisy.length === 0) return Object.keys(signalToNoise).length === 0 ? [] : [["gradient", "has no noise"]]
  const sorted = noisy.toSorted(([, a], [, b]) => a - b)
  const shown =
    noisy.length <= shownParams
      ? ratios(noisy)
      : `${ratios(sorted.slice(0, shownParams - 1))}, …, ${ratios(sorted.slice(-1))}`
  return [["gradient", `signal to noise (0 at an optimum) ${shown}`]]
}

const error = (value: number): string => (value < 100 ? value.toPrecision(2) : value.toFixed(0))

const bound = ({ elbo, standardError, kHats, rows, draws }: Told): Line => {
  const seen =
    kHats.length > 0 && kHats.length < rows ? `, rows ${kHats.length} of ${rows} (scaled to all)` : ""
  return ["ELBO", `${number(elbo)} ± ${error(standardError)} nats at these params; draws ${draws}${seen}`]
}

const alarms = ({ alarms }: Told): Line[] =>
  alarms.length === 0
    ? [["alarms", "none"]]
    : alarms.flatMap(({ code, text, advice }): Line[] => [
        ["ALARM", `${code}: ${text}`],
        ["", `→ ${advice}`],
      ])

/** The whole report, a line a figure. */
export const diagnosisReport = (diagnosis: Told): string => {
  const lines: Line[] = [
    bound(diagnosis),
    ...sum("likelihood", diagnosis.likelihood),
    ...sum("divergence", diagnosis.divergence),
    ...weights(diagnosis),
    ...units(diagnosis),
    ...signal(diagnosis),
    ...alarms(diagnosis),
  ]
  const width = Math.max(...lines.map(([heading]) => heading.length))
  return ["diagnosis:", ...lines.map(([heading, text]) => `  ${heading.padEnd(width)}  ${text}`)].join("\n")
}
