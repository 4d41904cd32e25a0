/**
 * Static binarized MNIST (Salakhutdinov and Murray 2008, split by Larochelle): 50,000 digits to train on, 10,000 to validate and
 * 10,000 to test, pixels 0 or 1. Three gzipped IDX files in a folder of your own, checked by their SHA-256.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { tf } from "latently"

const sums = {
  train: "29c9b0e88796ccc980a814814e1c510c28ec9591af9ee53de6f5b6f5e7d19992",
  valid: "28dbb7038b093a1a7b05d5924828d5d992d9b61b780d40321a83edbfbaeba525",
  test: "2ec0710ee02fe07a3f8d2b6daec8e2aa068dced78b19a8cd6bc1cedf16247367",
} as const

const pixels = 784
const heading = 16

const readChecked = (folder: string, part: keyof typeof sums): Uint8Array => {
  const path = join(folder, `${part}-images-idx3-ubyte.gz`)
  const bytes = readFileSync(path)
  const sum = createHash("sha256").update(bytes).digest("hex")
  if (sum !== sums[part]) throw new Error(`${path} has SHA-256 ${sum}, not ${sums[part]}`)
  return gunzipSync(bytes).subarray(heading)
}

/**
 * One part as [count, 784] of 0s and 1s; `count` digits evenly spread over it if told (the first digits of the test part are
 * of more ink than the rest).
 * @throws Error for a file that is missing or not the published one.
 */
export const binarizedMnist = (folder: string, part: keyof typeof sums, count?: number): tf.Tensor2D => {
  const bytes = readChecked(folder, part)
  const all = bytes.length / pixels
  const rows = Math.min(count ?? all, all)
  const values = new Float32Array(rows * pixels)
  for (let row = 0; row < rows; row++) {
    const from = Math.floor((row * all) / rows) * pixels
    values.set(bytes.subarray(from, from + pixels), row * pixels)
  }
  return tf.tensor2d(values, [rows, pixels])
}
