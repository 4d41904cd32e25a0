/**
 * A graph in a native TensorFlow session, through tfjs-node's way of loading a SavedModel from a folder. The folder is
 * in the system's temporary folder and is gone again when `loadGraph` returns, also when loading failed. Node only.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hushed } from "../native/quiet.js"
import { type Tensor, tf } from "../tensor.js"

/** What latently uses of the tfjs-node addon. Tensors are named by whole numbers. */
export interface Binding {
  executeOp(
    name: string,
    attributes: readonly unknown[],
    inputs: readonly number[],
    outputs: number,
  ): Output[]
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): ArrayBufferView
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): Output[]
  readonly TF_ATTR_TYPE: number
}

/** A tensor as the addon hands it out. */
export interface Output {
  readonly id: number
  readonly dtype: number
  readonly shape: number[]
}

/** What latently uses of the tfjs-node backend. */
export interface NodeBackend {
  binding: Binding
  getInputTensorIds(tensors: readonly Tensor[]): number[]
  createOutputTensor(output: Output): Tensor
  executeSingleOutput(name: string, attributes: readonly unknown[], inputs: readonly Tensor[]): Tensor
}

/** The native backend; call only while it is the one in use. */
export const nodeBackend = (): NodeBackend => tf.backend() as unknown as NodeBackend

/** A loaded graph. */
export interface Session {
  /** Feeds native tensors by name and fetches new ones, which the caller deletes. Names are joined by commas. */
  run(inputs: readonly number[], inputNames: string, outputNames: string): Output[]
  /** Frees the graph and its variables. Calling it again does nothing. */
  dispose(): void
}

/** Loads a SavedModel's bytes. Throws TensorFlow's own error where the graph is not valid. */
export const loadGraph = (model: Uint8Array): Session => {
  const { binding } = nodeBackend()
  const folder = mkdtempSync(join(tmpdir(), "latently-graph-"))
  const load = (): number => {
    try {
      writeFileSync(join(folder, "saved_model.pb"), model)
      return hushed(() => binding.loadSavedModel(folder, "serve"))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const id = load()
  let open = true
  let runs = 0
  return {
    // TensorFlow prepares, and XLA compiles, in the first runs, with notes that are of no use to a user
    run: (inputs, inputNames, outputNames) => {
      const run = (): Output[] => binding.runSavedModel(id, inputs, inputNames, outputNames)
      return runs++ < 2 ? hushed(run) : run()
    },
    dispose: () => {
      if (open) binding.deleteSavedModel(id)
      open = false
    },
  }
}
