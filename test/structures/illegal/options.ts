/** Options that are none, and programs that change from step to step. */
import {
  elbo,
  iwae,
  laplace,
  model,
  normal,
  observe,
  type Program,
  param,
  plate,
  sample,
  sgd,
  tf,
} from "latently"
import { untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"
import { number, ofNumber } from "./small-programs.js"

const option = (name: string, code: string, asked: object, ...texts: readonly string[]): Mistake => ({
  name,
  code,
  texts,
  run: () => fitted(number, ofNumber, [], asked as Record<string, unknown>),
})

/** A program that is another from its third run on. */
const later = (
  name: string,
  texts: readonly string[],
  model_: (late: boolean) => Generator<any, unknown, any>,
  guide_?: (late: boolean) => Generator<any, unknown, any>,
): Mistake => ({
  name,
  code: "changing-sites",
  texts: ["first run", "tf.where", ...texts],
  run: () => {
    let runs = 0
    const program = model(() => model_(runs++ > 1) as never) as Program<any>
    const own = untypedGuide(program, () => (guide_ ?? (() => alone()))(runs > 1))
    return fitted(program, own)
  },
})

function* alone(): Generator<any, void, any> {
  const loc = yield* param("loc", 0)
  yield* sample("z", normal(loc, 1))
}

function* plain(): Generator<any, void, any> {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
}

export const options: readonly Mistake[] = [
  option("an objective by its name", "bad-option", { objective: "elbo" }, "objective is string", "call one"),
  option("an objective that was not called", "bad-option", { objective: elbo }, "objective is function"),
  option(
    "particles beside an objective",
    "bad-option",
    { objective: iwae({ particles: 2 }), particles: 3 },
    "say it to the objective",
    "particles: 3",
  ),
  option("an option that does not exist", "bad-option", { step: 5 }, "step is no option of fit", "steps"),
  option(
    "an optimizer by its name",
    "bad-option",
    { optimizer: "adam" },
    "optimizer is string",
    "adam(1e-3)",
  ),
  option(
    "a rate beside an optimizer",
    "bad-option",
    { optimizer: sgd(0.1), learningRate: 0.5 },
    "learningRate is 0.5",
    "say it to the optimizer: sgd",
  ),
  option("a compiler setting that does not exist", "bad-option", { compile: "yes" }, "compile is yes"),
  option(
    "a divergence that does not exist",
    "bad-option",
    { divergence: "exact" },
    "divergence is exact",
    '"closed" or "drawn"',
  ),
  option("half a seed", "bad-option", { seed: 1.5 }, "seed is 1.5"),
  option("a window of no steps", "bad-option", { window: 0 }, "window is 0"),
  option("a rate of 0", "learning-rate", { learningRate: 0 }, "learningRate is 0"),
  option(
    "a schedule that gives NaN",
    "learning-rate",
    { learningRate: () => Number.NaN },
    "at step 0 is NaN",
  ),
  option(
    "a first value of no param",
    "unknown-param",
    { initial: { q: tf.scalar(1) } },
    "initial names 'q'",
    "'loc'",
  ),
  option(
    "a first value of another shape",
    "param-shape",
    { initial: { loc: tf.tensor1d([1, 2]) } },
    "site 'loc'",
    "[2]",
    "shape []",
  ),
  {
    name: "no guide",
    code: "bad-option",
    texts: ["the guide is undefined", "fit(model, guide, [data], options)"],
    run: () => fitted(number, undefined as never),
  },
  later("data that appear later", ["site 'y'", "was not there"], function* (late) {
    yield* plain()
    if (late) yield* observe("y", normal(0, 1), 1)
  }),
  later("data that vanish later", ["site 'y'", "not reached"], function* (late) {
    yield* plain()
    if (!late) yield* observe("y", normal(0, 1), 1)
  }),
  later(
    "a latent that appears later in both",
    ["site 'w'"],
    function* (late) {
      yield* plain()
      if (late) yield* sample("w", normal(0, 1))
    },
    function* (late) {
      yield* alone()
      if (late) yield* sample("w", normal(0, 1))
    },
  ),
  later("a family that changes", ["is laplace in no plate now, and was normal"], plain, function* (late) {
    const loc = yield* param("loc", 0)
    yield* sample("z", late ? laplace(loc, 1) : normal(loc, 1))
  }),
  later("a plate that grows", ["p[3] now", "p[2] in the first run"], function* (late) {
    yield* plain()
    yield* plate("p", late ? 3 : 2, function* () {
      yield* observe("y", normal(0, 1), tf.zeros([late ? 3 : 2]))
    })
  }),
  later("a param that comes later", ["site 'scale'"], function* (late) {
    yield* plain()
    if (late) yield* param("scale", 1)
  }),
]
