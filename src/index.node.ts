/** The public surface in Node: everything of `index.ts`, and the native backend. */
import "./engine/node.js"

export * from "./index.js"
