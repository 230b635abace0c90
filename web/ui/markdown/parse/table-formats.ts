import type { Tokens } from 'marked'
import { plainText } from './plain-text.ts'

type Row = readonly Tokens.TableCell[]

/** What stands in a table, heading first, without markup. */
export type TableText = readonly (readonly string[])[]

export function tableText(head: Row, rows: readonly Row[]): TableText {
  return [head, ...rows].map((row) => row.map((cell) => forSpreadsheet(plainText(cell.tokens).trim())))
}

/**
 * A spreadsheet takes a cell that begins like a formula for one and runs it; a model may have written it. An apostrophe
 * before it makes it text (OWASP, “CSV Injection”). Numbers stay numbers.
 */
function forSpreadsheet(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.,\s]*%?$/.test(cell) ? `'${cell}` : cell
}

/** RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function toCsv(table: TableText): string {
  const field = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return `\uFEFF${table.map((row) => `${row.map(field).join(',')}\r\n`).join('')}`
}

/** Columns apart by tabs: what a spreadsheet takes for a table when it is given plain text. */
export function toTabs(table: TableText): string {
  return table.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')).join('\t')).join('\n')
}

/** For programs that take HTML from the clipboard; nothing of it is ever shown on this page. */
export function toHtml([head = [], ...rows]: TableText): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign).replaceAll('\n', '<br>')
}
