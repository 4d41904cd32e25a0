/** A folder to build a cache entry in that does not outlive the build, however that ends. Next: `obtain.mjs`, `machine.mjs`. */
import { rmSync } from "node:fs"
import { openStaging } from "./cache.mjs"

/** Runs `work` with a staging folder that is gone afterwards, also after Ctrl-C, unless it was renamed away. */
export const withStaging = async (entry, work) => {
  const staging = openStaging(entry)
  const remove = () => rmSync(staging, { recursive: true, force: true })
  const interrupt = () => {
    remove()
    process.exit(130)
  }
  process.once("SIGINT", interrupt)
  process.once("SIGTERM", interrupt)
  try {
    return await work(staging)
  } finally {
    process.off("SIGINT", interrupt)
    process.off("SIGTERM", interrupt)
    remove()
  }
}
