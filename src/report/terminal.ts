/**
 * What the stream that text goes to can show: whether a line may be redrawn, colour, box-drawing characters, width.
 * It moves no cursor itself. Next: `table.ts`, `progress.ts`.
 */

/** The part of a Node stream that tables and progress need; a test passes a plain object. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What a stream can show. `live`: the current line may be redrawn. `columns`: its width in characters. */
export interface TerminalAbility {
  readonly live: boolean
  readonly color: boolean
  readonly unicode: boolean
  readonly columns: number
}

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads a stream's ability from the stream and the environment. A pipe, a dumb terminal and a CI log are not live;
 * `NO_COLOR` (https://no-color.org) switches colour off; box-drawing needs a UTF-8 locale, Windows Terminal or macOS.
 *
 * @example terminalAbility(process.stdout).live // false when stdout is a pipe
 */
export const terminalAbility = (
  stream: TextStream,
  environment: Environment = process.env,
  platform: string = process.platform,
): TerminalAbility => {
  const live = stream.isTTY === true && environment.TERM !== "dumb" && !environment.CI
  const noColor = environment.NO_COLOR !== undefined && environment.NO_COLOR !== ""
  return {
    live,
    color: live && !noColor,
    unicode: showsUnicode(environment, platform),
    columns: stream.columns && stream.columns > 0 ? stream.columns : 80,
  }
}

const showsUnicode = (environment: Environment, platform: string): boolean => {
  if (platform === "darwin") return true
  if (platform === "win32")
    return environment.WT_SESSION !== undefined || environment.TERM_PROGRAM === "vscode"
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || ""
  return /utf-?8/i.test(locale)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with ESC
const escapeSequence = /\u001b\[[0-9;?]*[A-Za-z]/g
const zeroWidth = /[\p{Mark}\u200b-\u200f\ufeff]/gu
const doubleWidth =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu

/**
 * Columns that a text takes on a terminal: escape sequences and combining marks take none, East Asian wide characters two.
 *
 * @example displayWidth("\u001b[1mμ̂\u001b[0m") // 1
 */
export const displayWidth = (text: string): number => {
  const bare = text.replace(escapeSequence, "").replace(zeroWidth, "")
  return [...bare].length + (bare.match(doubleWidth)?.length ?? 0)
}

/** Pads a text to `width` display columns; text that is wider is returned as it is. */
export const padDisplay = (text: string, width: number, align: "left" | "right"): string => {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)))
  return align === "right" ? space + text : text + space
}
