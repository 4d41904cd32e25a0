/**
 * The programs that building the native part needs, found by asking them: Python with pip, a C++ compiler, Node's own
 * headers. Each one missing is named. Next: `wheel.mjs`, `addon.mjs`.
 */
import { existsSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { run } from "./command.mjs"

const firstThatRuns = async (commands, args, env) => {
  let found
  for (const command of commands.filter(Boolean)) {
    const { code, missing, output } = await run(command, args, { env, timeout: 20_000 })
    if (code === 0) return { command, output, works: true }
    if (!missing) found ??= { command, output, works: false }
  }
  return found
}

/**
 * A Python with pip: `{ python }`, else `{ missing: "python3" }` or `{ missing: "pip" }`. Tries `$PYTHON`, `python3`
 * and `python`.
 */
export const findPython = async (env = process.env) => {
  const candidates = [env.PYTHON, "python3", "python"]
  const found = await firstThatRuns(candidates, ["-m", "pip", "--version"], env)
  if (found?.works) return { python: found.command, version: found.output.trim() }
  const bare = found && (await firstThatRuns(candidates, ["--version"], env))
  return { missing: bare?.works ? "pip" : "python3" }
}

/** A C++ compiler: `{ compiler, version }`, else `{ missing: "g++" }`. Tries `$CXX`, `g++`, `c++` and `clang++`. */
export const findCompiler = async (env = process.env) => {
  const found = await firstThatRuns([env.CXX, "g++", "c++", "clang++"], ["--version"], env)
  if (!found?.works) return { missing: "g++" }
  return { compiler: found.command, version: found.output.split("\n")[0] }
}

/** The folder with `node_api.h` that came with the running Node, or undefined. */
export const findNodeHeaders = (execPath = process.execPath) =>
  [execPath, realpathSync(execPath)]
    .map((path) => join(dirname(path), "..", "include", "node"))
    .find((folder) => existsSync(join(folder, "node_api.h")))

/** How to run npm: the one that runs this script, else the one on the path. */
export const npmCommand = (env = process.env) => {
  if (env.npm_execpath?.endsWith(".js")) return { command: process.execPath, before: [env.npm_execpath] }
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", before: [] }
}

/** How a person gets each thing that can be missing, on Debian's and Ubuntu's names; others have the same programs. */
export const remedies = {
  python3: "python3 (any version: apt install python3 python3-pip)",
  pip: "pip (apt install python3-pip, or python3 -m ensurepip)",
  "g++": "g++ (apt install g++)",
  network: "a network that reaches PyPI or its mirror",
  space: "1.2 GB of free disk space",
}
