/**
 * Every estimator on every family in every structure: unbiased by z-scores against exact expectations. 9,000 equal rows make
 * one gradient 9,000 draws, so that standard errors are 1 % and less, 2 % where only batches are seen. A |z| of 4.5 comes by chance once in 150,000 numbers;
 * seeds are fixed.
 */
import { setBackend } from "latently"
import { beforeAll, describe, expect, it } from "vitest"
import { checkGradient } from "../../src/inference/proof/check-gradient.js"
import { useBackend } from "../backends.js"
import { programsOf, type Structure, structures } from "./families-program.js"

const rows = 9000
const few = 30

/** The exact gradient of a structure by param, from a few rows: equal rows count alike. */
const exactGradient = (structure: Structure): Record<string, number[]> => {
  const { model, guide, args } = programsOf(structure, "score", few)
  const { parameters, reference } = checkGradient(model, guide, args, { draws: 2, varianceDraws: 0 })
  expect(reference).toContain("exact quadrature")
  return Object.fromEntries(parameters.map(({ name, exact }) => [name, [(exact * rows) / few]]))
}

const configurations = [
  { name: "exact sum", estimator: "exact", particles: 1, draws: 2 },
  { name: "pathwise", estimator: "pathwise", particles: 1, draws: 24 },
  { name: "score function, running baseline", estimator: "score", particles: 1, draws: 40 },
  { name: "score function, leave-one-out", estimator: "score", particles: 3, draws: 16 },
] as const

for (const structure of structures)
  describe(structure, () => {
    let reference: Record<string, number[]> = {}
    beforeAll(async () => {
      await setBackend("cpu")
      reference = exactGradient(structure)
    })
    describe("on tensorflow", () => {
      useBackend("tensorflow")
      it.each(configurations)("$name is unbiased to 1 %", ({ estimator, particles, draws }) => {
        const { model, guide, args } = programsOf(structure, estimator, rows)
        // where rows are masked fewer count, so more draws are needed for the same standard error
        const check = checkGradient(model, guide, args, {
          draws: structure === "masked" ? 3 * draws : draws,
          particles,
          reference,
          varianceDraws: 0,
          ...(structure === "subsampled" ? { batch: 2500 } : {}),
        })
        expect(check.parameters.filter(({ z }) => !(Math.abs(z) < 4.5))).toEqual([])
        const family = ({ name }: { name: string }): string => name.split("-")[0]!
        for (const parameter of check.parameters) {
          const size = Math.max(
            ...check.parameters.filter((p) => family(p) === family(parameter)).map((p) => Math.abs(p.exact)),
          )
          expect(parameter.standardError / size, parameter.name).toBeLessThan(
            structure === "subsampled" ? 0.02 : 0.01,
          )
        }
      })
    })
  })
