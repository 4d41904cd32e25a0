/** A diagnosis in words: the ELBO by site, the weights, the units, the signal, and the alarms first. */
import type { Diagnosis } from "./diagnose.js"

const number = (value: number): string => value.toFixed(Math.abs(value) < 100 ? 3 : 1)

const parts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .map(([site, value]) => `${site} ${number(value)}`)
    .join(", ")

const highest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
const lowest = (values: readonly number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)

const shape = (kHat: number): string =>
  kHat === Number.NEGATIVE_INFINITY ? "none (all weights equal)" : kHat.toFixed(2)

const weights = ({ kHats, effectiveDraws, draws }: Diagnosis): string =>
  `weights: k-hat ${shape(highest(kHats))}, effective draws ${lowest(effectiveDraws).toFixed(0)} of ${draws}${kHats.length > 1 ? `, the worst of ${kHats.length} rows` : ""}`

const units = ({ activeUnits }: Diagnosis): string[] => {
  const texts = Object.entries(activeUnits).map(
    ([site, { active, units: all }]) => `${site} ${active} of ${all}`,
  )
  return texts.length === 0 ? [] : [`active units: ${texts.join(", ")}`]
}

const signal = ({ signalToNoise }: Diagnosis): string[] => {
  const texts = Object.entries(signalToNoise)
    .sort(([, a], [, b]) => a - b)
    .slice(0, 6)
    .map(([name, ratio]) => `${name} ${Number.isFinite(ratio) ? ratio.toPrecision(2) : "no noise"}`)
  return texts.length === 0 ? [] : [`gradient signal to noise, lowest first: ${texts.join(", ")}`]
}

/** The whole report. */
export const diagnosisReport = (diagnosis: Omit<Diagnosis, "toString">): string => {
  const { alarms, likelihood, divergence, elbo, status, reason } = diagnosis
  return [
    ...alarms.map(({ code, text }) => `ALARM ${code}: ${text}`),
    ...(status === undefined ? [] : [`${status}: ${reason}`]),
    `ELBO ${number(elbo)} = likelihood (${parts(likelihood)}) - divergence (${parts(divergence)})`,
    weights(diagnosis as Diagnosis),
    ...units(diagnosis as Diagnosis),
    ...signal(diagnosis as Diagnosis),
  ].join("\n")
}
