/**
 * Notes the hash of the step machine's sources in `src/engine/machine/native-sources.ts`, for bundles, which do not carry the sources:
 * `node scripts/native/note-sources.mjs`, after the last change to them. A test tells when it is not of the present ones.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { machineName, machineSources } from "./machine.mjs"

const hash = /^machine-([0-9a-f]+)-/.exec(machineName(machineSources))[1]

writeFileSync(
  fileURLToPath(new URL("../../src/engine/machine/native-sources.ts", import.meta.url)),
  `/** Which sources the step machine is built from, noted by \`scripts/native/note-sources.mjs\`. Next: \`load.ts\`. */

/** The beginning of their sha256. */
export const builtFrom = "${hash}"
`,
)
