/** The smallest programs that sites with mistaken options stand in. Next: `estimators.ts` and `sums.ts`. */
import { bernoulli, model, normal, observe, param, poisson, sample } from "latently"
import { untypedGuide } from "../case.js"
import { fitted } from "../mistake.js"

/** A coin that is seen through noise. */
export const coin = model(function* () {
  const k = yield* sample("k", bernoulli({ probs: 0.3 }))
  yield* observe("x", normal(k, 1), 1)
})

/** A number that is seen through noise. */
export const number = model(function* () {
  const z = yield* sample("z", normal(0, 1))
  yield* observe("x", normal(z, 1), 1)
})

/** A guide of it. */
export const ofNumber = untypedGuide(number, function* () {
  const loc = yield* param("loc", 0)
  yield* sample("z", normal(loc, 1))
})

/** Fits it with these options of its site in the guide. */
export const numberWith = (options: unknown): Promise<unknown> =>
  fitted(
    number,
    untypedGuide(number, function* () {
      const loc = yield* param("loc", 0.2)
      yield* sample("z", normal(loc, 1), options as never)
    }),
  )

/** Fits a count, which has no finite list of values, with these options of its site. */
export const countWith = (options: unknown): Promise<unknown> => {
  const count = model(function* () {
    yield* sample("n", poisson(2))
  })
  return fitted(
    count,
    untypedGuide(count, function* () {
      yield* sample("n", poisson(3), options as never)
    }),
  )
}
