/**
 * Handlers: functions from program to program. THE HEART. A handler is a generator transformer: it re-yields every site
 * of the program inside, edited (`rewrite`), or drives it to its end (`interpret`). There is no global stack and no
 * global store; handlers compose as functions do, the outermost seeing what the inner ones re-yield.
 *
 * Left out: what a site's answer is (`execute.ts` draws and records) and plates (`plate.ts`). Next: `execute.ts`.
 */
import { checksEnabled } from "../engine/checks.js"
import { fold, type KeyLike } from "../engine/random.js"
import { captureLocation } from "../engine/source-location.js"
import { type Tensor, type TensorLike, tf, toTensor } from "../engine/tensor.js"
import { part } from "./parts.js"
import { checkName, checkNames, checkPart, checkYielded } from "./program.js"
import { edited, markYielded, type Site, type SiteDetails } from "./site.js"
import { programError } from "./site-error.js"
import type {
  ArgumentsOf,
  Discrete,
  Program,
  Recast,
  ResultOf,
  Run,
  Scoped,
  SitesOf,
  Values,
} from "./types.js"

/** Re-yields every site of `run` as `edit` changes it. */
export function* rewrite<R>(part: Run<any, R>, edit: (site: Site) => Site): Run<any, R> {
  const run = part[Symbol.iterator]()
  let next = run.next(undefined as never)
  while (!next.done) {
    markYielded(next.value)
    next = run.next(yield edit(checkYielded(next.value)))
  }
  return next.value
}

/** Runs to the end, answering every site, and gives what the program returns. */
export const interpret = <R>(part: Run<any, R>, answer: (site: Site) => unknown): R => {
  const run = part[Symbol.iterator]()
  let next = run.next(undefined as never)
  while (!next.done) {
    markYielded(next.value)
    next = run.next(answer(checkYielded(next.value)))
  }
  return next.value
}

type Edit = (site: Site) => Partial<SiteDetails> | undefined

/** A handler that edits sites one at a time and knows nothing else. */
const editing =
  (program: Program<any>, edit: Edit): Program<any> =>
  (...args) =>
    rewrite(program(...args), (site) => {
      const changes = edit(site)
      return changes === undefined ? site : edited(site, changes)
    })

/** Edits only the sites named in `values`, and tells at the end of a run which names never came. */
const editingNamed = (
  handler: string,
  program: Program<any>,
  names: readonly string[],
  edit: (site: Site) => Partial<SiteDetails> | undefined,
): Program<any> =>
  function* (...args) {
    const seen = new Set<string>()
    const result = yield* rewrite(program(...args), (site) => {
      const changes = names.includes(site.name) && site.role !== "plate" ? edit(site) : undefined
      if (changes !== undefined) seen.add(site.name)
      return changes === undefined ? site : edited(site, changes)
    })
    checkNames(handler, names, seen)
    return result
  }

/** Throws for flags that are neither 0 nor 1: a weight is not a mask. */
const checkFlags = (keep: Tensor): void => {
  if (!checksEnabled() || keep.dtype === "bool") return
  const wrong = [...keep.dataSync()].find((flag) => flag !== 0 && flag !== 1)
  if (wrong === undefined) return
  throw programError(
    "bad-mask",
    `mask(program, keep) was given ${wrong} among its flags`,
    "flags are 0 or 1; for weights use scale(program, by)",
    captureLocation(),
  )
}

/** Some of a program's latents, by name, each a tensor or what makes one. */
export type Data<P> = { readonly [N in keyof Values<P, "latent">]?: TensorLike }

type Strict<P, D> = D & Record<Exclude<keyof D, keyof Values<P, "latent">>, never>

type Conditioned<P, N> = Program<
  ArgumentsOf<P>,
  Extract<Recast<SitesOf<P>, N, "observed">, Site>,
  ResultOf<P>
>

/**
 * Turns latents into observations: p(x, z) with `x` given.
 * @throws ModelError naming a latent in `data` that no run of the program reaches.
 * @example const posterior = condition(joint, { x: 2.5 })
 */
export const condition = <P extends Program<any>, const D extends Data<P>>(
  program: P,
  data: Strict<P, D>,
): Conditioned<P, keyof D> =>
  editingNamed("condition", program, Object.keys(data), (site) =>
    site.role === "latent"
      ? { role: "observed", value: toTensor((data as Record<string, TensorLike>)[site.name]!) }
      : undefined,
  ) as Conditioned<P, keyof D>

