/** Which sources the step machine is built from, noted by `scripts/native/note-sources.mjs`. Next: `load.ts`. */

/** The beginning of their sha256. */
export const builtFrom = "f0bf215914413ede"
