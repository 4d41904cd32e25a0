/** Rows of a plate that are not independent, where sums and credits go row by row. Next: `objectives.ts`. */
import { bernoulli, model, normal, observe, type Program, plate, sample, type Tensor, tf } from "latently"
import { summed, untypedGuide } from "../case.js"
import { fitted, type Mistake } from "../mistake.js"

/** Rows that read each other inside their plate. */
const meetingModel = (mix: (k: Tensor) => Tensor) =>
  model(function* () {
    yield* plate("rows", 3, function* () {
      const k: Tensor = yield* sample("k", bernoulli({ probs: 0.3 }))
      yield* observe("x", normal(mix(k), 1), [0.1, 0.9, 2])
    })
  })

const meetingGuide = (program: Program<any>, gradient: "exact" | "score"): Program<any> =>
  untypedGuide(program, function* () {
    yield* plate("rows", 3, function* () {
      yield* sample("k", bernoulli({ probs: 0.4 }), { gradient })
    })
  })

const mixing = (name: string, gradient: "exact" | "score", mix: (k: Tensor) => Tensor): Mistake => ({
  name: `${name}, ${gradient}`,
  code: "rows-mixed",
  texts: ["plate 'rows' are not independent", "'x' in one row depends on draws of another", ".toEvent(1)"],
  site: "k",
  run: () => fitted(meetingModel(mix), meetingGuide(meetingModel(mix), gradient)),
})

export const meeting: readonly Mistake[] = [
  mixing("rows in reverse", "exact", (k) => tf.reverse(k, -1)),
  mixing("rows in reverse", "score", (k) => tf.reverse(k, -1)),
  mixing("rows before a row", "score", (k) => tf.cumsum(k)),
  mixing("rows after a row", "score", (k) => tf.cumsum(k, 0, true, true)),
  {
    name: "rows in reverse, summed out of the model",
    code: "rows-mixed",
    texts: ["'x' in one row"],
    site: "k",
    run: () => {
      const program = summed(
        meetingModel((k) => tf.reverse(k, -1)),
        "k",
      )
      return fitted(
        program,
        untypedGuide(program, function* () {}),
      )
    },
  },
]
