#!/usr/bin/env node
/**
 * The command line: `npx latently doctor` says what runs here, `npx latently native` gets native TensorFlow. Next:
 * `doctor.ts`, `installer.ts`.
 */
import "../engine/node.js"
import { describeDiagnosis, diagnose } from "./doctor.js"
import { installNative } from "./installer.js"

const usage = `Usage: npx latently <command>

  doctor [--sums]    says which backend runs here, and the command that mends what is missing;
                     --sums also reads every byte of the cache
  native [--again]   gets native TensorFlow for @tensorflow/tfjs-node, and with a C++ compiler the step
                     machine that trains faster (once; kept in a cache);
                     --again builds it anew, --from own|wheel takes one way only
`

const doctor = async (args: readonly string[]): Promise<number> => {
  // The page itself says what the fallback line would.
  process.env.LATENTLY_QUIET ??= "1"
  process.stdout.write(`${describeDiagnosis(await diagnose({ sums: args.includes("--sums") }))}\n`)
  return 0
}

const help = async (): Promise<number> => {
  process.stdout.write(usage)
  return 0
}

const commands: Record<string, (args: readonly string[]) => Promise<number>> = {
  doctor,
  native: installNative,
  help,
  "--help": help,
}

const run = async ([name = "help", ...args]: readonly string[]): Promise<number> => {
  const command = commands[name]
  if (command !== undefined) return await command(args)
  process.stderr.write(`latently: there is no command '${name}'.\n\n${usage}`)
  return 2
}

process.exitCode = await run(process.argv.slice(2))