/**
 * Fixes the values of latents and params; they stay latents and params, so their densities still count.
 * @example trace(substitute(model, { z: 0 }), [])
 */
export const substitute = <P extends Program<any>>(
  program: P,
  values: Readonly<Record<string, TensorLike>>,
): P =>
  editingNamed("substitute", program, Object.keys(values), (site) =>
    site.role === "latent" || site.role === "param" ? { value: toTensor(values[site.name]!) } : undefined,
  ) as unknown as P

/**
 * Sets latents from outside, do(z = value): what follows sees the value, and the site's own density is dropped.
 * @example intervene(model, { treatment: 1 })
 */
export const intervene = <P extends Program<any>>(
  program: P,
  values: Readonly<Record<string, TensorLike>>,
): P =>
  editingNamed("intervene", program, Object.keys(values), (site) =>
    site.role === "latent" ? { role: "deterministic", value: toTensor(values[site.name]!) } : undefined,
  ) as unknown as P

type Marginalized<P, N> = Program<
  ArgumentsOf<P>,
  Extract<Recast<SitesOf<P>, N, "enumerated">, Site>,
  ResultOf<P>
>

/**
 * Sums discrete latents out exactly: the log-joint becomes log Σ_k p(x, k), and no guide is needed for them.
 * @example const exact = marginalize(mixture, "component")
 */
export const marginalize = <P extends Program<any>, const N extends Discrete<SitesOf<P>>>(
  program: P,
  ...names: readonly N[]
): Marginalized<P, N> =>
  editingNamed("marginalize", program, names, (site) =>
    site.role === "latent" ? { role: "enumerated" } : undefined,
  ) as Marginalized<P, N>

/**
 * Counts log-densities only where `keep` (broadcast to each site's batch) is true.
 * @throws ModelError for flags other than 0 and 1; in a run, where they do not broadcast to a site's plates.
 * @example mask(model, observedFlags)
 */
export const mask = <P extends Program<any>>(program: P, keep: TensorLike): P => {
  checkFlags(toTensor(keep))
  const kept = tf.cast(toTensor(keep), "bool")
  return editing(program, (site) => ({
    mask: site.details.mask === undefined ? kept : tf.logicalAnd(site.details.mask, kept),
  })) as unknown as P
}

/**
 * Multiplies every log-density by `by`, a number from 0 up. A plate already scales its batch; do not repeat that here.
 * @throws ModelError for anything else.
 */
export const scale = <P extends Program<any>>(program: P, by: number): P => {
  if (typeof by !== "number" || !(by >= 0 && by < Number.POSITIVE_INFINITY))
    throw programError(
      "bad-scale",
      `scale(program, by) was given by: ${String(by)}`,
      "give a number from 0 up; a weight that is a tensor goes into factor(name, logWeight)",
      captureLocation(),
    )
  return editing(program, (site) => ({ scale: site.details.scale * by })) as unknown as P
}

/** Hides sites from the record of a run: they are drawn, and neither listed nor counted. */
export const block = <P extends Program<any>>(program: P, ...names: readonly string[]): P =>
  editingNamed("block", program, names, () => ({ hidden: true })) as unknown as P

/** Draws a program's random sites from a seed of its own, whatever runs it. */
export const seed = <P extends Program<any>>(program: P, key: KeyLike): P =>
  editing(program, (site) =>
    site.details.key === undefined ? { key: fold(key, site.name ?? "") } : undefined,
  ) as unknown as P

/**
 * Prefixes the names of a program's sites: `"decoder"` makes `"weights"` into `"decoder/weights"`. Plates keep theirs.
 * @example const decode = yield* scope("decoder", mlp([20, 400, 784]))
 */
export const scope = <const S extends string, Y extends Site, R>(
  name: S,
  program: Run<Y, R> | (() => Run<Y, R>),
): Run<Scoped<S, Y>, R> => part(`scope '${name}'`, renamed(name, program))

function* renamed(name: string, program: Run<any, any> | (() => Run<any, any>)): Run<any, any> {
  checkName("scope", name)
  const whole = typeof program === "object" ? program : checkPart(`scope '${name}'`, program, [])
  return yield* rewrite(whole, (site) =>
    site.role === "plate" || site.details.name === undefined
      ? site
      : edited(site, { name: `${name}/${site.name}` }),
  )
}

/** The tensors of named values, each made if it is not one yet. */
export const tensorsOf = (values: Readonly<Record<string, TensorLike>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(value)]))
