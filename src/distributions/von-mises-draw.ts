/**
 * Draws from the von Mises distribution: rejection from a wrapped Cauchy distribution with a fixed number of candidates,
 * so that a draw can be recorded; the gradient by the concentration is implicit. Sources: Best and Fisher, "Efficient
 * simulation of the von Mises distribution" (1979); Figurnov, Mohamed, Mnih (2018). Next: `von-mises.ts`.
 */
import { fold, type Key, uniform } from "../engine/random.js"
import { stopGradient } from "../engine/repair/index.js"
import { i0e, i1e } from "../engine/special/index.js"
import { type Shape, type Tensor, tf } from "../engine/tensor.js"
import { type Arithmetic, fromFormula } from "./formula.js"

/** A candidate is accepted with probability 0.66 or more: all of them fail once in 3e10 draws; then the last is taken. */
const candidates = 22

/** r - 1 = (1 - ρ)²/2ρ with ρ = 2κ/(τ + √2τ), τ = 1 + √(1 + 4κ²): Best and Fisher's (τ - √2τ)/2κ without its cancellation. */
const excessOf = <V>(o: Arithmetic<V>, kappa: V): V => {
  const tau = o.add(1, o.sqrt(o.add(1, o.mul(4, o.square(kappa)))))
  const rho = o.div(o.mul(2, kappa), o.add(tau, o.sqrt(o.mul(2, tau))))
  return o.div(o.square(o.sub(1, rho)), o.mul(2, rho))
}

/** 1 - f for the candidate's cosine f = (1 + r z)/(r + z) with z = cos πu, as a product that keeps its digits for large κ. */
const versine = fromFormula("LatentlyVonMisesCandidate", 2, (o, kappa, u) => {
  const excess = excessOf(o, kappa)
  const half = o.square(o.sin(o.mul(0.5 * Math.PI, u)))
  const z = o.sub(1, o.mul(2, half))
  return o.div(o.mul(o.mul(2, excess), half), o.add(o.add(1, excess), z))
})

/** log of the acceptance ratio: log(c/u₂) + 1 - c with c = κ (r - f), as its difference from the bound. */
const logAcceptance = fromFormula("LatentlyVonMisesAcceptance", 2, (o, kappa, versed) => {
  const c = o.mul(kappa, o.add(excessOf(o, kappa), versed))
  return o.sub(o.add(o.log(c), 1), c)
})

/** The angle in [0, π] whose cosine is 1 - v. */
const angleOf = (versed: Tensor): Tensor =>
  tf.mul(2, tf.asin(tf.sqrt(tf.clipByValue(tf.mul(0.5, versed), 0, 1))))

/** The size of the angle from the mean direction; no gradient. */
const drawSize = (key: Key, kappa: Tensor, shape: Shape): Tensor => {
  const all = [candidates, ...shape]
  const versed = versine(kappa, uniform(fold(key, "candidate"), all))
  const accepted = tf.less(tf.log(uniform(fold(key, "accept"), all)), logAcceptance(kappa, versed))
  const masks = tf.unstack(accepted)
  const values = tf.unstack(versed)
  const last = values[candidates - 1]!
  return angleOf(values.reduceRight<Tensor>((rest, value, i) => tf.where(masks[i]!, value, rest), last))
}

/** Nodes and weights of 20-point Gauss-Legendre quadrature on (0, 1), one half of each pair. */
const gauss: readonly (readonly [node: number, weight: number])[] = [
  [0.07652652113349734, 0.15275338713072628],
  [0.22778585114164507, 0.14917298647260424],
  [0.37370608871541955, 0.1420961093183824],
  [0.5108670019508271, 0.1316886384491769],
  [0.636053680726515, 0.1181945319615186],
  [0.7463319064601508, 0.1019301198172407],
  [0.8391169718222188, 0.08327674157670471],
  [0.912234428251326, 0.06267204833410879],
  [0.9639719272779138, 0.040601429800386446],
  [0.993128599185095, 0.017614007139150893],
]

/**
 * dx/dκ = -∫₀ˣ exp(κ(cos t - cos x)) (cos t - A(κ)) dt for 0 ≤ x ≤ π: the implicit derivative -F_κ/p, the distribution
 * function's by quadrature.
 */
const sizeByConcentration = fromFormula("LatentlyVonMisesSlope", 3, (o, kappa, cosine, x) => {
  const term = (node: number, weight: number) => {
    const t = o.mul(x, 0.5 * (1 + node))
    const rise = o.mul(kappa, o.sub(o.cos(t), o.cos(x)))
    return o.mul(o.mul(o.exp(rise), o.sub(o.cos(t), cosine)), weight)
  }
  const sum = gauss
    .flatMap(([node, weight]) => [term(node, weight), term(-node, weight)])
    .reduce((a, b) => o.add(a, b))
  return o.mul(o.mul(-0.5, x), sum)
})

/** `size` as a function of κ: its value as drawn, its derivative implicit. */
const attachGradient = (size: Tensor, kappa: Tensor): Tensor => {
  const attach = tf.customGrad(((k: Tensor, save: (tensors: Tensor[]) => void) => {
    save([k, size])
    const gradFunc = (dy: Tensor, [saved, drawn]: Tensor[]): Tensor => {
      const cosine = tf.div(i1e(saved!), i0e(saved!))
      return tf.mul(dy, sizeByConcentration(saved!, cosine, drawn!))
    }
    return { value: tf.clone(size), gradFunc }
  }) as never) as (k: Tensor) => Tensor
  return attach(tf.broadcastTo(kappa, size.shape))
}

/** Draws of a shape, inside [-π, π]; pathwise by `loc` (a shift) and `concentration` (implicit). */
export const vonMisesDraw = (key: Key, loc: Tensor, concentration: Tensor, shape: Shape): Tensor => {
  const size = attachGradient(drawSize(key, stopGradient(concentration), shape), concentration)
  const sign = tf.sub(tf.mul(2, tf.cast(tf.less(uniform(fold(key, "side"), shape), 0.5), "float32")), 1)
  const turned = tf.add(loc, tf.mul(sign, size))
  const turns = tf.round(tf.div(stopGradient(turned), 2 * Math.PI))
  return tf.clipByValue(
    tf.sub(turned, tf.mul(2 * Math.PI, turns)),
    -Math.fround(Math.PI),
    Math.fround(Math.PI),
  )
}
