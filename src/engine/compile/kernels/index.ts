/** Every kernel that a recording can translate. Next: `translation.ts`, what a translation is. */
import { elementwise } from "./elementwise.js"
import { reductions } from "./reductions.js"
import type { TranslationTable } from "./translation.js"
import { views } from "./views.js"

/** Kernels by TensorFlow.js's names, as TensorFlow's ops. */
export const translations: TranslationTable = { ...elementwise, ...views, ...reductions }
