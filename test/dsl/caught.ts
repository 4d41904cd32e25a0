/** What a mistake throws, and what its text must hold. */
import { ModelError } from "latently"
import { expect } from "vitest"

/** The `ModelError` that `body` throws. */
export const caught = (body: () => unknown): ModelError => {
  try {
    body()
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    return error as ModelError
  }
  throw new Error("nothing was thrown")
}

/** The `ModelError` that `promise` rejects with. */
export const caughtAsync = async (promise: Promise<unknown>): Promise<ModelError> => {
  const error = await promise.then(
    () => new Error("nothing was thrown"),
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(ModelError)
  return error as ModelError
}

/** Checks an error's code, its texts, and that it names a fix. */
export const says = (error: ModelError, code: string, ...texts: readonly string[]): void => {
  expect(error.code).toBe(code)
  for (const text of texts) expect(error.message).toContain(text)
  expect(error.message).toContain("\n  fix: ")
}
