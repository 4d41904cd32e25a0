/**
 * Draws many times from every family and counts those outside its support, and those whose log-probability is NaN or
 * -Infinity.
 *
 * Run: npx tsx test/golden/draws.ts 1e7
 */
import { ready } from "../../src/engine/backend.js"
import "../../src/engine/node.js"
import { withChecks } from "../../src/engine/checks.js"
import { tf } from "../../src/engine/tensor.js"
import { at, type Parameters, type Row } from "../distributions/battery/row.js"
import { rows } from "../distributions/table/index.js"

const total = Number(process.argv[2] ?? 1e6)
const chunk = 100_000

const countOf = (mask: ReturnType<typeof tf.equal>): number => tf.sum(tf.cast(mask, "int32")).dataSync()[0]!

const badIn = (
  row: Row,
  parameters: Parameters,
  key: number,
): readonly [outside: number, impossible: number] =>
  tf.tidy(() =>
    withChecks(false, () => {
      const dist = at(row, parameters)
      const draws = dist.sample(key, [chunk])
      const density = dist.logProb(draws)
      const outside = countOf(tf.logicalNot(dist.support.contains(draws)))
      return [outside, countOf(tf.logicalNot(tf.greater(density, Number.NEGATIVE_INFINITY)))] as const
    }),
  )

console.log(`${await ready()}: ${total} draws of every family`)
let [outside, impossible, families] = [0, 0, 0]
for (const row of rows) {
  if (row.noDraws !== undefined) continue
  families++
  let own = 0
  for (let i = 0; i < total / chunk; i++) {
    const [out, never] = badIn(row, row.cases[i % row.cases.length]!, i)
    outside += out
    impossible += never
    own += out + never
  }
  if (own > 0) console.log(`  ${row.name}: ${own}`)
}
console.log(
  `${families} families: ${outside} draws outside the support, ${impossible} with log-probability -Infinity or NaN`,
)
