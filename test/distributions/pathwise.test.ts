/**
 * Pathwise gradients of draws: the derivative of an expectation through the draws agrees with its derivative through the
 * density (differences of quadrature for scalars, the score function for vectors) within 5 standard errors. On the first backend.
 */
import { describe, expect, it } from "vitest"
import type { Distribution } from "../../src/distributions/distribution.js"
import { type Tensor, tf } from "../../src/engine/tensor.js"
import { backends, useBackend } from "../backends.js"
import { expectation, massAt, nodesOf } from "./battery/nodes.js"
import { at, type Parameters, type Row } from "./battery/row.js"
import { rows } from "./table/index.js"

const draws = 40_000

interface Estimate {
  readonly mean: number
  readonly error: number
}

const meanOf = (values: ArrayLike<number>): Estimate => {
  const list = Array.from(values)
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length
  const spread = list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length
  return { mean, error: Math.sqrt(spread / list.length) }
}

/** A bounded test function of a draw, centred and scaled on a pilot sample; one number a draw. */
const testFunction = (row: Row, dist: Distribution): ((draw: Tensor) => Tensor) => {
  // a draw that leaves at π and comes back at -π moves smoothly only for a periodic function
  if (row.circular) return (draw) => tf.sin(tf.add(draw, 0.4))
  const pilot = tf.reshape(dist.sample(5, [4096]), [4096, -1])
  const size = pilot.shape[1]!
  const weights = tf.reshape(tf.cos(tf.mul(tf.range(1, size + 1), 1.7)), [size, 1])
  const projected = tf.matMul(pilot as never, weights as never)
  const sorted = projected.dataSync().slice().sort()
  const [centre, width] = [sorted[1400]!, sorted[3072]! - sorted[1024]!]
  return (draw) => {
    const flat = tf.reshape(draw, [-1, size])
    return tf.tanh(
      tf.div(tf.sub(tf.reshape(tf.matMul(flat as never, weights as never), [-1]), centre), width),
    )
  }
}

/** One copy of a parameter for every draw, so that derivatives stay apart. */
const spread = (parameters: Parameters, name: string): Tensor => {
  const one = tf.tensor(parameters[name]!)
  return tf.tile(tf.expandDims(one, 0), [draws, ...one.shape.map(() => 1)])
}

/** The derivatives of the summed `objective` by each draw's own copy of a parameter: columns, one an entry. */
const columnsOf = (gradient: Tensor): Float32Array[] => {
  const flat = tf.transpose(tf.reshape(gradient, [draws, -1]))
  return tf.unstack(flat).map((row) => row.dataSync() as Float32Array)
}

const pathwise = (row: Row, parameters: Parameters, name: string, f: (x: Tensor) => Tensor): Estimate[] => {
  const gradient = tf.grad((parameter: Tensor) =>
    tf.sum(f(row.make({ ...parameters, [name]: parameter }).sample(9))),
  )
  return columnsOf(gradient(spread(parameters, name))).map(meanOf)
}

const byScore = (row: Row, parameters: Parameters, name: string, f: (x: Tensor) => Tensor): Estimate[] => {
  const sample = at(row, parameters).sample(10, [draws])
  const gradient = tf.grad((parameter: Tensor) =>
    tf.sum(tf.mul(f(sample), row.make({ ...parameters, [name]: parameter }).logProb(sample))),
  )
  return columnsOf(gradient(spread(parameters, name))).map(meanOf)
}

const byDifference = (
  row: Row,
  parameters: Parameters,
  name: string,
  f: (x: Tensor) => Tensor,
): Estimate[] => {
  const centre = parameters[name] as number
  const h = 0.004 * (Math.abs(centre) || 1)
  const [up, down] = [centre + h, centre - h].map((value) => {
    const dist = at(row, { ...parameters, [name]: value })
    const nodes = nodesOf(dist)!
    return expectation(massAt(dist, nodes), f(nodes.points).dataSync())
  })
  return [{ mean: (up! - down!) / (2 * h), error: 2e-6 / h }]
}

const compare = (row: Row, parameters: Parameters, name: string): void => {
  const dist = at(row, parameters)
  const f = testFunction(row, dist)
  const truth = nodesOf(dist) === undefined ? byScore : byDifference
  const [got, want] = [pathwise(row, parameters, name, f), truth(row, parameters, name, f)]
  want.forEach(({ mean, error }, i) => {
    const bound = 5 * Math.hypot(error, got[i]!.error) + 1e-3 * Math.abs(mean)
    expect(
      Math.abs(got[i]!.mean - mean),
      `${name}[${i}]: ${got[i]!.mean} against ${mean}`,
    ).toBeLessThanOrEqual(bound)
  })
}

describe("pathwise gradients", () => {
  useBackend(backends[0]!)
  for (const row of rows)
    if (row.noDraws === undefined && at(row, row.cases[0]).gradient === "pathwise")
      for (const name of row.differentiable ?? Object.keys(row.cases[0]))
        it(`${row.name} by ${name}`, () => {
          for (const parameters of row.cases) tf.tidy(() => compare(row, parameters, name))
        })
})
