/**
 * The public surface in Node: everything of `index.ts`, and native TensorFlow, loaded here and now where it is installed, so
 * that tensors made before `ready()` already live there.
 */
import "./engine/node.js"
import { loadTfjsNode } from "./engine/native/addon.js"

loadTfjsNode()

export * from "./index.js"
