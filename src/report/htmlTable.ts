/** The HTML form of a table, from the same rows and columns as `table.ts`. Next: `htmlReport.ts`. */
import { escapeXml } from "./escape.js"
import { typographicMinus } from "./format.js"
import { inlineHtml } from "./prose.js"
import { type Column, writeTable } from "./table.js"

/** Rows and columns as `table` takes them, and a caption. */
export interface ReportTable<R extends object = any> {
  readonly rows: readonly R[]
  readonly columns: readonly Column<R>[]
  readonly groupBy?: keyof R & string
  readonly caption?: string
}

/**
 * Writes a table as HTML; blocks of `groupBy` become bodies of their own. Throws as `table` does.
 *
 * @example htmlTable({ rows: [{ method: "EM", elbo: -1130.264 }], columns: [{ key: "method", heading: "method" }] })
 */
export const htmlTable = <R extends object>({ rows, columns, groupBy, caption }: ReportTable<R>): string => {
  const written = writeTable(rows, columns, groupBy)
  const cell = (tag: "td" | "th", text: string, index: number) => {
    const scope = tag === "th" ? ' scope="col"' : ""
    const align = written.aligns[index] === "right" ? ' class="number"' : ""
    return `<${tag}${scope}${align}>${escapeXml(typographicMinus(text))}</${tag}>`
  }
  const line = (tag: "td" | "th", cells: readonly string[]) =>
    `<tr>${cells.map((text, index) => cell(tag, text, index)).join("")}</tr>`
  const body = written.rows.map(
    ({ cells, startsGroup }) => (startsGroup ? "</tbody><tbody>" : "") + line("td", cells),
  )
  const name = caption === undefined ? "" : ` aria-label="${escapeXml(caption)}"`
  const below = caption === undefined ? "" : `<p class="caption">${inlineHtml(caption)}</p>`
  const head = `<thead>${line("th", written.headings)}</thead>`
  return `<div class="scroll"><table${name}>${head}<tbody>${body.join("")}</tbody></table></div>${below}`
}
