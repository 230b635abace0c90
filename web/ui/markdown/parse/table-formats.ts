import type { Tokens } from 'marked'
import { plainText } from './plain-text.ts'

type Row = readonly Tokens.TableCell[]

/** The text of a table without markup, header row first. */
export type TableText = readonly (readonly string[])[]

export function tableText(head: Row, rows: readonly Row[]): TableText {
  return [head, ...rows].map((row) => row.map((cell) => forSpreadsheet(plainText(cell.tokens).trim())))
}

/**
 * Prefixes a cell that begins like a formula with an apostrophe, which makes it text. Otherwise a spreadsheet would run
 * the formula that a model has written (OWASP, “CSV Injection”). Numbers stay numbers.
 */
function forSpreadsheet(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?[\d.,\s]*%?$/.test(cell) ? `'${cell}` : cell
}

/** Formats a table as CSV (RFC 4180), with the byte order mark by which spreadsheets recognise UTF-8. */
export function toCsv(table: TableText): string {
  const field = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  return `\uFEFF${table.map((row) => `${row.map(field).join(',')}\r\n`).join('')}`
}

/** Formats a table with tabs between columns, which spreadsheets recognise in plain text. */
export function toTabs(table: TableText): string {
  return table.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')).join('\t')).join('\n')
}

/** Formats a table as HTML for programs that accept HTML from the clipboard. The page itself never shows this HTML. */
export function toHtml([head = [], ...rows]: TableText): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign).replaceAll('\n', '<br>')
}
