/**
 * What TensorFlow.js 4.22 gets wrong or leaves out, put right by registering kernels and gradients; importing this module
 * is enough. Left out: functions TensorFlow.js never had (`../special`, `../linear`).
 */
import "./masks.js"

export { stopGradient } from "./stop-gradient.js"
