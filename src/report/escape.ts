/** Text made safe for XML and HTML. Next: `svg.ts`, `html.ts`. */

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Characters that no XML 1.0 document may hold, even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/**
 * Escapes the five characters of XML and drops those it forbids; good for text and for quoted attributes, in SVG and HTML.
 *
 * @example escapeXml("p(x|z) < 1 & \"q\"") // "p(x|z) &lt; 1 &amp; &quot;q&quot;"
 */
export const escapeXml = (text: string): string =>
  text.replace(forbidden, "").replace(/[&<>"']/g, (character) => entities[character]!)
