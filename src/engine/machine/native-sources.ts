/** Which sources the step machine is built from, noted by `scripts/native/note-sources.mjs`. Next: `load.ts`. */

/** The beginning of their sha256. */
export const builtFrom = "fa12e2d4cf829708"
