/** Lines that change nothing, bit for bit: factors and divisors of 1, and 0 taken away. Next: `listing.ts`. */
import { isScalar, type View } from "./view.js"

/** What the second operand of an operation must be for the first to stay as it is. */
const neutral: Readonly<Record<string, number>> = { multiply: 1, divide: 1, subtract: 0 }

const numberOf = (view: View): number | undefined => {
  const { contents } = view.storage
  if (contents === undefined || !isScalar(view)) return undefined
  return new Float32Array(contents.buffer, contents.byteOffset, contents.length)[view.offset]
}

/** `-0` taken away is `0` added, which changes `-0`. */
const isNeutral = (operation: string, view: View): boolean => Object.is(numberOf(view), neutral[operation])

/** The operand that a float32 line would only repeat. All inputs have the result's shape. */
export const unchanged = (operation: string, inputs: readonly View[]): View | undefined => {
  if (!(operation in neutral) || inputs.some(({ storage }) => storage.width === 2)) return undefined
  const [a, b] = inputs
  if (isNeutral(operation, b!)) return a
  return operation === "multiply" && isNeutral(operation, a!) ? b : undefined
}
