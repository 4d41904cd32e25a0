/** How well a grouping agrees with labels: Hubert & Arabie's adjusted Rand index (1985). */

/** The component with the largest share of each row. */
export const assignments = (responsibilities: Float64Array, components: number): number[] =>
  Array.from({ length: responsibilities.length / components }, (_, row) => {
    const shares = responsibilities.subarray(row * components, (row + 1) * components)
    return shares.indexOf(Math.max(...shares))
  })

const pairs = (count: number): number => (count * (count - 1)) / 2

const pairsWithin = (keys: readonly string[]): number => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum + pairs(count), 0)
}

/** 1 for the same grouping, about 0 for one by chance. */
export const adjustedRand = (
  groups: readonly (string | number)[],
  labels: readonly (string | number)[],
): number => {
  const both = pairsWithin(groups.map((group, at) => `${group} ${labels[at]}`))
  const [a, b] = [pairsWithin(groups.map(String)), pairsWithin(labels.map(String))]
  const chance = (a * b) / pairs(groups.length)
  return (both - chance) / ((a + b) / 2 - chance)
}
