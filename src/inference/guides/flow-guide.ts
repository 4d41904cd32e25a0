/** Guides whose joint law is a normalizing flow. Next: `amortized.ts`. */
import { match } from "ts-pattern"
import type { Distribution } from "../../distributions/distribution.js"
import { normal } from "../../distributions/normal.js"
import { positive } from "../../distributions/support.js"
import { transformed } from "../../distributions/transformed.js"
import { param } from "../../dsl/primitives.js"
import { programError } from "../../dsl/site-error.js"
import type { Program } from "../../dsl/types.js"
import { type Tensor, tf } from "../../engine/tensor.js"
import { affineCoupling } from "./flows/affine-coupling.js"
import { inverseAutoregressive, maskedAutoregressive } from "./flows/autoregressive-flow.js"
import { type Layer, type LayerMaker, reversal, transformOf } from "./flows/flow.js"
import { planar } from "./flows/planar.js"
import { type SplineOptions, splineCoupling } from "./flows/spline-coupling.js"
import { groupOf, jointly, type Law } from "./joint.js"
import { type DerivedGuide, latentsFor } from "./latent.js"

/** The families of flows. */
export type FlowKind = "affineCoupling" | "iaf" | "maf" | "spline" | "planar"

/** Options of a flow guide. */
export interface FlowOptions extends SplineOptions {
  /** "iaf" by default. */
  readonly kind?: FlowKind
  /** Layers one after another, the entries' order turned round between them; 2 for autoregressive flows, else 4, planar 8. */
  readonly layers?: number
  /** Hidden units of each layer's network; twice the vector's length by default, at least 16. */
  readonly hidden?: number
}

const makerOf = (kind: FlowKind, hidden: number, options: FlowOptions): LayerMaker =>
  match(kind)
    .with("affineCoupling", () => affineCoupling(hidden))
    .with("iaf", () => inverseAutoregressive(hidden))
    .with("maf", () => maskedAutoregressive(hidden))
    .with("spline", () => splineCoupling(hidden, options))
    .with("planar", () => planar)
    .exhaustive()

const defaultLayers: Readonly<Record<FlowKind, number>> = {
  affineCoupling: 4,
  iaf: 2,
  maf: 2,
  spline: 4,
  planar: 8,
}

const checkOptions = (kind: FlowKind, layers: number, hidden: number | undefined): void => {
  if (!(kind in defaultLayers))
    throw programError(
      "bad-option",
      `flow was given kind: ${String(kind)}`,
      `give one of ${Object.keys(defaultLayers).join(", ")}`,
    )
  for (const [option, value] of Object.entries({ layers, ...(hidden === undefined ? {} : { hidden }) }))
    if (!Number.isInteger(value) || value < 1)
      throw programError("bad-option", `flow was given ${option}: ${value}`, "give a whole number above 0")
}

/** A stretch and a shift of each entry, after the flow: what a mean-field guide could do alone. */
const scaled = (loc: Tensor, scale: Tensor): Layer => ({
  name: "scale and shift",
  forward: (x) => ({
    y: tf.add(tf.mul(x, scale), loc),
    logDet: tf.add(tf.zeros(x.shape.slice(0, -1)), tf.sum(tf.log(scale))),
  }),
  inverse: (y) => tf.div(tf.sub(y, loc), scale),
})

const flowLaw = (options: FlowOptions): Law => {
  const kind = options.kind ?? "iaf"
  const count = options.layers ?? defaultLayers[kind]
  checkOptions(kind, count, options.hidden)
  return function* (group) {
    const make = makerOf(kind, options.hidden ?? Math.max(16, 2 * group.size), options)
    const layers: Layer[] = []
    for (let i = 0; i < count; i++) {
      if (i > 0) layers.push(reversal)
      layers.push(yield* make(`${group.name}/layer${i}`, group.size))
    }
    const loc: Tensor = yield* param(`${group.name}/loc`, () => tf.zeros([group.size]))
    const scale: Tensor = yield* param(`${group.name}/scale`, () => tf.fill([group.size], 0.1), positive)
    layers.push(scaled(loc, scale))
    const noise = normal(tf.zeros([group.size]), 1).toEvent(1) as Distribution
    return transformed(noise, transformOf(layers)) as Distribution
  }
}

/**
 * A guide that draws all continuous latents jointly through a normalizing flow: standard normal noise, `layers` layers of
 * `kind`, then a scale and a shift of each number, then each site's bijection into its support.
 *
 * Every row of a plate is part of the one vector, so a batch is an error.
 * @throws ModelError for a discrete latent, an unknown kind, a number of layers that is not whole.
 * @example await fit(funnel, autoGuide.flow(funnel, { kind: "spline", layers: 4 }), [])
 */
export const flow = <P extends Program<any>>(model: P, options: FlowOptions = {}): DerivedGuide<P> => {
  const law = flowLaw(options)
  const latents = latentsFor(model)
  return function* (...args) {
    const found = latents(args)
    if (found.length > 0) yield* jointly(groupOf("auto/flow", found, []), law)
  } as DerivedGuide<P>
}
