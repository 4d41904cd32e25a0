/**
 * The families of real numbers on the page, in its order, each with parameters to plot. A new family adds its line here, or
 * to `structured-examples.ts`.
 */
import * as d from "../../src/distributions/index.js"

/** Parameters by name, as numbers and arrays. */
export type Given = Readonly<Record<string, any>>

/** One family on the page: its factory by parameters, the sets to show, and the range to plot a family of numbers over. */
export interface Example {
  readonly name: string
  readonly make: (given: any) => d.Distribution
  readonly sets: readonly [Given, ...Given[]]
  readonly range?: readonly [low: number, high: number]
  /** The file of the factory, where it is not the name in kebab case. */
  readonly file?: string
}

const locations = [
  { loc: 0, scale: 1 },
  { loc: 0, scale: 0.5 },
  { loc: 1.5, scale: 1.5 },
] as const

const scales = [{ scale: 1 }, { scale: 0.5 }, { scale: 2 }] as const

const shares = [
  { concentration1: 2, concentration0: 5 },
  { concentration1: 0.5, concentration0: 0.5 },
  { concentration1: 5, concentration0: 1 },
] as const

/** Families of real and positive numbers. */
export const numbers: readonly Example[] = [
  { name: "normal", make: d.normal, sets: locations, range: [-4, 5] },
  {
    name: "studentT",
    make: d.studentT,
    sets: [
      { df: 2, loc: 0, scale: 1 },
      { df: 30, loc: 0, scale: 1 },
    ],
    range: [-5, 5],
  },
  { name: "cauchy", make: d.cauchy, sets: locations, range: [-5, 6] },
  { name: "laplace", make: d.laplace, sets: locations, range: [-4, 5] },
  { name: "logistic", make: d.logistic, sets: locations, range: [-6, 7] },
  { name: "gumbel", make: d.gumbel, sets: locations, range: [-3, 7] },
  {
    name: "logNormal",
    make: d.logNormal,
    sets: [
      { loc: 0, scale: 0.25 },
      { loc: 0, scale: 1 },
      { loc: 0.5, scale: 0.5 },
    ],
    range: [0, 4],
  },
  { name: "halfNormal", make: d.halfNormal, sets: scales, range: [0, 5] },
  { name: "halfCauchy", make: d.halfCauchy, sets: scales, range: [0, 5] },
  {
    name: "exponential",
    make: d.exponential,
    sets: [{ rate: 1 }, { rate: 0.5 }, { rate: 2 }],
    range: [0, 5],
  },
  {
    name: "gamma",
    make: d.gamma,
    sets: [
      { concentration: 2, rate: 1 },
      { concentration: 0.7, rate: 1 },
      { concentration: 9, rate: 2 },
    ],
    range: [0, 8],
  },
  {
    name: "inverseGamma",
    make: d.inverseGamma,
    sets: [
      { concentration: 3, rate: 2 },
      { concentration: 1, rate: 1 },
    ],
    range: [0, 4],
  },
  { name: "chi2", make: d.chi2, sets: [{ df: 3 }, { df: 1 }, { df: 6 }], range: [0, 12] },
  {
    name: "weibull",
    make: d.weibull,
    sets: [
      { scale: 1, concentration: 1.5 },
      { scale: 1, concentration: 5 },
      { scale: 1, concentration: 0.7 },
    ],
    range: [0, 3],
  },
  {
    name: "pareto",
    make: d.pareto,
    sets: [
      { scale: 1, alpha: 3 },
      { scale: 1, alpha: 1 },
    ],
    range: [0.5, 5],
  },
]

/** Families of numbers between bounds. */
export const bounded: readonly Example[] = [
  {
    name: "uniform",
    make: d.uniform,
    sets: [
      { low: 0, high: 1 },
      { low: -1, high: 2 },
    ],
    range: [-1.5, 2.5],
  },
  { name: "beta", make: d.beta, sets: shares, range: [0, 1] },
  { name: "kumaraswamy", make: d.kumaraswamy, sets: shares, range: [0, 1] },
  {
    name: "truncatedNormal",
    make: d.truncatedNormal,
    sets: [
      { loc: 0, scale: 1, low: -1, high: 2 },
      { loc: 3, scale: 1, low: -1, high: 2 },
    ],
    range: [-1.5, 2.5],
  },
  {
    name: "continuousBernoulli",
    make: d.continuousBernoulli,
    sets: [{ logits: 2 }, { logits: -4 }, { logits: 0 }],
    range: [0, 1],
  },
  {
    name: "relaxedBernoulli",
    make: d.relaxedBernoulli,
    sets: [
      { temperature: 0.5, logits: 0.5 },
      { temperature: 1, logits: 1 },
      { temperature: 2, logits: 0 },
    ],
    range: [0, 1],
  },
  {
    name: "vonMises",
    make: d.vonMises,
    sets: [
      { loc: 0, concentration: 1 },
      { loc: 1, concentration: 6 },
    ],
    range: [-Math.PI + 1e-4, Math.PI - 1e-4],
  },
]
