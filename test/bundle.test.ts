/**
 * That the browser's entry reaches nothing that only Node has. The program is bundled as a user's bundler would do it,
 * where a module of Node's is an error; Node's entry goes through the same bundler and must fail.
 */
import { fileURLToPath } from "node:url"
import { type BuildFailure, build, type Message, type Metafile } from "esbuild"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

const bundle = async (entry: string): Promise<Metafile> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: "browser",
    format: "esm",
    outdir: "out",
    logLevel: "silent",
    logLimit: 0,
  })
  return metafile
}

/** What a browser's bundler could not follow, as `"src/engine/node.ts: node:module"`. */
const refused = async (entry: string): Promise<string[]> => {
  const describeMessage = ({ location, text }: Message) =>
    `${location?.file}: ${/"(.*?)"/.exec(text)?.[1] ?? text}`
  return await bundle(entry).then(
    () => [],
    (failure: BuildFailure) => failure.errors.map(describeMessage),
  )
}

describe("bundle", () => {
  it("of the browser's entry is possible, without tfjs-node and whatever else only Node has", async () => {
    expect(await refused("src/index.ts")).toEqual([])
    const files = Object.keys((await bundle("src/index.ts")).inputs)
    expect(files).toContain("src/engine/tensor.ts")
    expect(files.filter((file) => /tfjs-node|engine\/node\.ts|engine\/native\//.test(file))).toEqual([])
  })

  it("of Node's entry is refused, so that the test above can fail", async () => {
    const errors = await refused("src/index.node.ts")
    expect(errors).toContain("src/engine/node.ts: node:module")
    expect(errors).toContain("src/engine/native/source-map.ts: node:fs")
  })
})
