/** Runs another program and gives back what it said; never throws. Next: `toolchain.mjs`. */
import { spawn } from "node:child_process"

/**
 * Runs `command args` without a shell and resolves to `{ code, output, missing, timedOut }`: `output` is stdout and
 * stderr together, `missing` is true where there is no such program. `timeout` is in milliseconds; `stalled()`, asked
 * every two seconds, ends the program when it returns true.
 */
export const run = (command, args, { cwd, env = process.env, timeout = 0, stalled = () => false } = {}) =>
  new Promise((resolve) => {
    const output = []
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true })
    let timedOut = false
    const started = Date.now()
    const watch = setInterval(() => {
      timedOut ||= (timeout > 0 && Date.now() - started > timeout) || stalled()
      if (timedOut) child.kill()
    }, 2000)
    const settle = (code, missing) => {
      clearInterval(watch)
      resolve({ code, output: Buffer.concat(output).toString("utf8"), missing, timedOut })
    }
    child.stdout.on("data", (chunk) => output.push(chunk))
    child.stderr.on("data", (chunk) => output.push(chunk))
    child.on("error", (error) => settle(-1, error.code === "ENOENT"))
    child.on("close", (code) => settle(code ?? -1, false))
  })

/** The last non-empty line of a program's output, for an error message. */
export const lastLine = (output) => output.trim().split("\n").at(-1)?.trim().slice(0, 200) ?? ""
