/** `npm run build`: compiles `src/` into `dist/`, JavaScript beside its types. */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../", import.meta.url))
rmSync(`${root}dist`, { recursive: true, force: true })
const { status } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
})
const cli = `${root}dist/cli/latently.js`
if (status === 0 && existsSync(cli)) chmodSync(cli, 0o755)
process.exit(status ?? 1)
