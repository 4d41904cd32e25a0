/**
 * `save` and `load`: a fit as a file, and back, so that a resumed fit is bit for bit the unbroken one: params, optimizer
 * moments, baselines, counter and history. The random numbers need no state: they are keyed by seed, step and site name.
 * Left out: the programs and the data, which are given again. Next: `format.ts`.
 */
import { programError } from "../../dsl/site-error.js"
import type { ArgumentsOf, CheckGuide, Program, SitesOf } from "../../dsl/types.js"
import { ensureReady } from "../../engine/backend.js"
import { files } from "../../engine/files.js"
import { toKey } from "../../engine/random.js"
import { scoped, type Tensor, tf } from "../../engine/tensor.js"
import { fitPlan, type ParamsOf } from "../fit.js"
import { type FitOptions, type KeptSettings, settle } from "../fit-options.js"
import type { Fit, FitStatus, History } from "../fit-result.js"
import { planOf, withDrawnKl } from "../plan.js"
import { type Contents, decode, encode, type Section } from "./format.js"

/** A fit read back: its params and history, and a way to go on. */
export interface SavedFit<V, Args extends readonly any[]> {
  readonly status: FitStatus
  readonly reason: string
  readonly steps: number
  readonly params: V
  readonly losses: readonly number[]
  /** Goes on from exactly where the saved fit stopped; options not given are as they were saved. */
  resume(args: Args, options?: FitOptions): Promise<Fit<V>>
  dispose(): void
}

const kinds = ["parameters", "moments", "state"] as const
const tracks = ["losses", "likelihood", "divergence"] as const

const section = (name: string, tensor: Tensor): Section => ({
  name,
  shape: tensor.shape,
  kind: "float32",
  values: tensor.dataSync() as Float32Array,
})

const track = (name: string, values: readonly number[]): Section => ({
  name,
  shape: [values.length],
  kind: "float64",
  values: Float64Array.from(values),
})

const contentsOf = (fitted: Fit<any>): Contents => {
  const { carry, plan, settings } = fitted.continuation
  return {
    facts: {
      status: fitted.status,
      reason: fitted.reason,
      step: fitted.steps,
      leaves: plan.leaves.map((leaf) => leaf.name),
      settings,
    },
    sections: [
      ...Object.entries(fitted.params as Record<string, Tensor>).map(([name, value]) =>
        section(`param/${name}`, value),
      ),
      ...kinds.flatMap((kind) => carry[kind].map((value, i) => section(`${kind}/${i}`, value))),
      ...tracks.map((name) => track(name, fitted[name])),
    ],
  }
}

/** The bytes of a fit, to store where there are no files. */
export const toBytes = (fitted: Fit<any>): Promise<Uint8Array> => encode(contentsOf(fitted))

/**
 * Writes a fit to a file, replacing it in one step: a reader never sees half a file.
 * @example await save(fitted, "vae.latently")
 */
export const save = async (fitted: Fit<any>, path: string): Promise<void> =>
  files().write(path, await toBytes(fitted))

const tensorOf = (part: Section): Tensor =>
  tf.keep(tf.tensor(part.values.slice(), [...part.shape], "float32"))

const named = (contents: Contents, prefix: string): Section[] =>
  contents.sections.filter((part) => part.name.startsWith(`${prefix}/`))

const historyOf = (contents: Contents): History => {
  const values = (name: string): number[] => [
    ...(contents.sections.find((part) => part.name === name)?.values ?? []),
  ]
  return { losses: values("losses"), likelihood: values("likelihood"), divergence: values("divergence") }
}

const checkLeaves = (wanted: readonly string[], saved: readonly string[]): void => {
  const missing = wanted.filter((name) => !saved.includes(name))
  const extra = saved.filter((name) => !wanted.includes(name))
  if (missing.length === 0 && extra.length === 0 && wanted.every((name, i) => name === saved[i])) return
  throw programError(
    "other-programs",
    `the checkpoint was made by other programs: ${[
      ...missing.map((name) => `it has no param '${name}'`),
      ...extra.map((name) => `its param '${name}' is not in these`),
      ...(missing.length + extra.length === 0 ? ["the params come in another order"] : []),
    ].join("; ")}`,
    "load it with the model and guide it was saved from",
  )
}

/** A fit from its bytes, for `model` and `guide` as they were when it was saved. */
export const fromBytes = async <P extends Program<any>, Q extends Program<any>>(
  bytes: Uint8Array,
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
): Promise<SavedFit<ParamsOf<P, Q>, ArgumentsOf<P>>> => {
  await ensureReady()
  const contents = await decode(bytes)
  const { status, reason, step, leaves, settings } = contents.facts as {
    status: FitStatus
    reason: string
    step: number
    leaves: string[]
    settings: KeptSettings
  }
  const carry = {
    parameters: named(contents, "parameters").map(tensorOf),
    moments: named(contents, "moments").map(tensorOf),
    state: named(contents, "state").map(tensorOf),
  }
  const params = Object.fromEntries(
    named(contents, "param").map((part) => [part.name.slice("param/".length), tensorOf(part)]),
  )
  const history = historyOf(contents)
  return {
    status,
    reason,
    steps: step,
    params: params as ParamsOf<P, Q>,
    losses: history.losses,
    resume: async (args, options = {}) => {
      const { optimizerName, ...saved } = settings
      if (optimizerName !== undefined && options.optimizer === undefined)
        throw programError(
          "missing-optimizer",
          `the fit was saved with an optimizer of its own, ${optimizerName}`,
          "pass the same one: resume(args, { optimizer: … })",
        )
      const settled = settle({ ...saved, ...options })
      const plan = scoped(() => planOf(model, guide, args, toKey(settled.seed), {}, settled.batch))
      checkLeaves(
        plan.leaves.map((leaf) => leaf.name),
        leaves,
      )
      const used = settled.divergence === "drawn" ? withDrawnKl(plan) : plan
      return fitPlan<ParamsOf<P, Q>>(used, settled, { plan: used, carry, step, history, settings })
    },
    dispose: () =>
      tf.dispose([...Object.values(params), ...carry.parameters, ...carry.moments, ...carry.state]),
  }
}

/**
 * Reads a fit from a file.
 * @throws LatentlyError for a file that is damaged or not a checkpoint; ModelError (in `resume`) for other programs.
 * @example const again = await (await load("vae.latently", vae, encoder)).resume([images], { steps: 1000 })
 */
export const load = async <P extends Program<any>, Q extends Program<any>>(
  path: string,
  model: P & CheckGuide<SitesOf<P>, SitesOf<Q>>,
  guide: Q,
): Promise<SavedFit<ParamsOf<P, Q>, ArgumentsOf<P>>> => fromBytes(await files().read(path), model, guide)
