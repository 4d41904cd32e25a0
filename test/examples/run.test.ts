/** Every example as a user runs it, in few steps: what it prints, and what does not depend on the steps. */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("../../", import.meta.url))

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latently-examples-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ran {
  readonly status: number | null
  readonly out: string
  readonly error: string
}

/** Runs a command of the repository with every fit cut to `steps`. */
const run = (steps: number, ...command: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { ...process.env, LATENTLY_EXAMPLE_STEPS: String(steps), LATENTLY_QUIET: "1" }
    const child = spawn(process.execPath, [...command], { cwd: folder, env })
    const parts = { out: "", error: "" }
    child.stdout.on("data", (text) => {
      parts.out += text
    })
    child.stderr.on("data", (text) => {
      parts.error += text
    })
    child.on("close", (status) => resolve({ status, ...parts }))
  })

const example = (name: string, steps: number): Promise<Ran> =>
  run(steps, join(root, "scripts/example.mjs"), name, `${name}.svg`)

const picture = (name: string): string => readFileSync(join(folder, `${name}.svg`), "utf8")

/** The numbers of the table's row that begins with `label`. */
const row = (out: string, label: string): number[] => {
  const line = out.split("\n").find((text) => text.startsWith(label))
  return [...(line ?? "").slice(label.length).matchAll(/-?\d+\.\d+/g)].map(Number)
}

const limit = 120_000

describe("npm run example", () => {
  it("lists what there is where no name or a wrong one is given", async () => {
    for (const name of [[], ["no-such"]]) {
      const { status, error } = await run(1, join(root, "scripts/example.mjs"), ...name)
      expect(status).toBe(1)
      for (const known of ["first-model", "custom-latent-model", "gaussian-mixture", "ppca", "vae"])
        expect(error).toMatch(new RegExp(`^  ${known} +\\w.*\\?$`, "m"))
    }
    expect((await run(1, join(root, "scripts/example.mjs"), "no-such")).error).toContain(
      "no example 'no-such'",
    )
  })

  it(
    "first-model",
    async () => {
      const { status, out } = await example("first-model", 600)
      expect(status).toBe(0)
      expect(out).toContain(
        "p  pathwise  beta draws are differentiable in their parameters; KL in closed form",
      )
      expect(row(out, "heads, a")[1]).toBe(8)
      // a + b is told apart by little: 600 steps get the mean, and a bound within three standard errors of 200 draws
      expect(Math.abs(row(out, "mean of p")[0]! - 2 / 3)).toBeLessThan(0.02)
      expect(Math.abs(row(out, "log evidence (nats)")[0]! + 5.394)).toBeLessThan(0.16)
      expect(picture("first-model")).toMatch(/^<svg/)
    },
    limit,
  )

  it(
    "custom-latent-model",
    async () => {
      const { status, out } = await example("custom-latent-model", 1500)
      expect(status).toBe(0)
      expect(out).toMatch(/wrong +exact +2 values, summed over exactly/)
      const [slope, , , bound] = row(out, "the rows' latents summed out")
      expect(Math.abs(slope! - 1.087)).toBeLessThan(0.05)
      expect(Math.abs(bound! + 42.5)).toBeLessThan(1)
      expect(row(out, "a probability for every row")[3]).toBeLessThan(bound!)
      for (const year of [1964, 1965, 1966, 1967, 1968, 1969])
        expect(out).toMatch(new RegExp(`wrong rows: .*${year}`))
      expect(picture("custom-latent-model")).toMatch(/^<svg/)
    },
    limit,
  )

  it(
    "gaussian-mixture",
    async () => {
      const { status, out } = await example("gaussian-mixture", 300)
      expect(status).toBe(0)
      expect(row(out, "exact EM").slice(0, 2)).toEqual([-1130.264, 0])
      const [variational] = row(out, "variational EM, exact sum")
      expect(Math.abs(variational! + 1130.264)).toBeLessThan(1e-2)
      const [bound, gap, likelihood] = row(out, "amortized guide")
      expect(bound).toBeLessThan(likelihood!)
      expect(gap).toBeCloseTo(-1130.264 - bound!, 3)
      expect(picture("gaussian-mixture")).toMatch(/exact EM.*amortized guide/s)
    },
    limit,
  )

  it(
    "ppca",
    async () => {
      const { status, out } = await example("ppca", 1200)
      expect(status).toBe(0)
      expect(row(out, "closed form")[0]).toBe(-2.699752)
      expect(row(out, "EM")[0]).toBe(-2.699752)
      expect(Math.abs(row(out, "linear guide")[0]! + 2.699752)).toBeLessThan(0.01)
      expect(picture("ppca")).toMatch(/setosa/)
    },
    limit,
  )

  it(
    "vae",
    async () => {
      const { status, out } = await example("vae", 60)
      expect(status).toBe(0)
      for (const part of ["train", "test"]) {
        const [elbo, recon, kl] = row(out, part)
        // the decoder's biases alone reach the pixels' own frequencies, about -206 nats, within an epoch's tenth
        expect(elbo).toBeGreaterThan(-230)
        expect(elbo).toBeCloseTo(recon! - kl!, 1)
      }
      expect(picture("vae")).toContain("data:image/png;base64,")
    },
    limit,
  )

  it(
    "sigmoid-belief-net",
    async () => {
      const { status, out } = await example("sigmoid-belief-net", 60)
      expect(status).toBe(0)
      expect(out).toMatch(
        /8 of 100 elements of a row each step, each summed over its 2 values given the others/,
      )
      // 60 steps of Adam bring a linear decoder most of the way from 784 log 2 = 543 nats to the pixels' frequencies
      for (const name of ["learned baseline  ", "REBAR  ", "exact sums of 8  "])
        expect(row(out, name)[0]).toBeGreaterThan(-280)
      expect(picture("sigmoid-belief-net")).toMatch(/learned baseline.*exact sums of 8/s)
    },
    limit,
  )
})

describe("npm start", () => {
  it(
    "prints one table and writes one page that loads nothing",
    async () => {
      const tsx = join(root, "node_modules/tsx/dist/cli.mjs")
      const { status, out, error } = await run(
        30,
        tsx,
        "--tsconfig",
        join(root, "tsconfig.json"),
        join(root, "scripts/start.ts"),
      )
      expect(status).toBe(0)
      expect(out).toMatch(/Old Faithful, 2 Gaussians +exact EM +-1130\.2640/)
      expect(out).toMatch(/Iris, PPCA, 2 latents +closed form +-404\.9628/)
      expect(out).toMatch(/MNIST, VAE, 50 latents \(an image\) +train, 30 steps/)
      expect(out).toContain(`Pictures: ${join(folder, "report.html")}`)
      expect(error).toMatch(/vae, 2 latents/)
      const page = readFileSync(join(folder, "report.html"), "utf8")
      for (const heading of [
        "What was found",
        "A mixture of two Gaussians",
        "Probabilistic PCA",
        "autoencoder on MNIST",
        "Two latents",
      ])
        expect(page).toContain(heading)
      expect(page.match(/<figure/g)).toHaveLength(9)
      expect(page).toContain("prefers-color-scheme:dark")
      // names of XML dialects are no addresses that a browser visits
      const visited = page
        .replaceAll(/xmlns(:\w+)?="[^"]*"/g, "")
        .match(/(src|href)="(?!data:|#)[^"]*"|url\(http/g)
      expect(visited).toBeNull()
    },
    2 * limit,
  )
})
