/** Running text of a report: paragraphs and three inline marks, everything else escaped. Next: `htmlReport.ts`. */
import { escapeXml } from "./escape.js"
import { typographicMinus } from "./format.js"

/**
 * Inline text as HTML: `` `code` ``, `**strong**` and `*emphasis*`; a minus before a number is set as one.
 *
 * @example inlineHtml("the *gap* is **0.02** nats") // "the <em>gap</em> is <strong>0.02</strong> nats"
 */
export const inlineHtml = (text: string): string =>
  text
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? `<code>${escapeXml(part.slice(1, -1))}</code>` : marked(part)))
    .join("")

const marked = (text: string): string =>
  escapeXml(typographicMinus(text))
    .replace(/\*\*(?=\S)(.+?)(?<=\S)\*\*/g, "<strong>$1</strong>")
    .replace(/\*(?=\S)(.+?)(?<=\S)\*/g, "<em>$1</em>")

/** Paragraphs, parted by empty lines, with inline marks. `className` goes on each. */
export const paragraphs = (text: string, className?: string): string =>
  text
    .trim()
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p${className ? ` class="${className}"` : ""}>${inlineHtml(paragraph)}</p>`)
    .join("\n")
