/** Names for views, the same for views of the same elements: what has been written already is found by them. */
import type { Storage, View } from "./view.js"

/** Names views; storages are numbered as they are met. */
export const createNames = (): ((view: View) => string) => {
  const numbers = new Map<Storage, number>()
  const numberOf = (storage: Storage): number => {
    const number = numbers.get(storage) ?? numbers.size
    numbers.set(storage, number)
    return number
  }
  return ({ storage, offset, shape, strides, dtype }) =>
    `${numberOf(storage)}+${offset}:${shape}/${strides}:${dtype}`
}
