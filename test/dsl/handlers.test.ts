/** What each handler does to a program's log-joint, values and names. */
import {
  bernoulli,
  block,
  condition,
  deterministic,
  factor,
  fit,
  guide,
  intervene,
  logJoint,
  mask,
  mlp,
  model,
  normal,
  observe,
  param,
  plate,
  random,
  ready,
  sample,
  scale,
  scope,
  seed,
  substitute,
  type Tensor,
  tf,
  trace,
} from "latently"
import { beforeAll, describe, expect, it } from "vitest"

beforeAll(async () => {
  await ready()
})

const number = (tensor: Tensor): number => tensor.dataSync()[0]!
const logNormal = (x: number, loc = 0, sd = 1): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - 0.5 * ((x - loc) / sd) ** 2

const pair = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  const x = yield* sample("x", normal(z, 2))
  return x
})

describe("handlers", () => {
  it("condition: a latent becomes data, in role and in density", () => {
    const given = trace(condition(pair, { x: 3 }), [])
    expect(given.sites.x?.role).toBe("observed")
    const z = number(given.values.z)
    expect(number(given.logJoint)).toBeCloseTo(logNormal(z) + logNormal(3, z, 2), 5)
  })

  it("substitute: a latent keeps its role and its density, at the value given", () => {
    const fixed = trace(substitute(pair, { z: 0.5, x: 1 }), [])
    expect(fixed.sites.z?.role).toBe("latent")
    expect(number(fixed.logJoint)).toBeCloseTo(logNormal(0.5) + logNormal(1, 0.5, 2), 5)
    expect(number(fixed.result)).toBe(1)
  })

  it("intervene: what follows sees the value, and the site's own density is gone", () => {
    const done = trace(substitute(intervene(pair, { z: 5 }), { x: 4 }), [])
    expect(done.sites.z?.role).toBe("deterministic")
    expect(number(done.logJoint)).toBeCloseTo(logNormal(4, 5, 2), 5)
  })

  it("scale and mask: every log-density multiplied, or counted only where true", () => {
    const values = { z: 0.5, x: 1 }
    expect(number(logJoint(scale(pair, 3), [], values))).toBeCloseTo(
      3 * (logNormal(0.5) + logNormal(1, 0.5, 2)),
      4,
    )
    const rows = model(function* () {
      yield* plate("rows", 3, function* () {
        yield* observe("x", normal(0, 1), [1, 2, 3])
      })
    })
    expect(number(trace(mask(rows, [1, 0, 1]), []).logJoint)).toBeCloseTo(logNormal(1) + logNormal(3), 5)
  })

  it("block: a site is drawn and neither listed nor counted", () => {
    const hidden = trace(substitute(block(pair, "z"), { x: 1 }), [])
    expect(Object.keys(hidden.sites)).toEqual(["x"])
    expect(number(hidden.logJoint)).toBeLessThan(logNormal(0, 0, 2) + 1e-6)
  })

  it("seed: the draws of a program, whatever runs it", () => {
    const seeded = seed(pair, 7)
    expect(number(trace(seeded, [], { seed: 1 }).values.z)).toBe(
      number(trace(seeded, [], { seed: 2 }).values.z),
    )
    expect(number(trace(pair, [], { seed: 1 }).values.z)).not.toBe(
      number(trace(pair, [], { seed: 2 }).values.z),
    )
  })

  it("scope: names get a prefix, nested ones two, plates keep theirs", () => {
    const inner = function* () {
      const net = yield* scope("net", mlp([1, 2]))
      yield* plate("rows", 2, function* () {
        yield* sample("z", normal(0, 1))
      })
      return net
    }
    const outer = model(function* () {
      yield* scope("part", inner())
    })
    const { sites } = trace(outer, [])
    expect(Object.keys(sites)).toEqual(["part/net/layer0/weights", "part/net/layer0/bias", "part/z"])
    expect(sites["part/z"]?.plates).toEqual(["rows"])
  })

  it("compose in any order", () => {
    const both = scale(condition(pair, { x: 1 }), 2)
    const other = condition(scale(pair, 2), { x: 1 })
    expect(number(trace(both, []).logJoint)).toBeCloseTo(number(trace(other, []).logJoint), 5)
  })
})

describe("sites", () => {
  it("factor adds to the log-joint, deterministic does not", () => {
    const program = model(function* () {
      yield* factor("bonus", 2.5)
      yield* deterministic("twice", tf.scalar(2))
    })
    const { logJoint: total, values } = trace(program, [])
    expect(number(total)).toBeCloseTo(2.5, 6)
    expect(number(values.twice)).toBe(2)
  })

  it("without names are numbered in order", () => {
    const program = model(function* () {
      yield sample(normal(0, 1))
      yield sample(bernoulli({ probs: 0.5 }))
    })
    expect(Object.keys(trace(program, []).sites)).toEqual(["$0", "$1"])
  })

  it("random: the same draw by the same name in model and guide, and no density", async () => {
    const seen: { model: number[]; guide: number[] } = { model: [], guide: [] }
    const program = model(function* () {
      const noise = yield* random("noise", normal(0, 1))
      seen.model.push(number(noise))
      const z = yield* sample("z", normal(0, 1))
      yield* observe("x", normal(z, 1), noise)
    })
    const q = guide(program, function* () {
      const noise = yield* random("noise", normal(0, 1))
      seen.guide.push(number(noise))
      const loc = yield* param("loc", 0)
      yield* sample("z", normal(tf.add(loc, noise), 1))
    })
    await fit(program, q, [], { steps: 5, compile: false })
    expect(seen.model).toEqual(seen.guide)
    expect(new Set(seen.model).size).toBeGreaterThan(4)
  })
})

describe("plates", () => {
  it("nested ones put the outer axis first, and a record's tensors are taken together", () => {
    const program = model(function* (x: { mean: tf.Tensor1D; value: tf.Tensor2D }) {
      yield* plate("groups", x, function* (group) {
        const loc = yield* sample("loc", normal(group.mean, 1))
        yield* plate(
          "members",
          group.value,
          function* (value) {
            yield* observe("x", normal(tf.expandDims(loc, -1), 1), value)
          },
          { axis: 1 },
        )
      })
    })
    const data = { mean: tf.tensor1d([0, 10]), value: tf.zeros([2, 3]) as tf.Tensor2D }
    const { sites } = trace(program, [data])
    expect(sites.loc?.logProb?.shape).toEqual([2])
    expect(sites.x?.logProb?.shape).toEqual([2, 3])
    expect(String(trace(program, [data])).split("\n")[2]).toMatch(
      /^x +observed +normal +\[2, 3\] +groups\/members$/,
    )
  })

  it("of a number give the indices of their rows", () => {
    const program = model(function* () {
      yield* plate("rows", 4, function* (indices) {
        yield* deterministic("indices", indices)
      })
    })
    expect([...trace(program, []).values.indices.dataSync()]).toEqual([0, 1, 2, 3])
  })
})
