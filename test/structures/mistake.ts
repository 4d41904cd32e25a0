/** What an illegal structure is, and how its error is judged: by its code and by its text. Next: the tables in `illegal/`. */
import { fit, LatentlyError, ModelError, type Program, ready } from "latently"
import { beforeAll, describe, expect, it } from "vitest"
import type { FitOptions } from "../../src/inference/fit-options.js"

/** A program or a call that must be refused. */
export interface Mistake {
  readonly name: string
  readonly code: string
  /** What the text must hold: names, shapes, values, and the fix. */
  readonly texts: readonly string[]
  /** The site at fault, which the error names and carries. */
  readonly site?: string
  /** Whether the text must give the line of the user's file. */
  readonly line?: boolean
  readonly run: () => unknown
}

/** A short fit, without the compiler. */
export const fitted = (
  model: Program<any>,
  guide: Program<any>,
  args: readonly any[] = [],
  options: Readonly<Record<string, unknown>> = {},
): Promise<unknown> => fit(model, guide, [...args], { steps: 3, compile: false, ...options } as FitOptions)

const thrownBy = async (run: () => unknown): Promise<unknown> => {
  try {
    await run()
  } catch (error) {
    return error
  }
  return new Error("nothing was thrown")
}

const judge = async ({ code, texts, site, line, run }: Mistake): Promise<void> => {
  const error = await thrownBy(run)
  expect(error, (error as Error)?.message).toBeInstanceOf(LatentlyError)
  const { code: found, message } = error as LatentlyError
  expect(found, message).toBe(code)
  for (const text of texts) expect(message).toContain(text)
  if (error instanceof ModelError) expect(message).toContain("\n  fix: ")
  if (site !== undefined) {
    expect((error as ModelError).site).toBe(site)
    expect(message).toContain(`site '${site}'`)
  }
  if (line ?? site !== undefined)
    expect(message).toMatch(/\n {2}at test\/structures\/illegal\/[a-z-]+\.ts:\d+/)
}

/** One test for each mistake. */
export const illegalStructures = (title: string, mistakes: readonly Mistake[]): void => {
  beforeAll(async () => {
    await ready()
  })
  describe(title, () => {
    it.each(mistakes.map((mistake) => [mistake.name, mistake] as const))("%s", async (_, mistake) => {
      await judge(mistake)
    })
  })
}
