/** Values that handlers are given. Next: `plates.ts`. */
import {
  block,
  condition,
  gamma,
  intervene,
  logJoint,
  marginalize,
  model,
  normal,
  observe,
  type Program,
  param,
  positive,
  sample,
  substitute,
  trace,
} from "latently"
import type { Mistake } from "../mistake.js"

const one = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
})

const rate = model(function* () {
  yield* sample("rate", gamma(2, 1))
})

const untyped = (handler: unknown) => handler as (program: Program<any>, ...given: unknown[]) => Program<any>

export const given: readonly Mistake[] = [
  {
    name: "a latent conditioned on NaN",
    code: "nan-data",
    texts: ["NaN"],
    site: "z",
    run: () => trace(condition(one, { z: Number.NaN }), []),
  },
  {
    name: "a latent conditioned outside its support",
    code: "outside-support",
    texts: ["-1 (row 0)", "[0, ∞)"],
    site: "rate",
    run: () => trace(condition(rate, { rate: -1 }), []),
  },
  {
    name: "a latent conditioned on another shape",
    code: "value-shape",
    texts: ["[2]", "shape []"],
    site: "z",
    run: () => trace(condition(one, { z: [1, 2] }), []),
  },
  {
    name: "data conditioned again",
    code: "unknown-site",
    texts: ["condition names 'x'", "no such latent"],
    run: () => trace(untyped(condition)(one, { x: 1 }), []),
  },
  {
    name: "a latent set outside its support",
    code: "outside-support",
    texts: ["-1"],
    site: "rate",
    run: () => trace(intervene(rate, { rate: -1 }), []),
  },
  {
    name: "a latent set to NaN",
    code: "nan-data",
    texts: ["NaN"],
    site: "z",
    run: () => trace(intervene(one, { z: Number.NaN }), []),
  },
  {
    name: "a latent set to another shape",
    code: "value-shape",
    texts: ["the value set for it has shape [2]"],
    site: "z",
    run: () => trace(intervene(one, { z: [1, 2] }), []),
  },
  {
    name: "a latent set that is not there",
    code: "unknown-site",
    texts: ["intervene names 'w'"],
    run: () => trace(intervene(one, { w: 1 }), []),
  },
  {
    name: "a site hidden that is not there",
    code: "unknown-site",
    texts: ["block names 'w'"],
    run: () => trace(block(one, "w"), []),
  },
  {
    name: "a latent summed out that is not there",
    code: "unknown-site",
    texts: ["marginalize names 'w'", "'a/z'"],
    run: () => trace(untyped(marginalize)(one, "w"), []),
  },
  {
    name: "a fixed value outside the support",
    code: "outside-support",
    texts: ["-1"],
    site: "rate",
    run: () => trace(substitute(rate, { rate: -1 }), []),
  },
  {
    name: "a fixed param that no distribution takes",
    code: "invalid-parameter",
    texts: ["'scale' must lie in (0, ∞), but is -1"],
    site: "x",
    run: () =>
      trace(
        substitute(
          model(function* () {
            const scale = yield* param("scale", 1, positive)
            yield* observe("x", normal(0, scale), 1)
          }),
          { scale: -1 },
        ),
        [],
      ),
  },
  {
    name: "a log-joint at NaN",
    code: "nan-data",
    texts: ["NaN"],
    site: "z",
    run: () => logJoint(one, [], { z: Number.NaN }),
  },
  {
    name: "a log-joint at a site that is not there",
    code: "unknown-site",
    texts: ["'w'"],
    run: () => logJoint(one, [], { z: 1, w: 2 }),
  },
]
