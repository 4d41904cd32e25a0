/**
 * A hook for the moment a backend starts. A backend's own kernels are registered when its package loads, which may be
 * after this module: replacing one of them has to wait until the backend is set up. TensorFlow.js calls the `setupFunc` of
 * every registered kernel then, so a kernel is registered for the sake of its `setupFunc` alone.
 */
import { tf } from "../tensor.js"

type KernelConfig = NonNullable<ReturnType<typeof tf.getKernel>>

/** What a replacement kernel is called with. */
export type KernelArguments = Parameters<KernelConfig["kernelFunc"]>[0]

/** A kernel made from the one it replaces. */
export type Replacement = (original: KernelConfig["kernelFunc"]) => KernelConfig["kernelFunc"]

const replace = (kernelName: string, backendName: string, replacement: Replacement): void => {
  const config = tf.getKernel(kernelName, backendName)
  if (config === undefined) return
  tf.unregisterKernel(kernelName, backendName)
  tf.registerKernel({ ...config, kernelFunc: replacement(config.kernelFunc) })
}

/** Replaces a backend's kernel once the backend is set up; once only, however often the backend is. */
export const replaceKernel = (kernelName: string, backendName: string, replacement: Replacement): void => {
  let done = false
  tf.registerKernel({
    kernelName: `LatentlyReplaces${kernelName}`,
    backendName,
    kernelFunc: () => {
      throw new Error(`LatentlyReplaces${kernelName} is never run`)
    },
    setupFunc: () => {
      if (!done) replace(kernelName, backendName, replacement)
      done = true
    },
  })
}
