/** Progress for a person: one line that rewrites itself on a terminal, one plain line a step elsewhere. */

/**
 * A reporter with `step(text)` for a new step, `update(text)` for how far it is (seen on a terminal only) and `close()`.
 * `stream` is usually `process.stderr`.
 */
export const createProgress = (stream) => {
  let current = ""
  const draw = (text) => stream.isTTY && stream.write(`\r\x1b[K${text}`)
  return {
    step(text) {
      current = text
      if (stream.isTTY) draw(`latently: ${text}`)
      else stream.write(`latently: ${text}\n`)
    },
    update: (text) => void draw(`latently: ${current} ${text}`),
    close: () => void draw(""),
  }
}

/** A reporter that says nothing. */
export const silentProgress = { step: () => {}, update: () => {}, close: () => {} }

/** Bytes as a person reads them: `"233 MB"`. */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`
