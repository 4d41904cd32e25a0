/** A fit saved and resumed is the unbroken fit, byte for byte; a damaged or foreign file is refused by name. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  bernoulli,
  type Fit,
  fit,
  fromBytes,
  guide,
  load,
  model,
  normal,
  observe,
  param,
  plate,
  sample,
  save,
  sgd,
  type Tensor,
  tf,
  toBytes,
} from "latently"
import { afterAll, describe, expect, it } from "vitest"
import { backends, useBackend } from "../backends.js"

const folder = mkdtempSync(join(tmpdir(), "latently-checkpoint-"))
afterAll(() => rmSync(folder, { recursive: true }))

const program = model(function* (x: tf.Tensor1D) {
  const shift = yield* param("shift", 0.1)
  yield* plate("rows", x, function* (row) {
    const z = yield* sample("z", bernoulli({ probs: 0.3 }))
    yield* observe("x", normal(tf.add(z, shift), 1), row)
  })
})
const belief = guide(program, function* (x) {
  const slope = yield* param("slope", 0.2)
  yield* plate("rows", x, function* (row) {
    yield* sample("z", bernoulli({ logits: tf.mul(slope, row) }), { gradient: "score" })
  })
})
const options = { batch: 3, seed: 5 }
const data = (): tf.Tensor1D => tf.tensor1d([0.2, 1.4, -0.5, 2.2, 0.9, 1.1, -1])
const bytes = (fitted: Fit<any>): number[] =>
  Object.values(fitted.params as Record<string, Tensor>).flatMap((value) => [
    ...new Uint8Array(value.dataSync().buffer),
  ])

for (const name of backends)
  describe(name, () => {
    useBackend(name)
    it("resumes as if it had not stopped: optimizer, running baseline, rows and draws", async () => {
      const whole = await fit(program, belief, [data()], { ...options, steps: 20 })
      const half = await fit(program, belief, [data()], { ...options, steps: 9 })
      const path = join(folder, `${name}.latently`)
      await save(half, path)
      const saved = await load(path, program, belief)
      expect(saved.steps).toBe(9)
      const rest = await saved.resume([data()], { steps: 11 })
      expect(rest.losses).toEqual(whole.losses)
      expect(bytes(rest)).toEqual(bytes(whole))
    })
  })

describe("files", () => {
  useBackend("cpu")
  const fitted = (): Promise<Fit<any>> => fit(program, belief, [data()], { ...options, steps: 3 })

  it("are replaced whole, and nothing is left beside them", async () => {
    const path = join(folder, "again.latently")
    for (let i = 0; i < 5; i++) await save(await fitted(), path)
    expect(readdirSync(folder).filter((file) => file.includes(".part"))).toEqual([])
    await expect(save(await fitted(), join(folder, "no-such-folder", "x"))).rejects.toThrow("ENOENT")
    await expect(load(path, program, belief)).resolves.toMatchObject({ steps: 3 })
  })

  it("are refused when cut short, changed or foreign: 110 of 110", async () => {
    const whole = await toBytes(await fitted())
    const attempts: Uint8Array[] = []
    for (let i = 0; i < 50; i++) attempts.push(whole.slice(0, Math.floor((i * whole.length) / 50)))
    for (let i = 0; i < 50; i++) {
      const changed = whole.slice()
      const at = Math.floor(((i + 0.5) * whole.length) / 50)
      changed[at]! ^= 1 << (i % 8)
      attempts.push(changed)
    }
    for (let i = 0; i < 10; i++) attempts.push(new TextEncoder().encode("{}".repeat(i * 40)))
    for (const attempt of attempts)
      await expect(fromBytes(attempt, program, belief)).rejects.toMatchObject({
        code: expect.stringMatching(/^(damaged|foreign)-checkpoint$/),
      })
  })

  it("of other programs are refused by the param that differs", async () => {
    const other = guide(program, function* (x) {
      const gradient = yield* param("gradient", 0.2)
      yield* plate("rows", x, function* (row) {
        yield* sample("z", bernoulli({ logits: tf.mul(gradient, row) }))
      })
    })
    const saved = await fromBytes(await toBytes(await fitted()), program, other)
    await expect(saved.resume([data()])).rejects.toThrow(
      "it has no param 'gradient'; its param 'slope' is not in these",
    )
  })

  it("ask for an optimizer of one's own again", async () => {
    const own = await fit(program, belief, [data()], { steps: 2, optimizer: sgd(0.01) })
    const saved = await fromBytes(await toBytes(own), program, belief)
    await expect(saved.resume([data()], { steps: 1 })).rejects.toThrow("an optimizer of its own, sgd")
    await expect(saved.resume([data()], { steps: 1, optimizer: sgd(0.01) })).resolves.toMatchObject({
      steps: 3,
    })
  })

  it("load across backends", async () => {
    const path = join(folder, "across.latently")
    await save(await fitted(), path)
    await writeFile(path, await readFile(path))
    const { params } = await load(path, program, belief)
    expect(params.slope.dataSync()[0]).not.toBe(0.2)
  })
})
