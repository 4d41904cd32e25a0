/**
 * The door to the installer in `scripts/native/`, which is plain JavaScript so that it runs before anything is built. It
 * lies two folders above this file in a checkout and in the published package alike. Next: `latently.ts`.
 */

/** A tool that was found, or the name of what is missing. */
export type Tool = { readonly version?: string; readonly missing?: string }

/** A folder of the cache: its place, its TensorFlow, and what is wrong with it (undefined: it is whole). */
export type CacheEntry = {
  readonly path: string
  readonly tensorflow: string
  readonly damage?: string | undefined
}

/** What there is of the native part on this machine. */
export type Inspection = {
  readonly root: string
  readonly entries: readonly CacheEntry[]
  readonly folder?: string
  readonly version?: string
  readonly addon: { readonly tensorflow?: string; readonly reason?: string }
  readonly python: Tool
  readonly compiler: Tool
}

const load = async <Module>(name: string): Promise<Module> =>
  (await import(/* @vite-ignore */ new URL(`../../scripts/native/${name}`, import.meta.url).href)) as Module

/** Looks at the native part, the cache and the tools; changes nothing. `sums` reads every byte of the cache. */
export const inspectNative = async (options: { sums?: boolean; root?: string } = {}): Promise<Inspection> =>
  (await load<{ inspect: (given: typeof options) => Promise<Inspection> }>("inspect.mjs")).inspect(options)

/** Runs the installer with command-line arguments; resolves to its exit code. */
export const installNative = async (args: readonly string[]): Promise<number> => {
  type Install = { main: (argv: readonly string[], options: { command: string }) => Promise<number> }
  return (await load<Install>("install.mjs")).main(args, { command: "npx latently native" })
}

/** The command that puts tfjs-node back where npm dropped it because its install script failed. */
export const packageCommand = async (): Promise<string> =>
  (await load<{ packageCommand: string }>("report.mjs")).packageCommand
