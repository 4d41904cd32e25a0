/**
 * Guides that draw several latents jointly: one vector of unconstrained numbers from one law, of which each site's value is a
 * slice carried into its support. log q of the vector, less the bijections' log-determinants, is one factor of the guide; the
 * sites themselves add nothing to it. Where all the latents stand in the same plates, each row has a vector of its own.
 *
 * Left out: the laws (`gaussian.ts`, `flow-guide.ts`). A joint law over rows cannot see a batch of them: that is an error.
 */
import { type Distribution, distribution } from "../../distributions/distribution.js"
import { factor, random, sample } from "../../dsl/primitives.js"
import { programError } from "../../dsl/site-error.js"
import type { Program, Run } from "../../dsl/types.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { refuseDiscrete } from "./factors.js"
import {
  bijectionOf,
  type DerivedGuide,
  insidePlates,
  type Latent,
  latentsFor,
  plateSizes,
  unconstrainedShape,
} from "./latent.js"

/** Latents drawn together. */
export interface Group {
  /** Prefix of its params: `auto/joint`. */
  readonly name: string
  readonly latents: readonly Latent[]
  /** The plates of whose rows each has a vector of its own; none where the latents' plates differ. */
  readonly plates: Latent["plates"]
  /** Numbers in a vector. */
  readonly size: number
}

/** Makes the law of a group's vectors, event rank 1, given the rows that the run sees of the group's plates. */
export type Law = (group: Group, rows: readonly Tensor[]) => Run<any, Distribution>

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/** The axes of a latent's value inside its group: rows of plates beyond the group's, then its unconstrained event. */
const partShape = (latent: Latent, group: Pick<Group, "plates">): number[] => [
  ...plateSizes(latent).slice(group.plates.length),
  ...unconstrainedShape(latent),
]

const commonPlates = (latents: readonly Latent[]): Latent["plates"] => {
  const key = (latent: Latent): string => latent.plates.map((plate) => plate.name).join("/")
  return new Set(latents.map(key)).size === 1 ? latents[0]!.plates : []
}

/** Groups latents; by default each row of their plates has a vector of its own where all stand in the same ones. */
export const groupOf = (
  name: string,
  latents: readonly Latent[],
  plates: Latent["plates"] = commonPlates(latents),
): Group => {
  const size = latents.reduce((sum, latent) => sum + product(partShape(latent, { plates })), 0)
  return { name, latents, plates, size }
}

/** What a joint draw gives one of its sites: this value and no density of its own. */
const slice = (value: Tensor, latent: Latent): Distribution =>
  distribution({
    family: "slice",
    parameters: { value },
    support: latent.support,
    batchShape: value.shape.slice(0, value.rank - latent.eventRank),
    eventShape: latent.eventShape,
    gradient: "pathwise",
    draw: () => value,
    logDensity: (x) => tf.zeros(x.shape.slice(0, x.rank - latent.eventRank)),
  })

const checkWhole = (rows: readonly Tensor[], latent: Latent, group: Group): void => {
  rows.forEach((indices, depth) => {
    const plate = latent.plates[depth]!
    if (depth >= group.plates.length && indices.size !== plate.size)
      throw programError(
        "joint-guide-batch",
        `the guide draws '${latent.name}' for all ${plate.size} rows of plate '${plate.name}' together, but this run sees ${indices.size}`,
        "leave batch out, or use autoGuide.amortized or autoGuide.meanField, whose rows stand alone",
      )
  })
}

type Part = {
  readonly latent: Latent
  readonly inside: Tensor
  readonly value: Tensor
  readonly taken: Tensor
}

const carried = (latent: Latent, inside: Tensor): Tensor =>
  latent.support.kind === "real" ? inside : bijectionOf(latent).forward(inside)

/** Yields one latent's site with its slice of the vectors [...rows, size]; gives back the value the run took for it. */
function* part(group: Group, latent: Latent, vectors: Tensor, from: number): Run<any, Part> {
  const own = partShape(latent, group)
  const lead = vectors.shape.slice(0, -1)
  const begin = [...lead.map(() => 0), from]
  const inside = tf.reshape(tf.slice(vectors, begin, [...lead, product(own)]), [...lead, ...own])
  const value = carried(latent, inside)
  const note = `one of ${group.latents.length} sites drawn jointly, ${group.size} numbers${group.plates.length > 0 ? " a row" : ""}; log q is in factor '${group.name}/logDensity'`
  let taken: Tensor = value
  yield* insidePlates(latent.plates.slice(group.plates.length), function* (rows) {
    checkWhole([...group.plates.map(() => tf.scalar(0)), ...rows], latent, group)
    taken = yield* sample(latent.name, slice(value, latent), { note })
  })
  return { latent, inside, value, taken }
}

const volumeOf = (group: Group, { latent, inside, value }: Part): Tensor | undefined => {
  if (latent.support.kind === "real") return undefined
  const volume = bijectionOf(latent).logDetJacobian(inside, value)
  const axes = Array.from({ length: volume.rank - group.plates.length }, (_, i) => group.plates.length + i)
  return axes.length === 0 ? volume : tf.sum(volume, axes)
}

const pulledBack = (item: Part): Part =>
  item.taken === item.value
    ? item
    : {
        ...item,
        value: item.taken,
        inside:
          item.latent.support.kind === "real" ? item.taken : bijectionOf(item.latent).inverse(item.taken),
      }

const packed = (parts: readonly Part[], vectors: Tensor): Tensor => {
  if (parts.every((item) => item.taken === item.value)) return vectors
  const lead = vectors.shape.slice(0, -1)
  return tf.concat(
    parts.map((item) => tf.reshape(pulledBack(item).inside, [...lead, -1])),
    -1,
  )
}

/** The sites of a group, drawn jointly, and the factor that holds their log q. */
export const jointly = (group: Group, law: Law): Run<any, void> =>
  insidePlates(group.plates, function* (rows) {
    for (const latent of group.latents) refuseDiscrete(latent, "a joint guide")
    const dist = yield* law(group, rows)
    const vectors: Tensor = yield* random(`${group.name}/vector`, dist, { independent: true })
    const parts: Part[] = []
    let from = 0
    for (const latent of group.latents) {
      parts.push(yield* part(group, latent, vectors, from))
      from += product(partShape(latent, group))
    }
    const density = dist.logDensity(packed(parts, vectors))
    const volumes = parts.flatMap((item) => volumeOf(group, pulledBack(item)) ?? [])
    yield* factor(
      `${group.name}/logDensity`,
      volumes.reduce((sum, volume) => tf.sub(sum, volume), density),
    )
  })

/** A guide that draws all latents of a model jointly. */
export const jointGuide = <P extends Program<any>>(
  model: P,
  law: Law,
  name = "auto/joint",
): DerivedGuide<P> => {
  const latents = latentsFor(model)
  return function* (...args) {
    const found = latents(args)
    if (found.length > 0) yield* jointly(groupOf(name, found), law)
  } as DerivedGuide<P>
}
