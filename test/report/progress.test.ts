import { describe, expect, it } from "vitest"
import { progress } from "../../src/report/progress.js"
import { barLine, sparseLine } from "../../src/report/progressLine.js"
import { displayWidth } from "../../src/report/terminal.js"

const fakeStream = (columns: number | undefined, isTTY: boolean) => {
  const written: string[] = []
  return { written, isTTY, columns, write: (text: string) => written.push(text) > 0 }
}
const utf8 = { LC_ALL: "en_US.UTF-8", NO_COLOR: "1" }

/** What a person sees: applies carriage return, erase to end of line, and newline. */
const screen = (written: readonly string[]): string[] => {
  const lines = [""]
  let column = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is read here
  for (const part of written.join("").match(/\u001b\[K|\r|\n|[^\u001b\r\n]/gu) ?? []) {
    const last = lines.length - 1
    if (part === "\r") column = 0
    else if (part === "\n") [column] = [0, lines.push("")]
    else if (part === "\u001b[K") lines[last] = lines[last]!.slice(0, column)
    else lines[last] = lines[last]!.slice(0, column++) + part + lines[last]!.slice(column)
  }
  return lines
}

const drive = (
  stream: ReturnType<typeof fakeStream>,
  environment: Record<string, string>,
  secondsPerStep: number,
) => {
  let clock = 100
  const bar = progress({ label: "vae", total: 1000, stream, environment, now: () => clock })
  const advance = (from: number, to: number) => {
    for (let step = from; step <= to; step++) {
      clock += secondsPerStep
      bar.update(step, { loss: 200 - step / 10 })
    }
  }
  return { bar, advance }
}

describe("progress on a terminal", () => {
  it("redraws one line, at most ten times a second, and leaves one line behind", () => {
    const stream = fakeStream(80, true)
    const { bar, advance } = drive(stream, utf8, 1 / 256)
    advance(1, 500)
    expect(screen(stream.written)).toEqual([
      "vae ━━━━━━━━━━━━━━──────────────  49%  loss 150.5  256/s  0:01  2 s left",
    ])
    expect(stream.written.length).toBe(20) // 500 / 256 s, a redraw each 26 / 256 s
    advance(501, 1000)
    bar.done("test ELBO -101.9")
    expect(screen(stream.written)).toEqual(["✓ vae  3.91 s  test ELBO -101.9", ""])
  })

  it("shows the last step even inside the quiet tenth of a second", () => {
    const stream = fakeStream(80, true)
    drive(stream, utf8, 0.00001).advance(1, 1000)
    expect(screen(stream.written)[0]).toContain("100%")
  })

  it("prints a line above the bar, and wipes the bar on stop", () => {
    const stream = fakeStream(80, true)
    const { bar, advance } = drive(stream, utf8, 0.2)
    advance(1, 10)
    bar.log("epoch 1: 103.2")
    expect(screen(stream.written)[0]).toBe("epoch 1: 103.2")
    expect(screen(stream.written)[1]).toMatch(/^vae ─/)
    bar.stop()
    bar.stop()
    advance(11, 20)
    expect(screen(stream.written)).toEqual(["epoch 1: 103.2", ""])
  })

  it("stops without a trace when nothing was drawn", () => {
    const stream = fakeStream(80, true)
    drive(stream, utf8, 1).bar.stop()
    expect(stream.written).toEqual([])
  })

  it("never writes a line that would wrap, however narrow the terminal", () => {
    const reading = {
      label: "a long label",
      step: 999,
      total: 1000,
      loss: -12345.678,
      perSecond: 0.2,
      elapsed: 4000,
    }
    for (let columns = 3; columns < 100; columns++)
      for (const unicode of [true, false]) {
        const line = barLine(reading, { live: true, color: unicode, unicode, columns })
        expect(displayWidth(line)).toBeLessThan(columns)
      }
  })

  it("draws in ASCII where box drawing is not known to work", () => {
    const reading = { label: "em", step: 1, total: 2, loss: 1.5, perSecond: 4, elapsed: 65 }
    expect(barLine(reading, { live: true, color: false, unicode: false, columns: 80 })).toBe(
      "em [##############--------------]  50%  loss 1.500  4.0/s  1:05  1 s left",
    )
  })
})

describe("progress on a pipe", () => {
  it("writes plain lines at quarters and no control character", () => {
    const stream = fakeStream(undefined, false)
    const { bar, advance } = drive(stream, { LC_ALL: "en_US.UTF-8" }, 1 / 128)
    advance(1, 1000)
    bar.done("ok")
    expect(stream.written).toEqual([
      "vae: step 250 of 1000 (25%), loss 175.0, 128/s, 1.95 s, 6 s left\n",
      "vae: step 500 of 1000 (50%), loss 150.0, 128/s, 3.91 s, 4 s left\n",
      "vae: step 750 of 1000 (75%), loss 125.0, 128/s, 5.86 s, 2 s left\n",
      "vae  7.81 s  ok\n",
    ])
  })

  it("speaks every 15 seconds in a slow loop", () => {
    const stream = fakeStream(undefined, false)
    drive(stream, {}, 4).advance(1, 9)
    expect(stream.written.map((line) => line.split(",")[0])).toEqual([
      "vae: step 4 of 1000 (0%)",
      "vae: step 8 of 1000 (0%)",
    ])
  })

  it("leaves out what is not known", () => {
    expect(sparseLine({ label: "em", step: 1, total: 4, perSecond: 0, elapsed: 0.5 })).toBe(
      "em: step 1 of 4 (25%), 0.50 s",
    )
  })
})

it.each([0, -1, 2.5, Number.NaN])("refuses a total of %d by name", (total) => {
  expect(() => progress({ label: "vae", total })).toThrow(
    `progress 'vae' needs a total number of steps, an integer of at least 1, got ${total}`,
  )
})
